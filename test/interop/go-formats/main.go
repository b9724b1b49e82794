// Checks with github.com/transparency-dev/formats, and the note and tlog packages of golang.org/x/mod, what others take from us: a
// .tlog-proof, and the cosignatures of its checkpoint under a policy file. With "cosign" as its argument it is a witness of one
// answer: it signs the checkpoint with a key that it makes, for our own verifier to read. JSON in, lines or JSON out; exits 1 at the first
// thing that does not hold.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	Proof  string // .tlog-proof
	LogKey string
	Policy string
	// For cosign.
	Checkpoint string
	Name       string
}

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func main() {
	var in input
	check("input", json.NewDecoder(os.Stdin).Decode(&in))
	if len(os.Args) > 1 && os.Args[1] == "cosign" {
		cosign(in)
		return
	}
	var parsed proof.TLogProof
	check("proof", parsed.Unmarshal([]byte(in.Proof)))
	if !bytes.Equal(parsed.Marshal(), []byte(in.Proof)) {
		check("proof", fmt.Errorf("is written another way"))
	}
	size, root := openCheckpoint(parsed.Checkpoint, in.LogKey)
	hashes := make(tlog.RecordProof, len(parsed.Hashes))
	for i, hash := range parsed.Hashes {
		hashes[i] = tlog.Hash(hash)
	}
	leaf := tlog.RecordHash(parsed.ExtraData)
	check("inclusion", tlog.CheckRecord(hashes, size, root, int64(parsed.Index), leaf))
	fmt.Println("inclusion")
	if in.Policy == "" {
		return
	}
	group, err := witness.ParsePolicy([]byte(in.Policy))
	check("policy", err)
	fmt.Println("policy", group.Satisfied(parsed.Checkpoint))
}

func openCheckpoint(signed []byte, key string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(key)
	check("key", err)
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check("note", err)
	lines := strings.Split(opened.Text, "\n")
	var size int64
	_, err = fmt.Sscanf(lines[1], "%d", &size)
	check("size", err)
	root, err := tlog.ParseHash(lines[2])
	check("root", err)
	return size, root
}

func cosign(in input) {
	secret, public, err := note.GenerateKey(rand.Reader, in.Name)
	check("key", err)
	signer, err := fnote.NewSignerForCosignatureV1(secret)
	check("signer", err)
	vkey, err := fnote.VKeyToCosignatureV1(public)
	check("verifier key", err)
	text, _, _ := strings.Cut(in.Checkpoint, "\n\n")
	signed, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
	check("cosignature", err)
	_, lines, _ := strings.Cut(string(signed), "\n\n")
	check("output", json.NewEncoder(os.Stdout).Encode(map[string]string{"vkey": vkey, "lines": lines}))
}
