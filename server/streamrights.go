package server

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"ratchet"
)

// recheckEvery is how long a stream may go on with rights that are no longer.
const recheckEvery = time.Second

// watchStreams begins to look after the streams that are open.
func (s *Server) watchStreams() {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		const doing = "look after the streams"
		ratchet.Keep(doing, ratchet.Logged(s.access, doing), func() { s.recheckStreams(ctx) })
	}()
	s.closers = slices.Insert(s.closers, 0, func(context.Context) error { cancel(); <-over; return nil })
}

// recheckStreams ends streams of callers whose key or user was changed, revoked
// or deleted, or has expired, or whose login or token is over, until ctx ends. Calls are checked each by itself.
func (s *Server) recheckStreams(ctx context.Context) {
	tick := time.NewTicker(recheckEvery)
	defer tick.Stop()
	seen := s.deps.Store.IdentityRevision()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		revision := s.deps.Store.IdentityRevision()
		changed := revision != seen
		seen = revision
		now := s.deps.Now()
		s.streams.Recheck(func(p ratchet.Principal) bool {
			return (p.ExpiresAt.IsZero() || now.Before(p.ExpiresAt)) && s.sessionHolds(ctx, p.Session, now, changed) &&
				(!changed || s.holds(ctx, p))
		})
	}
}

// sessionHolds says whether the login and the token that a caller came by go on.
// changed says that the store may say otherwise than when it was asked last.
func (s *Server) sessionHolds(ctx context.Context, l *ratchet.Session, now time.Time, changed bool) bool {
	if l == nil {
		return true
	}
	if !l.TokenEnd.IsZero() && !now.Before(l.TokenEnd) {
		return false
	}
	if l.Token != "" && changed {
		if revoked, err := s.deps.Store.TokenRevoked(ctx, l.Token); err == nil && revoked {
			return false
		}
	}
	if l.Login != "" && (changed || !now.Before(l.LoginEnd)) { // it may have been extended
		if _, u, err := s.deps.Store.Login(ctx, l.Login, nil); err == nil && u == nil {
			return false
		}
	}
	return true
}

// holds says whether the store still says of a caller what it is known by. Where
// it does not answer, nothing is ended.
func (s *Server) holds(ctx context.Context, p ratchet.Principal) bool {
	kind, id, _ := strings.Cut(p.ID, ":")
	var is ratchet.Principal
	switch kind {
	case "key":
		k, err := s.deps.Store.APIKey(ctx, id, nil)
		if err != nil || !k.Active {
			return err != nil && ratchet.CodeOf(err) != ratchet.CodeNotFound
		}
		is = k.Principal()
	case "user":
		u, err := s.deps.Store.User(ctx, id, nil)
		if err != nil || !u.MayLogin(s.deps.Now()) {
			return err != nil && ratchet.CodeOf(err) != ratchet.CodeNotFound
		}
		is = u.Principal(p.Via)
	default:
		return true
	}
	return is.Role == p.Role && reflect.DeepEqual(is.Bounds(), p.Bounds())
}
