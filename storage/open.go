package storage

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where the data is.
type Config struct {
	// Path is the database file; its directory is made when missing. A
	// "file:" prefix is accepted. Empty or ":memory:" keeps everything in
	// memory, on one connection.
	Path string
	// Lock is the file's lock, which stays with the caller; nil = Open takes
	// it, and Close frees it.
	Lock *Lock
	// Now is the clock; nil = time.Now.
	Now func() time.Time
	// Log receives what callers cannot be told; nil = nothing is logged.
	Log *slog.Logger
}

// DB is an open store. All methods may be called from many goroutines.
type DB struct {
	now    func() time.Time
	log    *slog.Logger
	path   string // empty = in memory
	lock   *Lock  // taken by Open; nil = the caller has it
	writes *sql.DB
	reads  *sql.DB    // nil in memory
	memory sync.Mutex // guards the only connection of an in-memory store
	w      *writer
	tasks  atomic.Int64 // see TaskRevision
	// audited receives audit entries; nil = none do.
	audited atomic.Pointer[func([]*AuditRow)]
	limits  searchLimits
	damage  damage

	identities atomic.Int64 // see IdentityRevision
}

// Open opens the store, bringing its schema up to date. It refuses a file that
// another process has open, a directory it cannot write, and a schema newer
// than it knows. The caller must Close the DB, and calls Sweep before it
// starts any execution.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	db := &DB{now: cfg.Now, log: cfg.Log, limits: defaultLimits()}
	if db.now == nil {
		db.now = time.Now
	}
	if db.log == nil {
		db.log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	var err error
	if db.path, err = Locate(cfg.Path); err != nil {
		return nil, err
	}
	if db.path != "" && cfg.Lock == nil {
		if db.lock, err = TakeLock(db.path); err != nil {
			return nil, err
		}
	}
	if err := db.open(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context) error {
	dsn := ":memory:"
	if db.path != "" {
		dsn = (&url.URL{Scheme: "file", OmitHost: true, Path: db.path}).String()
		if err := checkDirectory(db.log, filepath.Dir(db.path)); err != nil {
			return err
		}
		if err := makePrivate(db.log, db.path); err != nil {
			return err
		}
	}
	var err error
	if db.writes, err = openPool(dsn, writePragmas(db.path == "")); err != nil {
		return openError(err)
	}
	if db.w, err = newWriter(ctx, db); err != nil {
		return openError(err)
	}
	steps, err := migrations(migrationFiles)
	if err != nil {
		return err
	}
	if err = db.migrate(ctx, steps); err != nil {
		return openError(err)
	}
	if db.path != "" {
		if db.reads, err = openPool(dsn, readPragmas()); err != nil {
			return openError(err)
		}
		n := max(4, 2*goruntime.GOMAXPROCS(0))
		db.reads.SetMaxOpenConns(n)
		db.reads.SetMaxIdleConns(n)
	}
	return openError(db.w.start(ctx))
}

// Close waits for writes under way, closes the file and frees its lock.
// Closing twice is harmless.
func (db *DB) Close() error {
	var errs []error
	if db.w != nil {
		db.w.stop()
	}
	if db.reads != nil {
		errs = append(errs, db.reads.Close())
	}
	if db.writes != nil {
		errs = append(errs, db.writes.Close())
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
		db.lock = nil
	}
	return errors.Join(errs...)
}

// Path is the absolute path of the database file; empty when in memory.
func (db *DB) Path() string { return db.path }

func (db *DB) micros() int64 { return db.now().UnixMicro() }
