package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
)

// inlineLimit is the size above which a payload lives in its own table, once
// for all executions that share it.
const inlineLimit = 64 << 10

// payload is bytes of a user on their way to a row: inline, or by hash.
type payload struct {
	data []byte                 // nil = absent, or read when it is stored
	hash []byte                 // SHA-256; nil when inline
	read func() ([]byte, error) // of one that is not in memory
}

// newPayload hashes large data; it is called before the writer is entered.
func newPayload(data []byte) payload {
	if len(data) <= inlineLimit {
		return payload{data: data}
	}
	sum := sha256.Sum256(data)
	return payload{data: data, hash: sum[:]}
}

// inline is what goes into the row itself.
func (p payload) inline() []byte {
	if p.hash != nil {
		return nil
	}
	return p.data
}

// keep adds one reference to a large payload, storing it when it is new.
func (t *tx) keep(p payload) error {
	if p.hash == nil {
		return nil
	}
	n, err := t.change("count a payload", "UPDATE payloads SET refs = refs + 1 WHERE hash = ?", p.hash)
	if err != nil || n > 0 {
		return err
	}
	if p.read != nil {
		if p.data, err = p.read(); err != nil {
			return fmt.Errorf("read a payload to store: %w", err)
		}
	}
	return t.exec("store a payload", "INSERT INTO payloads (hash, refs, data) VALUES (?, 1, ?)", p.hash, p.data)
}

// load returns the bytes of a row: inline, or of the payload.
func load(ctx context.Context, q querier, inline, hash []byte) ([]byte, error) {
	if hash == nil {
		return inline, nil
	}
	var data []byte
	err := one(ctx, q, "read a payload", []any{&data}, "SELECT data FROM payloads WHERE hash = ?", hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, damaged("a payload is missing")
	}
	return data, err
}

// Content is bytes that need not be in memory as a whole.
type Content interface {
	io.ReaderAt
	Size() int64
}

// pieceSize is how much of a Content is in memory at once, and one payload.
const pieceSize = 1 << 20

// piecesOf are the payloads of c in order.
func piecesOf(c Content) ([]payload, error) {
	var out []payload
	buf := make([]byte, min(c.Size(), pieceSize))
	for at := int64(0); at < c.Size(); at += pieceSize {
		piece := buf[:min(c.Size()-at, pieceSize)]
		if _, err := c.ReadAt(piece, at); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read a recording to store: %w", err)
		}
		p := newPayload(piece)
		if p.data = nil; p.hash == nil {
			p.data = bytes.Clone(piece)
		} else {
			p.read = func() ([]byte, error) {
				data := make([]byte, len(piece))
				_, err := c.ReadAt(data, at)
				return data, err
			}
		}
		out = append(out, p)
	}
	return out, nil
}
