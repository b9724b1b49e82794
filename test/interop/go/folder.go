package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// tileFolder reads tiles from an exported log, as the go command reads those of the checksum database.
type tileFolder struct{ dir string }

func (f tileFolder) Height() int { return 8 }

// pathOf is a tile's path of c2sp.org/tlog-tiles: that of sumdb, without the height and with "entries" for data.
func pathOf(t tlog.Tile) string {
	path := strings.TrimPrefix(t.Path(), "tile/8/")
	return filepath.Join("tile", strings.Replace(path, "data/", "entries/", 1))
}

func (f tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(f.dir, pathOf(t)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f tileFolder) SaveTiles([]tlog.Tile, [][]byte) {}

// leaves are the entries of bundle n, of which the tree has width.
func (f tileFolder) leaves(n int64, width int) ([][]byte, error) {
	data, err := os.ReadFile(filepath.Join(f.dir, pathOf(tlog.Tile{H: 8, L: -1, N: n, W: width})))
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for len(data) >= 2 {
		length := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+length {
			return nil, fmt.Errorf("bundle %d ends within a leaf", n)
		}
		all = append(all, data[2:2+length])
		data = data[2+length:]
	}
	if len(data) != 0 || len(all) != width {
		return nil, fmt.Errorf("bundle %d has %d leaves, not %d", n, len(all), width)
	}
	return all, nil
}

// checkFolder proves every leaf of an exported log to be in the tree of its checkpoint, through tlog.TileHashReader, which checks
// each tile against the root before it believes it; and the consistency with half the tree.
func checkFolder(dir, key string) {
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	check("checkpoint", err)
	size, root := open(string(signed), key)
	folder := tileFolder{dir}
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, folder)
	for n := int64(0); n*256 < size; n++ {
		width := int(min(256, size-n*256))
		leaves, err := folder.leaves(n, width)
		check("entries", err)
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, n*256+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		check("tiles", err)
		for i, leaf := range leaves {
			if tlog.RecordHash(leaf) != hashes[i] {
				check("entries", fmt.Errorf("entry %d has not the hash of its tile", n*256+int64(i)))
			}
		}
	}
	proof, err := tlog.ProveRecord(size, size-1, reader)
	check("proof", err)
	last, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, size-1)})
	check("tiles", err)
	check("inclusion", tlog.CheckRecord(proof, size, root, size-1, last[0]))
	if size > 1 {
		oldRoot, err := tlog.TreeHash(size/2, reader)
		check("tree", err)
		tree, err := tlog.ProveTree(size, size/2, reader)
		check("tree", err)
		check("consistency", tlog.CheckTree(tree, size, root, size/2, oldRoot))
	}
	fmt.Printf("%d entries of %s\n", size, dir)
}
