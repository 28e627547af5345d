package auth

import (
	"sync"
	"time"

	"ratchet"
)

const (
	failuresPerMinute = 5
	lockTime          = 15 * time.Minute
	maxSubjects       = 20_000 // names and addresses that are remembered
)

// attempts counts failed logins by name and by address, and locks out who
// fails too often. A name that nobody has is treated as any other.
type attempts struct {
	now  func() time.Time
	mu   sync.Mutex
	held map[string]*failures
}

type failures struct {
	open   int         // attempts whose end is not known
	at     []time.Time // of the last minute
	locked time.Time   // until then
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, held: map[string]*failures{}}
}

// admit begins an attempt of all subjects, or refuses it. The caller says how
// it ended. Attempts that are under way count as failed, so that many at once
// are no more than the limit.
func (t *attempts) admit(subjects ...string) (ended func(failed bool), err error) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	var wait time.Duration
	for _, s := range subjects {
		f := t.held[s]
		if f == nil {
			continue
		}
		wait = max(wait, f.locked.Sub(now))
		if f.recent(now); f.open+len(f.at) >= failuresPerMinute {
			wait = max(wait, time.Second)
		}
	}
	if wait > 0 {
		return nil, ratchet.Errorf(ratchet.CodeRateLimited, "too many failed attempts").
			With(ratchet.FieldRetryAfter, wait.Milliseconds()).WithHint("wait, or ask an admin to check the password")
	}
	if len(t.held)+len(subjects) > maxSubjects {
		t.sweep(now)
	}
	for _, s := range subjects {
		if t.held[s] == nil {
			t.held[s] = new(failures)
		}
		t.held[s].open++
	}
	return func(failed bool) { t.end(failed, subjects) }, nil
}

func (t *attempts) end(failed bool, subjects []string) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, s := range subjects {
		f := t.held[s]
		if f == nil {
			continue
		}
		f.open--
		switch {
		case failed:
			f.recent(now)
			if f.at = append(f.at, now); len(f.at) >= failuresPerMinute {
				f.locked, f.at = now.Add(lockTime), nil
			}
		case i == 0: // who knows the password of one name may still be guessing others from the address
			f.at = nil
		}
		if f.idle(now) {
			delete(t.held, s)
		}
	}
}

// recent forgets failures of more than a minute ago.
func (f *failures) recent(now time.Time) {
	kept := f.at[:0]
	for _, at := range f.at {
		if now.Sub(at) < time.Minute {
			kept = append(kept, at)
		}
	}
	f.at = kept
}

func (f *failures) idle(now time.Time) bool {
	f.recent(now)
	return f.open == 0 && len(f.at) == 0 && !now.Before(f.locked)
}

// sweep drops what has no effect any more; when that is not enough, whatever
// is not locked or under way.
func (t *attempts) sweep(now time.Time) {
	for s, f := range t.held {
		if f.idle(now) {
			delete(t.held, s)
		}
	}
	for s, f := range t.held {
		if len(t.held) < maxSubjects/2 {
			return
		}
		if f.open == 0 && !now.Before(f.locked) {
			delete(t.held, s)
		}
	}
}
