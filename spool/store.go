package spool

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Block is the unit of the file. What is smaller is kept in memory.
const Block = 64 << 10

// Limits bound what a Store holds, in bytes. Zero means the default in
// parentheses.
type Limits struct {
	Run    int64 // of one run, in memory and in the file (256 MiB)
	Total  int64 // of all runs, in memory and in the file (4 GiB)
	Memory int64 // of all runs, in memory (256 MiB)
}

func (l Limits) withDefaults() Limits {
	if l.Run <= 0 {
		l.Run = 256 << 20
	}
	if l.Total <= 0 {
		l.Total = 4 << 30
	}
	if l.Memory <= 0 {
		l.Memory = 256 << 20
	}
	return l
}

// FullError says which limit leaves no room.
type FullError struct {
	Key   string // of the limit in the server's configuration; empty = the disk is full
	Limit int64
	Cause error // of a full disk
}

// Error implements error.
func (e *FullError) Error() string {
	if e.Key == "" {
		return "the data directory has no room for bodies"
	}
	return fmt.Sprintf("no room for bodies: %s is %d", e.Key, e.Limit)
}

// Unwrap returns the cause of a full disk.
func (e *FullError) Unwrap() error { return e.Cause }

// Passing says whether the limit is one of all runs, so that there may be room
// later.
func (e *FullError) Passing() bool { return e.Key != keyRun }

// The keys of the limits.
const (
	keyRun    = "http.max_run_body_bytes"
	keyTotal  = "http.max_body_bytes"
	keyMemory = "http.max_body_memory"
)

// ErrReleased is what a use of a body or an account after its end returns.
var ErrReleased = errors.New("spool: used after its release")

// Store is the budget of all runs and the file behind it. It is safe for
// concurrent use.
type Store struct {
	limits  Limits
	memory  atomic.Int64
	total   atomic.Int64
	file    file
	buffers sync.Pool
}

// Open returns a Store whose file is made in dir when it is first needed.
func Open(dir string, limits Limits) *Store {
	s := &Store{limits: limits.withDefaults(), file: file{dir: dir}}
	s.buffers.New = func() any { return new([Block]byte) }
	return s
}

// Close removes the file. The accounts should be closed before.
func (s *Store) Close() error {
	if s == nil {
		return nil
	}
	return s.file.close()
}

// Usage is what a Store holds at a moment, in bytes.
type Usage struct {
	Total  int64 // charged to runs, in memory and in the file
	Memory int64 // of it, or of reads under way, in memory
	File   int64 // blocks of the file in use
}

// Usage returns what is held now.
func (s *Store) Usage() Usage {
	return Usage{Total: s.total.Load(), Memory: s.memory.Load(), File: s.file.held()}
}

// take adds n to a counter unless that passes its limit.
func take(counter *atomic.Int64, n, limit int64, key string) error {
	if counter.Add(n) > limit {
		counter.Add(-n)
		return &FullError{Key: key, Limit: limit}
	}
	return nil
}

// buffer lends a block of memory; the caller gives it back with recycle.
func (s *Store) buffer() (*[Block]byte, error) {
	if err := take(&s.memory, Block, s.limits.Memory, keyMemory); err != nil {
		return nil, err
	}
	return s.buffers.Get().(*[Block]byte), nil
}

func (s *Store) recycle(b *[Block]byte) {
	s.memory.Add(-Block)
	s.buffers.Put(b)
}
