package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// AuditCheck is the result of following the chain.
type AuditCheck struct {
	From, To int64  // first and last entry looked at; 0 = none
	Entries  int64  // looked at
	Head     int64  // the newest entry
	HeadHash []byte // its hash: kept elsewhere, it proves later that nothing before it was changed
	Removed  int64  // entries up to this one were removed by retention; 0 = none
	Broken   int64  // first entry that does not fit; 0 = none
	Reason   string // what is wrong with it
}

// VerifyAudit follows the chain from the entry from (0 = the first) to the
// entry to (0 = the newest).
func (db *DB) VerifyAudit(ctx context.Context, from, to int64) (AuditCheck, error) {
	var c AuditCheck
	err := db.snapshot(ctx, func(q querier) error {
		c = AuditCheck{}
		anchor, err := readAnchor(ctx, q)
		if err != nil {
			return err
		}
		head, err := readLink(ctx, q)
		if err != nil {
			return err
		}
		c.Removed, c.Head, c.HeadHash = anchor.seq, head.seq, head.hash
		before := anchor
		if from > anchor.seq+1 {
			before = link{seq: from - 1}
			err := one(ctx, q, "read the audit", []any{&before.hash}, "SELECT hash FROM audit WHERE seq = ?", from-1)
			if errors.Is(err, sql.ErrNoRows) {
				c.Broken, c.Reason = from-1, "the entry is missing"
				return nil
			}
			if err != nil {
				return err
			}
		}
		if to == 0 {
			to = head.seq
		}
		return c.follow(ctx, q, before, to)
	})
	return c, err
}

// follow checks the entries after before up to the entry to.
func (c *AuditCheck) follow(ctx context.Context, q querier, before link, to int64) error {
	broken := func(seq int64, reason string) {
		if c.Broken == 0 {
			c.Broken, c.Reason = seq, reason
		}
	}
	last := before
	err := each(ctx, q, "verify the audit", func(rows *sql.Rows) error {
		var r AuditRow
		if err := scanAudit(rows, &r); err != nil {
			return err
		}
		c.Entries++
		if c.From == 0 {
			c.From = r.Seq
		}
		c.To = r.Seq
		if r.Seq != last.seq+1 {
			broken(last.seq+1, "the entry is missing")
		} else if string(r.hash(last.hash)) != string(r.Hash) {
			broken(r.Seq, "the entry or the one before it was changed")
		}
		last = link{r.Seq, r.Hash}
		return nil
	}, "SELECT "+auditColumns+" FROM audit AS a WHERE seq > ? AND seq <= ? ORDER BY seq", before.seq, to)
	if err == nil && last.seq < to {
		broken(last.seq+1, "the entry is missing")
	}
	return err
}

// AuditHead is the newest entry that this process wrote or found at start:
// what the table's newest must be.
func (db *DB) AuditHead(ctx context.Context) (seq int64, hash []byte, err error) {
	err = db.w.do(ctx, &op{fn: func(t *tx) error {
		seq, hash = t.w.chain.seq, t.w.chain.hash
		return nil
	}})
	return seq, hash, err
}

// ForgetChunk is the most entries that ForgetAudit removes at once. It bounds how
// long the removal of old entries holds up other writes.
const ForgetChunk = 2000

// ForgetAudit removes up to 2,000 entries older than before, the oldest first,
// and remembers the hash of the last of them, so that the rest can still be
// verified. It returns how many it removed.
func (db *DB) ForgetAudit(ctx context.Context, before time.Time) (int64, error) {
	var removed int64
	err := db.write(ctx, false, func(t *tx) error {
		var first, keep int64
		if err := t.row("find old audit entries", []any{&first, &keep},
			`SELECT coalesce((SELECT min(seq) FROM audit), 1), coalesce((SELECT min(seq) FROM audit WHERE at >= ?), (SELECT max(seq) + 1 FROM audit), 1)`,
			before.UnixMicro()); err != nil {
			return err
		}
		last := min(keep-1, first+ForgetChunk-1)
		if removed = last - first + 1; removed <= 0 {
			removed = 0
			return nil
		}
		err := t.exec("remember where the audit begins", `INSERT INTO audit_anchor (id, seq, hash, at)
			SELECT 1, seq, hash, ? FROM audit WHERE seq = ?
			ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at`, t.w.db.micros(), last)
		if err != nil {
			return err
		}
		return t.exec("remove old audit entries", "DELETE FROM audit WHERE seq <= ?", last)
	})
	return removed, err
}
