package auth

import (
	"sync"
	"time"
)

const (
	maxAddresses = 10_000 // with logins that are remembered
	maxResidents = 1000   // users of an address that are
)

// familiar remembers from which addresses users have logged in since the
// server started, so that failures of others do not lock them out.
type familiar struct {
	mu        sync.Mutex
	addresses map[string]*residents
}

// residents are the users of an address.
type residents struct {
	last  time.Time            // time of the last login
	users map[string]time.Time // by id: when they did last
}

// remember notes a login of a user from an address; the oldest give way.
func (f *familiar) remember(user, address string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.addresses[address]
	if r == nil {
		if f.addresses == nil {
			f.addresses = map[string]*residents{}
		}
		dropOldest(f.addresses, maxAddresses, func(r *residents) time.Time { return r.last })
		r = &residents{users: map[string]time.Time{}}
		f.addresses[address] = r
	}
	if _, ok := r.users[user]; !ok {
		dropOldest(r.users, maxResidents, func(at time.Time) time.Time { return at })
	}
	r.users[user], r.last = now, now
}

// knows says whether the user has logged in from the address.
func (f *familiar) knows(user, address string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.addresses[address]
	if r == nil {
		return false
	}
	_, ok := r.users[user]
	return ok
}

// address says whether anybody has logged in from it.
func (f *familiar) address(address string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.addresses[address] != nil
}

// dropOldest makes room for one more where held has bound entries.
func dropOldest[V any](held map[string]V, bound int, at func(V) time.Time) {
	if len(held) < bound {
		return
	}
	oldest, first := "", true
	for key, v := range held {
		if first || at(v).Before(at(held[oldest])) {
			oldest, first = key, false
		}
	}
	delete(held, oldest)
}
