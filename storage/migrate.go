package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"ratchet"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema. A step that was released is never
// changed; its checksum is checked at every start.
type migration struct {
	version  int
	name     string
	sql      string
	checksum string
}

// migrations reads the embedded steps in order.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	steps := make([]migration, 0, len(names))
	for _, name := range names { // Glob sorts
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		base := strings.TrimSuffix(strings.TrimPrefix(name, "migrations/"), ".sql")
		number, _, _ := strings.Cut(base, "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != len(steps)+1 {
			return nil, fmt.Errorf("migration %s is out of order", name)
		}
		sum := sha256.Sum256(text)
		steps = append(steps, migration{version, base, string(text), hex.EncodeToString(sum[:])})
	}
	return steps, nil
}

// Schema is the number of the last step that this build knows.
func Schema() (int, error) {
	steps, err := migrations(migrationFiles)
	return len(steps), err
}

// migrate brings the schema up to the last of the steps, one transaction each.
func (db *DB) migrate(ctx context.Context, steps []migration) error {
	t := &tx{w: db.w, conn: db.w.full}
	err := t.exec("make the table of migrations", `CREATE TABLE IF NOT EXISTS migrations (
		version INTEGER PRIMARY KEY, name BLOB NOT NULL, checksum BLOB NOT NULL, applied_at INTEGER NOT NULL)`)
	if err != nil {
		return err
	}
	done, err := applied(ctx, db.w.full)
	if err != nil {
		return err
	}
	if len(done) > len(steps) {
		return ratchet.Errorf(ratchet.CodeConfig, "the data directory was written by a newer version of ratchet (schema %d, this build knows %d)", len(done), len(steps)).
			WithHint("use that version, or another directory with --data-dir")
	}
	for i, step := range steps {
		if i < len(done) {
			if done[i] != step.checksum {
				return ratchet.Errorf(ratchet.CodeConfig, "the data directory was written by a different build of ratchet (schema step %d differs)", step.version).
					WithHint("use the build that wrote it, or another directory with --data-dir")
			}
			continue
		}
		if err := db.migrateStep(ctx, t, step); err != nil {
			return err
		}
	}
	return nil
}

// applied returns the checksums of the steps done, in order.
func applied(ctx context.Context, q querier) (sums []string, err error) {
	err = each(ctx, q, "read migrations", func(r *sql.Rows) error {
		var sum []byte
		if err := r.Scan(&sum); err != nil {
			return err
		}
		sums = append(sums, string(sum))
		return nil
	}, "SELECT checksum FROM migrations ORDER BY version")
	return sums, err
}

func (db *DB) migrateStep(ctx context.Context, t *tx, step migration) (err error) {
	doing := "migrate " + step.name
	if err := t.exec(doing, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			db.w.rollback(t)
		}
	}()
	for _, statement := range splitSQL(step.sql) {
		if err := t.exec(doing, statement); err != nil {
			return err
		}
	}
	if strings.HasSuffix(step.name, "_secrets") {
		if err := t.holdDeclared(ctx); err != nil {
			return err
		}
	}
	err = t.exec(doing, "INSERT INTO migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
		step.version, []byte(step.name), []byte(step.checksum), db.micros())
	if err != nil {
		return err
	}
	return t.exec(doing, "COMMIT")
}

// splitSQL cuts a script into statements, because the driver runs the first
// and silently forgets the rest. It knows comments and quotes, not triggers.
func splitSQL(script string) []string {
	var statements []string
	var current strings.Builder
	for i := 0; i < len(script); i++ {
		switch c := script[i]; {
		case strings.HasPrefix(script[i:], "--"):
			end := strings.IndexByte(script[i:], '\n')
			if end < 0 {
				end = len(script) - i
			}
			i += end - 1
		case c == '\'' || c == '"':
			end := strings.IndexByte(script[i+1:], c)
			if end < 0 {
				end = len(script) - i - 2
			}
			current.WriteString(script[i : i+end+2])
			i += end + 1
		case c == ';':
			statements = append(statements, strings.TrimSpace(current.String()))
			current.Reset()
		default:
			current.WriteByte(c)
		}
	}
	if rest := strings.TrimSpace(current.String()); rest != "" {
		statements = append(statements, rest)
	}
	return statements
}
