package auth

import (
	"sync"
	"time"

	"ratchet"
)

// Failures within a minute that slow a subject down.
const (
	perPair    = 5  // of a name from an address
	perAddress = 20 // from an address, whatever the names
	perName    = 50 // of a name, wherever from
)

const (
	slowFor     = 15 * time.Minute // after the last failure
	firstDelay  = 15 * time.Second // each further failure doubles it
	maxDelay    = slowFor
	maxSubjects = 20_000 // that are remembered
)

// subject is what failures are counted for.
type subject struct {
	key   string
	limit int // failures per minute
}

// attempts counts failed logins and slows down who fails too often: a subject
// that reached its limit waits longer after each further failure. A name that
// does not exist is treated as any other.
type attempts struct {
	now  func() time.Time
	mu   sync.Mutex
	held map[string]*failures
}

type failures struct {
	open   int         // attempts whose end is not known
	at     []time.Time // of the last minute
	delays int         // in a row
	next   time.Time   // before which no attempt is taken
	slow   time.Time   // until when a failure delays further
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, held: map[string]*failures{}}
}

// admit begins an attempt of all subjects and returns how long the slowest of
// them has to wait; when that is not nothing and the attempt is not forced, it
// is refused, with ended nil. The caller says how it ended. Attempts that are
// under way count as failed, so that many at once are no more than the limit.
func (t *attempts) admit(forced bool, subjects ...subject) (ended func(failed bool), wait time.Duration) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range subjects {
		if f := t.held[s.key]; f != nil {
			wait = max(wait, f.wait(s.limit, now))
		}
	}
	if wait > 0 && !forced {
		return nil, wait
	}
	if len(t.held)+len(subjects) > maxSubjects {
		t.sweep(now)
	}
	for _, s := range subjects {
		if t.held[s.key] == nil {
			t.held[s.key] = new(failures)
		}
		t.held[s.key].open++
	}
	return func(failed bool) { t.end(failed, subjects) }, wait
}

// end counts what became of an attempt. A success clears the first subject
// alone: who knows one password may still be guessing others.
func (t *attempts) end(failed bool, subjects []subject) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, s := range subjects {
		f := t.held[s.key]
		if f == nil {
			continue
		}
		f.open--
		switch {
		case failed:
			f.failed(s.limit, now)
		case i == 0:
			*f = failures{open: f.open}
		}
		if f.idle(now) {
			delete(t.held, s.key)
		}
	}
}

func (f *failures) wait(limit int, now time.Time) time.Duration {
	f.recent(now)
	busy := f.open+len(f.at) >= limit || f.open > 0 && now.Before(f.slow)
	if busy {
		return max(time.Second, f.next.Sub(now))
	}
	return max(0, f.next.Sub(now))
}

func (f *failures) failed(limit int, now time.Time) {
	f.recent(now)
	if !now.Before(f.slow) {
		f.delays = 0
		if f.at = append(f.at, now); len(f.at) < limit {
			return
		}
		f.at = nil
	}
	f.next, f.slow = now.Add(min(maxDelay, firstDelay<<min(f.delays, 10))), now.Add(slowFor)
	f.delays++
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
	return f.open == 0 && len(f.at) == 0 && !now.Before(f.slow)
}

// sweep drops what has no effect any more; when that is not enough, whatever
// is not slowed down or under way.
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
		if f.open == 0 && !now.Before(f.slow) {
			delete(t.held, s)
		}
	}
}

// tooMany refuses an attempt, or tells a slowed caller that it failed.
func tooMany(wait time.Duration) error {
	return ratchet.Errorf(ratchet.CodeRateLimited, "too many failed attempts").
		With(ratchet.FieldRetryAfter, wait.Milliseconds()).
		WithHint("wait as long as Retry-After says; an address from which you have logged in before is never locked out")
}
