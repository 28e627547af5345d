package audit

import (
	"context"
	"crypto/rand"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ratchet"
	"ratchet/storage"
)

// Config says where the audit goes. The zero value of a field means what is in
// parentheses.
type Config struct {
	Store *storage.DB      // required
	Dir   string           // of the files (none are written)
	Keep  time.Duration    // how long entries are kept (90 days)
	Bus   *ratchet.Bus     // receives alerts as security.alert (nil: none are sent)
	Now   func() time.Time // (time.Now)
	Log   *slog.Logger     // receives alerts and failures (nil: discarded)
	Start map[string]any   // details of the entry system_start
}

const (
	defaultKeep = 90 * 24 * time.Hour
	syncEvery   = time.Second
	sweepEvery  = time.Hour
	manyLines   = 1000 // are written before the next tick
)

// Log is an open audit. It is safe for concurrent use; Close it.
type Log struct {
	cfg    Config
	key    []byte // of the hashes of arguments
	alerts alerts
	floods floods
	file   *file // nil = no files; used by the goroutine alone

	behind  bool                   // lines are missing in the files; used by the goroutine alone
	problem atomic.Pointer[string] // of the files, see Problem
	lost    string                 // entries that are in the files and not in the database, see Problem

	mu    sync.Mutex
	queue []*storage.AuditRow // committed, not in the file yet
	wake  chan struct{}
	quit  chan struct{}
	ended chan struct{}
	once  sync.Once
}

// Open brings the files up to date with the table and records the start.
func Open(ctx context.Context, cfg Config) (*Log, error) {
	if cfg.Keep == 0 {
		cfg.Keep = defaultKeep
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	key, err := cfg.Store.ServerSecret(ctx, "audit", fresh)
	if err != nil {
		return nil, err
	}
	l := &Log{cfg: cfg, key: key, wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{})}
	l.alerts.seen, l.floods.last = map[string][]time.Time{}, map[string]flood{}
	ahead := ""
	if cfg.Dir != "" {
		l.file = &file{dir: cfg.Dir}
		cfg.Store.OnAudit(l.committed) // before it catches up, so that none is missed
		if err := l.file.catchUp(ctx, cfg.Store, cfg.Log); err != nil {
			cfg.Store.OnAudit(func([]*storage.AuditRow) {})
			return nil, err
		}
		if ahead = l.file.ahead; ahead != "" {
			l.lost = ahead
			cfg.Log.Error("the database lost entries of the audit", "detail", ahead)
		}
	}
	go l.live()
	details := cfg.Start
	if ahead != "" {
		details = maps.Clone(details)
		if details == nil {
			details = map[string]any{}
		}
		details["audit_files"] = ahead
	}
	return l, l.Record(ctx, Entry{Type: SystemStart, Operation: "start", Details: details})
}

// Problem is what is wrong with the audit: entries that the database lost, or
// files that cannot be written; empty = nothing.
func (l *Log) Problem() string {
	if p := l.problem.Load(); p != nil {
		return strings.TrimPrefix(l.lost+"; "+*p, "; ")
	}
	return l.lost
}

// Close records the shutdown, writes what is left and syncs the file. Closing
// twice is harmless.
func (l *Log) Close(ctx context.Context) error {
	var err error
	l.once.Do(func() {
		err = l.Record(ctx, Entry{Type: SystemShutdown, Operation: "stop"})
		close(l.quit)
		<-l.ended
		l.cfg.Store.OnAudit(func([]*storage.AuditRow) {})
	})
	return err
}

// Record adds an entry and waits until a crash of the process cannot lose it.
func (l *Log) Record(ctx context.Context, e Entry) error {
	l.watch(ctx, &e)
	return l.cfg.Store.AppendAudit(context.WithoutCancel(ctx), e.row(l.cfg.Now()))
}

// Note is Record that does not wait: the entry is stored within milliseconds,
// in order. A failure is logged.
func (l *Log) Note(ctx context.Context, e Entry) {
	l.watch(ctx, &e)
	if l.worth(&e) {
		l.note(ctx, e)
	}
}

func (l *Log) note(ctx context.Context, e Entry) {
	if err := l.cfg.Store.QueueAudit(context.WithoutCancel(ctx), e.row(l.cfg.Now())); err != nil {
		l.cfg.Log.Error("an audit entry was lost", "type", e.Type, "operation", e.Operation, "error", err)
	}
}

// committed receives entries from the store's writer.
func (l *Log) committed(rows []*storage.AuditRow) {
	if l.file == nil {
		return
	}
	l.mu.Lock()
	l.queue = append(l.queue, rows...)
	many := len(l.queue) >= manyLines
	l.mu.Unlock()
	if !many {
		return // the next tick writes them
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *Log) live() {
	defer close(l.ended)
	ratchet.Keep("write the audit files", func(err error) { l.failed("write the audit files", ratchet.AsError(err).Err) }, l.loop)
}

// loop writes the files and removes what is old.
func (l *Log) loop() {
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	l.forget()
	for {
		select {
		case <-l.wake:
			l.drain()
		case <-tick.C:
			l.drain()
			l.catchUp()
			if l.file != nil {
				l.failed("sync the audit file", l.file.sync())
			}
		case <-sweep.C:
			l.forget()
		case <-l.quit:
			l.drain()
			if l.file != nil {
				l.failed("close the audit file", l.file.close())
			}
			return
		}
	}
}

// drain writes the lines of entries that are on the disk. A line of one that is
// not could outlive it: the machine stops, and the database gives the number of
// the lost entry to another.
func (l *Log) drain() {
	l.mu.Lock()
	rows := l.queue
	l.queue = nil
	l.mu.Unlock()
	if l.file == nil || len(rows) == 0 || l.behind {
		return // the files catch up from the table
	}
	err := l.cfg.Store.Sync(context.Background())
	if err == nil {
		err = l.file.write(rows)
	}
	if err != nil {
		l.failed("write the audit file", err)
		l.behind = true
		text := "the audit files next to the database cannot be written; the database has every entry"
		l.problem.Store(&text)
	}
}

// catchUp writes what a failure kept out of the files, once they can be
// written again.
func (l *Log) catchUp() {
	if !l.behind {
		return
	}
	_ = l.file.close() // it failed already
	if err := l.file.catchUp(context.Background(), l.cfg.Store, l.cfg.Log); err != nil {
		return // said when it failed first
	}
	l.behind = false
	l.problem.Store(nil)
	l.cfg.Log.Info("the audit files are up to date again")
}

func (l *Log) failed(doing string, err error) {
	if err != nil {
		l.cfg.Log.Error(doing, "error", err)
	}
}

// forget removes entries and files that are too old.
func (l *Log) forget() {
	before := l.cfg.Now().Add(-l.cfg.Keep)
	var removed int64
	complete := false
	for ended := false; !ended; {
		n, err := l.cfg.Store.ForgetAudit(context.Background(), before)
		removed += n
		l.failed("remove old audit entries", err)
		complete = err == nil && n < storage.ForgetChunk
		ended = err != nil || n == 0
		select {
		case <-l.quit: // the rest at the next start
			ended = true
		default:
		}
	}
	if removed > 0 {
		l.note(context.Background(), Entry{Type: Deleted, Operation: "retention", Resource: "audit", Details: map[string]any{"removed": removed, "before": before.UTC().Format(ratchet.TimeFormat)}})
	}
	if l.file == nil || !complete {
		return // a file goes when the table has none of its entries
	}
	names, err := l.file.forget(before)
	l.failed("remove old audit files", err)
	if len(names) > 0 {
		l.note(context.Background(), Entry{Type: Deleted, Operation: "retention", Resource: "audit_files", Details: map[string]any{"files": names, "before": before.UTC().Format(ratchet.TimeFormat)}})
	}
}

// Verification is the result of checking the table against itself and against
// the files.
type Verification struct {
	storage.AuditCheck
	Files    int    // read
	Lines    int64  // compared
	FileNote string // what is wrong with the files; empty = nothing
}

// Whole reports that nothing was changed or removed.
func (v Verification) Whole() bool { return v.Broken == 0 && v.FileNote == "" }

// Verify follows the whole chain and compares it with the files in dir (empty
// = none). It needs no open Log.
func Verify(ctx context.Context, db *storage.DB, dir string) (Verification, error) {
	var v Verification
	var err error
	if v.AuditCheck, err = db.VerifyAudit(ctx, 0, 0); err != nil {
		return v, err
	}
	if dir == "" {
		return v, nil
	}
	return v, v.compare(ctx, db, dir)
}
