// Verifies with golang.org/x/mod/sumdb what lib/core/provenance made: a checkpoint note, an inclusion and a consistency proof.
// Reads one JSON object on standard input, or, with a folder and a verifier key as arguments, an exported log; prints one line for
// each thing that holds and exits 1 at the first that does not.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	VerifierKey string
	Old, New    string // signed checkpoints
	Leaf        []byte // leaf data
	Index       int64
	Inclusion   []tlog.Hash
	Consistency []tlog.Hash
}

func open(signed, key string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(key)
	check("key", err)
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	check("note", err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		check("checkpoint", fmt.Errorf("not three lines of %s", verifier.Name()))
	}
	var size int64
	_, err = fmt.Sscanf(lines[1], "%d", &size)
	check("size", err)
	root, err := tlog.ParseHash(lines[2])
	check("root", err)
	return size, root
}

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
	fmt.Println(what)
}

func main() {
	if len(os.Args) == 3 {
		checkFolder(os.Args[1], os.Args[2])
		return
	}
	var in input
	check("input", json.NewDecoder(os.Stdin).Decode(&in))
	oldSize, oldRoot := open(in.Old, in.VerifierKey)
	size, root := open(in.New, in.VerifierKey)
	check("inclusion", tlog.CheckRecord(in.Inclusion, size, root, in.Index, tlog.RecordHash(in.Leaf)))
	check("consistency", tlog.CheckTree(in.Consistency, size, root, oldSize, oldRoot))
}
