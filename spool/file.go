package spool

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// file is a temporary file of blocks. It has no name, so that nothing is left
// of it when the process ends, and it is emptied when no block is in use.
type file struct {
	dir string

	mu   sync.Mutex
	f    *os.File
	free []int64 // numbers of blocks in use before
	next int64   // number of the first block never used
	used int64
	name string // where the system does not let an open file go; empty = it has no name
}

// write puts p, at most a block, into a block of its own.
func (f *file) write(p []byte) (int64, error) {
	n, out, err := f.take()
	if err != nil {
		return 0, &FullError{Cause: err}
	}
	if _, err := out.WriteAt(p, n*Block); err != nil {
		f.give([]int64{n})
		return 0, &FullError{Cause: fmt.Errorf("write to the file of bodies: %w", err)}
	}
	return n, nil
}

func (f *file) read(p []byte, n, offset int64) error {
	f.mu.Lock()
	in := f.f
	f.mu.Unlock()
	if in == nil {
		return ErrReleased
	}
	if _, err := in.ReadAt(p, n*Block+offset); err != nil {
		return fmt.Errorf("read from the file of bodies: %w", err)
	}
	return nil
}

func (f *file) take() (int64, *os.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.f == nil {
		if err := f.open(); err != nil {
			return 0, nil, err
		}
	}
	f.used++
	if last := len(f.free) - 1; last >= 0 {
		n := f.free[last]
		f.free = f.free[:last]
		return n, f.f, nil
	}
	f.next++
	return f.next - 1, f.f, nil
}

// open is called with mu held.
func (f *file) open() (err error) {
	if f.f, err = os.CreateTemp(f.dir, ".bodies-*"); err != nil { // for its owner only
		f.f = nil
		return fmt.Errorf("make the file of bodies: %w", err)
	}
	if os.Remove(f.f.Name()) != nil {
		f.name = f.f.Name()
	}
	return nil
}

// give frees blocks. The error of a file that does not shrink is not told: its
// blocks are used again.
func (f *file) give(blocks []int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.used -= int64(len(blocks))
	f.free = append(f.free, blocks...)
	if f.used == 0 && f.f != nil && f.f.Truncate(0) == nil {
		f.free, f.next = nil, 0
	}
}

func (f *file) held() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.used * Block
}

func (f *file) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.f == nil {
		return nil
	}
	err := f.f.Close()
	if f.name != "" {
		err = errors.Join(err, os.Remove(f.name))
	}
	f.f = nil
	return err
}
