package executor

import (
	"slices"
	"sync"

	"ratchet"
)

// admission admits runs under the limits of the server, a principal and a task's
// concurrency key, best priority first, then oldest.
type admission struct {
	mu      sync.Mutex
	limits  gateLimits
	counts  map[string]int
	waiting []*ticket
}

type gateLimits struct {
	server    int // 0 = none; the only one that changes
	principal int
	waiting   int
}

// ticket is one run's claim to a place.
type ticket struct {
	needs    []need
	priority ratchet.Priority
	admitted chan struct{} // nil when admitted at once; closed on admission
}

// server is the key of the count of all runs. Its limit is that of the moment.
const server = "server"

// need is one count a ticket raises while it is admitted.
type need struct {
	key   string
	limit int // of the server: see there
}

func newGate(limits gateLimits) *admission {
	return &admission{limits: limits, counts: make(map[string]int)}
}

// enter asks for a place. The returned ticket is admitted when its channel is
// nil or closed; every ticket must leave.
func (g *admission) enter(principal, taskKey string, taskLimit int, priority ratchet.Priority) (*ticket, error) {
	t := &ticket{priority: max(priority, ratchet.PriorityLow)}
	if priority == 0 {
		t.priority = ratchet.PriorityNormal
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	t.needs = append(t.needs, need{key: server})
	if principal != "" && g.limits.principal > 0 {
		t.needs = append(t.needs, need{"principal " + principal, g.limits.principal})
	}
	if taskLimit > 0 {
		t.needs = append(t.needs, need{"task " + taskKey, taskLimit})
	}
	if g.fits(t) {
		g.take(t)
		return t, nil
	}
	if len(g.waiting) >= g.limits.waiting {
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "%d runs are waiting already", len(g.waiting)).
			WithHint("try again in a second").With(ratchet.FieldRetryAfter, int64(1000))
	}
	t.admitted = make(chan struct{})
	at := slices.IndexFunc(g.waiting, func(w *ticket) bool { return w.priority < t.priority })
	if at < 0 {
		at = len(g.waiting)
	}
	g.waiting = slices.Insert(g.waiting, at, t)
	return t, nil
}

func (g *admission) fits(t *ticket) bool {
	for _, n := range t.needs {
		limit := n.limit
		if n.key == server {
			limit = g.limits.server
		}
		if limit > 0 && g.counts[n.key] >= limit {
			return false
		}
	}
	return true
}

func (g *admission) take(t *ticket) {
	for _, n := range t.needs {
		g.counts[n.key]++
	}
}

// leave gives the place back, or the place in the line, and admits whoever fits now.
func (g *admission) leave(t *ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, t); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
		return
	}
	for _, n := range t.needs {
		if g.counts[n.key]--; g.counts[n.key] == 0 {
			delete(g.counts, n.key)
		}
	}
	g.admit()
}

// admit lets in whoever waits and fits. g.mu must be held.
func (g *admission) admit() {
	g.waiting = slices.DeleteFunc(g.waiting, func(w *ticket) bool {
		if !g.fits(w) {
			return false
		}
		g.take(w)
		close(w.admitted)
		return true
	})
}

// SetMaxConcurrent changes Config.MaxConcurrent: what waits and fits now begins
// at once, and runs beyond the number go on to their end.
func (e *Executor) SetMaxConcurrent(runs int) {
	e.admission.mu.Lock()
	defer e.admission.mu.Unlock()
	e.admission.limits.server = runs
	e.admission.admit()
}

// Waiting is how many runs wait for a place.
func (e *Executor) Waiting() int {
	e.admission.mu.Lock()
	defer e.admission.mu.Unlock()
	return len(e.admission.waiting)
}
