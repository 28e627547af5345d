package server

import (
	"sync"

	"ratchet"
)

// callGate bounds the calls that one caller has open at once.
type callGate struct {
	named, open int
	mu          sync.Mutex
	running     map[string]int // by principal; empty = open loopback
}

func newCallGate(named, open int) *callGate {
	return &callGate{named: named, open: open, running: map[string]int{}}
}

// enter takes a place, which leave gives back.
func (g *callGate) enter(principal string) (leave func(), err error) {
	limit := g.named
	if principal == "" {
		limit = g.open
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running[principal] >= limit {
		return nil, ratchet.Errorf(ratchet.CodeRateLimited, "%d calls are open at once; no more are taken", limit).
			With(ratchet.FieldRetryAfter, int64(1000)).WithHint("wait for one of them to answer, then try again")
	}
	g.running[principal]++
	return func() { g.leave(principal) }, nil
}

func (g *callGate) leave(principal string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running[principal]--; g.running[principal] == 0 {
		delete(g.running, principal)
	}
}

// active is the number of open calls.
func (g *callGate) active() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, running := range g.running {
		n += running
	}
	return n
}
