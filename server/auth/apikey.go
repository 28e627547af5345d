package auth

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ratchet"
	"ratchet/credential"
	"ratchet/storage"
)

// byKey finds the key that text is. Keys are found by their hash, so how long
// the search takes tells nothing about them.
func (a *Authenticator) byKey(ctx context.Context, text string) (identity, error) {
	return a.known.get(a.cfg.Store, "key", text, a.cfg.Now(), func() (identity, time.Time, error) {
		if !credential.LooksLikeKey(text) {
			return identity{}, time.Time{}, refused("the API key is not valid")
		}
		k, err := a.cfg.Store.APIKeyByHash(ctx, credential.Digest(text))
		switch {
		case err != nil:
			return identity{}, time.Time{}, err
		case k == nil || !k.Active:
			return identity{}, time.Time{}, refused("the API key is not valid")
		case !k.ExpiresAt.IsZero() && !a.cfg.Now().Before(k.ExpiresAt):
			return identity{}, time.Time{}, refused("the API key has expired")
		}
		return identity{principal: k.Principal(), key: a.uses.of(k), from: networksOf(k.AllowedIPs)}, k.ExpiresAt, nil
	})
}

// use counts what one key did since it was written down last.
type use struct {
	count atomic.Int64
	last  atomic.Int64 // Unix microseconds
}

// ParseNetworks reads addresses and networks in CIDR form.
func ParseNetworks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			out = append(out, prefix.Masked())
			continue
		}
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%q is neither an address nor a network", text).
				With(ratchet.FieldExample, "192.0.2.0/24")
		}
		out = append(out, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
	}
	return out, nil
}

// networksOf is where a caller may come from; nil = from everywhere.
func networksOf(allowed []string) []netip.Prefix {
	networks, err := ParseNetworks(allowed)
	if err != nil {
		return []netip.Prefix{} // not readable: from nowhere
	}
	return networks
}

// within says whether an address is in one of the networks.
func within(networks []netip.Prefix, ip string) bool {
	if networks == nil {
		return true
	}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for _, network := range networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

func (u *use) add(all *uses) {
	u.last.Store(all.now().UnixMicro())
	if u.count.Add(1) == 1 {
		all.wake()
	}
}

// writeEvery is how long uses are collected before they are written.
const writeEvery = 5 * time.Second

// uses are the counts of all keys that were used since the start.
type uses struct {
	store *storage.DB
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	held   map[string]*use // by id of the key
	timer  *time.Timer     // runs when there is something to write
	closed bool
}

// of returns the counter of a key.
func (s *uses) of(k *ratchet.APIKey) *use {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.held[k.ID]
	if !ok {
		u = new(use)
		s.held[k.ID] = u
	}
	return u
}

// wake makes sure that what was counted is written soon.
func (s *uses) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.timer != nil {
		return
	}
	const doing = "count the uses of API keys"
	s.timer = time.AfterFunc(writeEvery, ratchet.Guard(doing, ratchet.Logged(s.log, doing), func() {
		s.mu.Lock()
		s.timer = nil
		s.mu.Unlock()
		if err := s.write(context.Background()); err != nil {
			s.log.Warn("the uses of API keys were not counted", "error", err)
		}
	}))
}

// write writes what was counted.
func (s *uses) write(ctx context.Context) error {
	s.mu.Lock()
	var counted []storage.KeyUse
	for id, u := range s.held {
		if n := u.count.Swap(0); n > 0 {
			counted = append(counted, storage.KeyUse{ID: id, Count: n, Last: time.UnixMicro(u.last.Load())})
		}
	}
	s.mu.Unlock()
	if len(counted) == 0 {
		return nil
	}
	return s.store.CountKeyUses(ctx, counted)
}

func (s *uses) close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.mu.Unlock()
	return s.write(ctx)
}
