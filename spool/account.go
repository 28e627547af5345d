package spool

import (
	"errors"
	"io"
	"sync"
)

// Account is what one run holds. The nil Account keeps everything in memory
// and has no limit. It is safe for concurrent use.
type Account struct {
	store *Store

	mu     sync.Mutex
	used   int64 // charged, in memory and in the file
	memory int64 // of it in memory
	bodies map[*Body]struct{}
	closed bool
}

// Account opens the account of a run; nil when the store is nil.
func (s *Store) Account() *Account {
	if s == nil {
		return nil
	}
	return &Account{store: s}
}

// Limit is the most that the run may hold, in bytes.
func (a *Account) Limit() int64 { return a.store.limits.Run }

// Close frees what the run holds. Bodies that are in use end with ErrReleased.
func (a *Account) Close() {
	if a == nil {
		return
	}
	a.mu.Lock()
	a.closed = true
	bodies := a.bodies
	a.bodies = nil
	a.mu.Unlock()
	for b := range bodies {
		b.free()
	}
	a.mu.Lock()
	used, memory := a.used, a.memory
	a.used, a.memory = 0, 0
	a.mu.Unlock()
	a.store.total.Add(-used)
	a.store.memory.Add(-memory)
}

// charge counts n bytes, memory of them in memory, to the run and to all runs.
func (a *Account) charge(n, memory int64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return ErrReleased
	}
	if a.used+n > a.store.limits.Run {
		return &FullError{Key: keyRun, Limit: a.store.limits.Run}
	}
	if err := take(&a.store.total, n, a.store.limits.Total, keyTotal); err != nil {
		return err
	}
	if err := take(&a.store.memory, memory, a.store.limits.Memory, keyMemory); err != nil {
		a.store.total.Add(-n)
		return err
	}
	a.used += n
	a.memory += memory
	return nil
}

// refund takes back a charge; a closed account has done so itself.
func (a *Account) refund(n, memory int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	a.used -= n
	a.memory -= memory
	a.store.total.Add(-n)
	a.store.memory.Add(-memory)
}

func (a *Account) newBody() (*Body, error) {
	b := &Body{account: a, refs: 1}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, ErrReleased
	}
	if a.bodies == nil {
		a.bodies = map[*Body]struct{}{}
	}
	a.bodies[b] = struct{}{}
	return b, nil
}

// Keep reads r to its end. It returns what fits into a block as bytes, which
// are the caller's and not counted, and anything larger as a Body, which the
// caller must Release. Errors are those of r, a *FullError and ErrReleased.
func (a *Account) Keep(r io.Reader) (small []byte, large *Body, err error) {
	if a == nil {
		small, err = io.ReadAll(r)
		return small, nil, err
	}
	buf, err := a.store.buffer()
	if err != nil {
		return nil, nil, err
	}
	defer a.store.recycle(buf)
	n, err := fill(r, buf[:])
	if errors.Is(err, io.EOF) {
		return append([]byte{}, buf[:n]...), nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if large, err = a.newBody(); err != nil {
		return nil, nil, err
	}
	for ended := false; ; {
		if err = large.add(buf[:n]); err != nil {
			break
		}
		if ended {
			return nil, large, nil
		}
		if n, err = fill(r, buf[:]); errors.Is(err, io.EOF) {
			ended = true
		} else if err != nil {
			break
		}
	}
	large.Release()
	return nil, nil, err
}

// fill reads until p is full. It returns io.EOF when r ends before, and unlike
// io.ReadFull leaves errors of r as they are.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var more int
		more, err = r.Read(p[n:])
		n += more
	}
	if n == len(p) {
		return n, nil
	}
	if err == io.EOF { // io.ErrUnexpectedEOF of r must stay
		return n, io.EOF
	}
	return n, err
}
