package storage

import (
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
	data []byte            // nil = absent, or read when it is stored
	hash []byte            // SHA-256; nil when inline
	from *io.SectionReader // of one that is not in memory
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
	if p.from != nil {
		if t.w.piece == nil {
			t.w.piece = make([]byte, pieceSize)
		}
		p.data = t.w.piece[:p.from.Size()] // bound as a copy
		if _, err := p.from.ReadAt(p.data, 0); err != nil {
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
	if c.Size() <= inlineLimit {
		data := make([]byte, c.Size())
		_, err := c.ReadAt(data, 0)
		return []payload{{data: data}}, readError(err)
	}
	var out []payload
	buf := make([]byte, min(c.Size(), 64<<10))
	for at := int64(0); at < c.Size(); at += pieceSize {
		piece := io.NewSectionReader(c, at, min(c.Size()-at, pieceSize))
		hash := sha256.New()
		if _, err := io.CopyBuffer(hash, struct{ io.Reader }{piece}, buf); err != nil {
			return nil, readError(err)
		}
		out = append(out, payload{hash: hash.Sum(nil), from: piece})
	}
	return out, nil
}

func readError(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	return fmt.Errorf("read a recording to store: %w", err)
}
