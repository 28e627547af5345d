package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// probeSize is what must fit on the disk beside the database, which may have
// room left in pages that it has already.
const probeSize = 64 << 10

// Ping writes: a row that keeps its value, to its commit, and a file beside the
// database, which is removed again. The error says why it cannot.
func (db *DB) Ping(ctx context.Context) error {
	if db.path != "" {
		if err := probe(filepath.Dir(db.path)); err != nil {
			return err
		}
	}
	return db.Sync(ctx)
}

// Sync returns when everything committed before is on the disk, where a crash of
// the machine cannot lose it. It changes a row and changes it back: the engine
// writes nothing for one that is written as it was, and then syncs nothing.
func (db *DB) Sync(ctx context.Context) error {
	return db.write(ctx, true, func(t *tx) error {
		if err := t.exec("try a write", "UPDATE counted SET upto = upto + 1"); err != nil {
			return err
		}
		return t.exec("try a write", "UPDATE counted SET upto = upto - 1")
	})
}

func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return publicFault(&fault{doing: "try a write", text: err.Error()})
	}
	_, err = f.Write(make([]byte, probeSize))
	if err = errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return publicFault(&fault{doing: "try a write", text: err.Error()})
	}
	return nil
}
