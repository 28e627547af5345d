package ratchet

import (
	"sync"
	"time"
)

// Event is one thing that happened, for live readers. Package events declares
// the kinds, what their data is and who may receive them.
type Event struct {
	Seq     int64 // from 1, without gaps, per server process
	Kind    string
	ID      string // of what it is about: UUID of a task or execution, number of a worker, address of a resource
	Task    string // name of the task it is about; empty = it is about none
	At      time.Time
	Data    any  // by kind; readers must not change it
	Passing bool // of interest while it happens only: not kept for readers that come back
}

// Bus hands events to subscribers in order. A slow subscriber loses its
// oldest events and learns how many. The newest events are kept for readers
// that come back: see SubscribeFrom. The zero value is ready; a Bus is safe
// for concurrent use.
type Bus struct {
	mu     sync.Mutex
	seq    int64
	subs   map[*Subscription]struct{}
	recent recentEvents
}

// Subscription is one reader of a Bus.
type Subscription struct {
	bus     *Bus
	match   func(*Event) bool
	mu      sync.Mutex
	queue   []Event
	dropped int64
	wake    chan struct{}
	limit   int
}

// Publish gives e a sequence number and hands it to all matching subscribers.
// It never blocks.
func (b *Bus) Publish(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seq++
	e.Seq = b.seq
	if !e.Passing {
		b.recent.push(e)
	}
	for s := range b.subs {
		if s.match == nil || s.match(&e) {
			s.push(e)
		}
	}
}

// Subscribe returns a subscription to the events that match accepts (nil =
// all), holding at most limit unread ones (0 = 1024). The caller must Close it.
// match runs under the bus's lock: it must be quick and must not call the bus.
func (b *Bus) Subscribe(limit int, match func(*Event) bool) *Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.subscribe(limit, match)
}

func (b *Bus) subscribe(limit int, match func(*Event) bool) *Subscription {
	if limit <= 0 {
		limit = 1024
	}
	s := &Subscription{bus: b, match: match, wake: make(chan struct{}, 1), limit: limit}
	if b.subs == nil {
		b.subs = make(map[*Subscription]struct{})
	}
	b.subs[s] = struct{}{}
	return s
}

// SubscribeFrom is Subscribe for a reader that has seen the events up to
// sequence number after: those that were published since and are still kept
// come first, then the live ones, without a gap or a double. Events that are
// no longer kept count as dropped, whether they would have matched or not.
// A number beyond the newest event is one of another server process: every
// kept event comes, and one counts as dropped.
func (b *Bus) SubscribeFrom(after int64, limit int, match func(*Event) bool) *Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.subscribe(limit, match)
	if after > b.seq {
		after = 0
		s.dropped++
	} else {
		s.dropped += max(0, b.recent.gone-after)
	}
	b.recent.each(func(e *Event) {
		if e.Seq > after && (match == nil || match(e)) {
			s.push(*e)
		}
	})
	return s
}

// Newest is the sequence number of the newest event; 0 = none yet.
func (b *Bus) Newest() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seq
}

func (s *Subscription) push(e Event) {
	s.mu.Lock()
	if len(s.queue) == s.limit {
		s.queue = append(s.queue[:0], s.queue[1:]...)
		s.dropped++
	}
	s.queue = append(s.queue, e)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Ready is signalled when Take has something to return.
func (s *Subscription) Ready() <-chan struct{} { return s.wake }

// Take returns the unread events and how many were dropped since the last Take.
func (s *Subscription) Take() (events []Event, dropped int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	events, dropped = s.queue, s.dropped
	s.queue, s.dropped = nil, 0
	return events, dropped
}

// Close ends the subscription. Closing twice is harmless.
func (s *Subscription) Close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	delete(s.bus.subs, s)
}
