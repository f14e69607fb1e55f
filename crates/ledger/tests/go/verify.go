// Verifies a tlog-tiles log in a folder with the Go project's own libraries,
// and nothing of ours.
//
// usage: verify FOLDER VKEY [PROOF.tlog-proof ENTRY]
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 3 && len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: verify FOLDER VKEY [PROOF ENTRY]")
		os.Exit(2)
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "not verified:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	verifier, err := note.NewVerifier(args[1])
	if err != nil {
		return err
	}
	if len(args) == 4 {
		return proof(verifier, args[2], args[3])
	}
	return log(verifier, args[0])
}

// head verifies a signed checkpoint and reads its size and root.
func head(verifier note.Verifier, message []byte) (tlog.Tree, error) {
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is of another log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// tiles reads tiles of height 8 from a folder.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, filepath.FromSlash(path)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// log hashes every entry and compares each with the tree, and the tree with the checkpoint.
func log(verifier note.Verifier, folder string) error {
	message, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := head(verifier, message)
	if err != nil {
		return err
	}
	var stored hashes
	reader := tlog.TileHashReader(tree, tiles{folder})
	for first := int64(0); first < tree.N; first += 256 {
		entries, err := bundle(folder, first/256, min(256, tree.N-first))
		if err != nil {
			return err
		}
		for i, entry := range entries {
			index := first + int64(i)
			more, err := tlog.StoredHashes(index, entry, &stored)
			if err != nil {
				return err
			}
			stored = append(stored, more...)
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
		}
	}
	root, err := tlog.TreeHash(tree.N, &stored)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the entries hash to %v, the checkpoint says %v", root, tree.Hash)
	}
	fmt.Printf("verified: %d entries, root %v\n", tree.N, root)
	return nil
}

type hashes []tlog.Hash

func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, (*h)[index])
	}
	return found, nil
}

// bundle reads the entries of a bundle.
func bundle(folder string, n, width int64) ([][]byte, error) {
	tile := tlog.Tile{H: 8, L: 0, N: n, W: int(width)}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) >= 2 {
		length := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+length {
			break
		}
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if len(data) != 0 || int64(len(entries)) != width {
		return nil, fmt.Errorf("%s: not %d entries", path, width)
	}
	return entries, nil
}

// proof checks a tlog-proof of an entry.
func proof(verifier note.Verifier, path, entry string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	top, checkpoint, found := strings.Cut(string(text), "\n\n")
	if !found {
		return fmt.Errorf("no checkpoint in the proof")
	}
	tree, err := head(verifier, []byte(checkpoint))
	if err != nil {
		return err
	}
	index := int64(-1)
	var path_ tlog.RecordProof
	for i, line := range strings.Split(top, "\n") {
		switch {
		case i == 0 && line == "c2sp.org/tlog-proof@v1":
		case strings.HasPrefix(line, "extra "):
		case strings.HasPrefix(line, "index "):
			if index, err = strconv.ParseInt(line[6:], 10, 64); err != nil {
				return err
			}
		default:
			data, err := base64.StdEncoding.DecodeString(line)
			if err != nil || len(data) != tlog.HashSize {
				return fmt.Errorf("no hash: %q", line)
			}
			path_ = append(path_, tlog.Hash(*(*[tlog.HashSize]byte)(data)))
		}
	}
	data, err := os.ReadFile(entry)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(path_, tree.N, tree.Hash, index, tlog.RecordHash(data)); err != nil {
		return err
	}
	fmt.Printf("verified: entry %d of %d\n", index, tree.N)
	return nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
