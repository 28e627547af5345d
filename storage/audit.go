package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

// AuditRow is one entry of the audit. The store gives it Seq, Prev and Hash:
// Hash is the SHA-256 of Prev and everything else, so that no entry can be
// changed or removed unnoticed.
type AuditRow struct {
	Seq       int64 // from 1, without gaps
	At        time.Time
	Type      string
	Severity  string
	Principal string
	Resource  string
	Body      []byte // the whole entry, JSON
	Prev      []byte // Hash of the entry before; 32 zero bytes for the first
	Hash      []byte
}

// hash is the hash of r after prev.
func (r *AuditRow) hash(prev []byte) []byte {
	h := sha256.New()
	var n [8]byte
	number := func(v int64) {
		binary.BigEndian.PutUint64(n[:], uint64(v)) //nolint:gosec // its bits, whatever the sign
		h.Write(n[:])
	}
	text := func(b []byte) {
		number(int64(len(b)))
		h.Write(b)
	}
	h.Write(prev)
	number(r.Seq)
	number(r.At.UnixMicro())
	for _, s := range []string{r.Type, r.Severity, r.Principal, r.Resource} {
		text([]byte(s))
	}
	text(r.Body)
	return h.Sum(nil)
}

// link is an end of the chain: the sequence and hash of an entry.
type link struct {
	seq  int64
	hash []byte
}

func noLink() link { return link{hash: make([]byte, sha256.Size)} }

// readLink is the last entry of the chain; the anchor when there is none left.
func readLink(ctx context.Context, q querier) (link, error) {
	l := noLink()
	err := one(ctx, q, "read the end of the audit", []any{&l.seq, &l.hash}, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
	if !errors.Is(err, sql.ErrNoRows) {
		return l, err
	}
	return readAnchor(ctx, q)
}

// readAnchor is what the first entry still there follows.
func readAnchor(ctx context.Context, q querier) (link, error) {
	l := noLink()
	err := one(ctx, q, "read the beginning of the audit", []any{&l.seq, &l.hash}, "SELECT seq, hash FROM audit_anchor")
	if errors.Is(err, sql.ErrNoRows) {
		return noLink(), nil
	}
	return l, err
}

// AppendAudit adds entries and waits until a crash of the process cannot lose
// them. They need no sync of their own: a crash of the machine may lose what
// came after the last synced write, never an entry that went with a write.
func (db *DB) AppendAudit(ctx context.Context, rows ...*AuditRow) error {
	return db.w.do(ctx, auditOp(rows))
}

// QueueAudit is AppendAudit that does not wait. Entries are stored in the
// order of the calls.
func (db *DB) QueueAudit(ctx context.Context, rows ...*AuditRow) error {
	return db.w.enqueue(ctx, auditOp(rows))
}

func auditOp(rows []*AuditRow) *op {
	return &op{audit: rows, fn: func(*tx) error { return nil }}
}

// OnAudit sets who receives the entries added, in order, after each commit. It
// runs on the writer's goroutine: it must be quick and must not write. Set it
// before the first entry.
func (db *DB) OnAudit(fn func([]*AuditRow)) { db.audited.Store(&fn) }

// AttachedEntry is an entry that goes with a write of the call it belongs to: both are
// stored in one commit. It is made for one call with NewRider.
type AttachedEntry struct {
	mu   sync.Mutex
	make func() *AuditRow // nil once a write took the entry, or none may any more
	op   *op              // that write
}

// NewAttachedEntry returns one; row is called once, when a write takes the entry along.
func NewAttachedEntry(row func() *AuditRow) *AttachedEntry { return &AttachedEntry{make: row} }

type attachedEntryKey struct{}

// WithAttachedEntry returns a context whose first write that changes what users have
// stored takes r along. With nil no write does.
func WithAttachedEntry(ctx context.Context, r *AttachedEntry) context.Context {
	return context.WithValue(ctx, attachedEntryKey{}, r)
}

// attachAuditEntry attaches the audit entry in ctx to o, unless another write has it.
func attachAuditEntry(ctx context.Context, o *op) {
	if o.insert == nil && !o.durable {
		return // keys, progress and log lines are not what a call is about
	}
	r, _ := ctx.Value(attachedEntryKey{}).(*AttachedEntry)
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.make == nil {
		return
	}
	o.audit = append(o.audit, r.make())
	r.op, r.make = o, nil
}

// Stored waits for the write that took the entry along and says whether it is
// stored. False also means that no write took it: then none will any more.
func (r *AttachedEntry) Stored(ctx context.Context, db *DB) bool {
	r.mu.Lock()
	r.make = nil
	o := r.op
	r.mu.Unlock()
	if o == nil {
		return false
	}
	select {
	case <-o.done:
		return o.err == nil
	default:
	}
	db.w.commitNow()
	return db.w.await(context.WithoutCancel(ctx), o) == nil
}

const (
	auditColumnNames = "INSERT INTO audit (seq, at, type, severity, principal, resource, body, hash)"
	auditInsert      = auditColumnNames + " VALUES (?,?,?,?,?,?,?,?)"
	auditBulk        = auditColumnNames + ` SELECT value->>0, value->>1, substr(?2, value->>2, value->>3), substr(?2, value->>4, value->>5),
	substr(?2, value->>6, value->>7), substr(?2, value->>8, value->>9), substr(?2, value->>10, value->>11),
	substr(?2, value->>12, value->>13) FROM json_each(?1)`
)

// auditAll links the entries of ops to the chain and writes them.
func (t *tx) auditAll(ops []*op) error {
	var rows []*AuditRow
	for _, o := range ops {
		for _, r := range o.audit {
			r.Seq, r.Prev = t.w.chain.seq+1, t.w.chain.hash
			r.At = timeOf(r.At.UnixMicro()) // as it is read again
			r.Hash = r.hash(r.Prev)
			t.w.chain = link{r.Seq, r.Hash}
			rows = append(rows, r)
		}
	}
	switch len(rows) {
	case 0:
		return nil
	case 1: // half the time of the bulk statement
		r := rows[0]
		return t.exec("add to the audit", auditInsert, r.Seq, r.At.UnixMicro(), []byte(r.Type), []byte(r.Severity),
			[]byte(r.Principal), []byte(r.Resource), r.Body, r.Hash)
	}
	var b bulk
	for _, r := range rows {
		b.begin()
		b.int(r.Seq)
		b.int(r.At.UnixMicro())
		for _, v := range [][]byte{[]byte(r.Type), []byte(r.Severity), []byte(r.Principal), []byte(r.Resource), r.Body, r.Hash} {
			b.blob(v)
		}
		b.end()
	}
	return t.exec("add to the audit", auditBulk, b.args()...)
}

// publishAudit hands the entries of a committed batch to the listener.
func (w *writer) publishAudit(batch []*op) {
	fn := w.db.audited.Load()
	if fn == nil {
		return
	}
	var rows []*AuditRow
	for _, o := range batch {
		if o.err == nil {
			rows = append(rows, o.audit...)
		}
	}
	if len(rows) > 0 {
		(*fn)(rows)
	}
}
