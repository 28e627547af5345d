package limit

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// client is one caller, by principal or by address.
type client struct {
	key   string
	place *list.Element // in clients.order; guarded by clients.mu
	named bool          // its daily count is kept across restarts

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	day     int64 // of used, in days since 1970 UTC
	used    int64
	saved   int64 // of used, what the store knows
	calls   int   // open now
	runs    int   // open calls that run tasks
}

// bucket returns the bucket of that name, full when it is new. Its size
// follows the configuration of the moment: a changed role or tier has effect
// at once. c.mu must be held.
func (c *client) bucket(name string, perMinute, burst int, now time.Time) *rate.Limiter {
	per := rate.Limit(float64(perMinute) / 60)
	b, ok := c.buckets[name]
	if !ok {
		b = rate.NewLimiter(per, burst)
		if c.buckets == nil {
			c.buckets = make(map[string]*rate.Limiter, 2)
		}
		c.buckets[name] = b
		return b
	}
	if b.Limit() != per {
		b.SetLimitAt(now, per)
	}
	if b.Burst() != burst {
		b.SetBurstAt(now, burst)
	}
	return b
}

// today starts a new day's count when one has begun. c.mu must be held.
func (c *client) today(now time.Time) {
	if day := dayOf(now); day != c.day {
		c.day, c.used, c.saved = day, 0, 0
	}
}

func dayOf(t time.Time) int64 { return t.UTC().Unix() / 86400 }

// untilTomorrow is the time left of the UTC day.
func untilTomorrow(now time.Time) time.Duration {
	return time.Unix((dayOf(now)+1)*86400, 0).Sub(now)
}

// clients are the callers that are remembered: those seen last, up to a bound.
type clients struct {
	bound int

	mu    sync.Mutex
	known map[string]*client
	order *list.List // *client, seen last first
}

func newClients(bound int) *clients {
	return &clients{bound: bound, known: map[string]*client{}, order: list.New()}
}

// find returns the client of that key, remembering it; fresh says that it was
// not known. Those that had to be forgotten for it are returned.
func (cs *clients) find(key string, named bool) (c *client, fresh bool, gone []*client) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if c, ok := cs.known[key]; ok {
		cs.order.MoveToFront(c.place)
		return c, false, nil
	}
	for at := cs.order.Back(); at != nil && len(cs.known) >= cs.bound; {
		before := at.Prev()
		if old := at.Value.(*client); old.idle() {
			cs.order.Remove(at)
			delete(cs.known, old.key)
			gone = append(gone, old)
		}
		at = before
	}
	c = &client{key: key, named: named}
	c.place = cs.order.PushFront(c)
	cs.known[key] = c
	return c, true, gone
}

func (cs *clients) all() []*client {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	out := make([]*client, 0, len(cs.known))
	for _, c := range cs.known {
		out = append(out, c)
	}
	return out
}

func (c *client) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls == 0
}

func (cs *clients) count() int {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return len(cs.known)
}
