package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
)

// inlineLimit is the size above which a payload lives in its own table, once
// for all executions that share it.
const inlineLimit = 64 << 10

// payload is bytes of a user on their way to a row: inline, or by hash.
type payload struct {
	data []byte // nil = absent
	hash []byte // SHA-256; nil when inline
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
