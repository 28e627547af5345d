package registry

import (
	"slices"

	"ratchet"
	"ratchet/events"
)

// Events are the kinds of events that there are.
func (r *Registry) Events() events.Set { return r.events }

// WithEvents is the registry with the events of further nouns.
func (r *Registry) WithEvents(nouns ...events.Noun) (*Registry, error) {
	out, err := New(r.list...)
	if err != nil {
		return nil, err
	}
	out.whole, out.served = r.whole, r.served
	out.events, err = r.events.With(nouns...)
	return out, err
}

// Hears says of which events p may hear: those whose audience p belongs to,
// about tasks that exist for p. The answer holds as long as p does, and is quick.
func (r *Registry) Hears(p ratchet.Principal) func(*ratchet.Event) bool {
	// A thousand readers may wait, each with an answer: it keeps a byte a kind.
	heard := make([]bool, r.events.Len())
	for _, name := range r.events.Names() {
		k, _ := r.events.Find(name)
		heard[k.Index()] = r.Belongs(p, k.Audience)
	}
	scope := p.Scope
	return func(e *ratchet.Event) bool {
		k, ok := r.events.Find(e.Kind)
		if !ok || !heard[k.Index()] {
			return false
		}
		if k.Audience.OfTask && scope.LimitsTasks() {
			return e.Task != "" && scope.AllowsTask(e.Task)
		}
		return true
	}
}

// Belongs says whether p is in an audience, whatever the task.
func (r *Registry) Belongs(p ratchet.Principal, a events.Audience) bool {
	switch {
	case a.Whole && p.Scope.LimitsTasks(), a.Roles != nil && !slices.Contains(a.Roles, p.Role):
		return false
	case len(a.Tools) == 0:
		return true
	}
	return PermitAny(p, r, a.Tools...) == nil
}
