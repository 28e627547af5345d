package mcp

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/events"
	"ratchet/server/limit"
)

// listeners are the sessions over HTTP that can be told that a list of
// resources changed. The SDK tells all of them; only those go through for whom
// one of the tasks exists that came or went.
type listeners struct {
	bySession sync.Map // *mcp.ServerSession -> *listener
	reserved  sync.Map // value of headerPlace -> *seat
}

type listener struct {
	hears func(*ratchet.Event) bool
	due   atomic.Bool // a change that it may know of was not told yet
}

const (
	methodInitialize      = "initialize"
	MethodListen          = "subscriptions/listen"
	methodInitialized     = "notifications/initialized"
	methodResourcesChange = "notifications/resources/list_changed"
)

// headerPlace carries the place of a new session to where the session is made.
const headerPlace = "X-Ratchet-Place"

// reservePlace takes a place for the session that a request begins, or refuses it. The
// session keeps the place until its end; left gives it back if none was made.
func (m *Handler) reservePlace(r *http.Request, p ratchet.Principal) (left func(), err error) {
	session := make(chan func(), 1) // what ends the session, once there is one
	place, err := m.streams.Enter(p, limit.Address(r), func() {
		select {
		case end := <-session:
			end()
		default:
		}
	})
	if err != nil {
		return nil, err
	}
	id := rand.Text()
	r.Header.Set(headerPlace, id)
	m.server.listeners.reserved.Store(id, &reservedPlace{place, session})
	return func() {
		if _, unused := m.server.listeners.reserved.LoadAndDelete(id); unused {
			place.Leave()
		}
	}, nil
}

// reservedPlace is a place on its way to a session.
type reservedPlace struct {
	place   *limit.Place
	session chan<- func()
}

// claimPlace gives a session the place that its first request took.
func (l *listeners) claimPlace(ss *mcp.ServerSession, req mcp.Request, log *slog.Logger) {
	extra := req.GetExtra()
	if extra == nil || extra.Header == nil {
		return
	}
	v, ok := l.reserved.LoadAndDelete(extra.Header.Get(headerPlace))
	if !ok {
		return
	}
	taken := v.(*reservedPlace)
	taken.session <- func() { _ = ss.Close() }
	go atEnd(ss, log, taken.place.Leave)
}

// listen notes who is behind a session when it begins to listen.
func (s *Server) listen(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		ss, ok := req.GetSession().(*mcp.ServerSession)
		if ok && method == methodInitialize {
			s.listeners.claimPlace(ss, req, s.cfg.Log)
		}
		if !ok || (method != MethodListen && method != methodInitialized) {
			return next(ctx, method, req)
		}
		one := &listener{hears: s.deps.Tools.Hears(principalIn(req))}
		switch {
		case method == MethodListen: // it lasts as long as the request
			s.listeners.bySession.Store(ss, one)
			defer s.listeners.bySession.Delete(ss)
		case ss.ID() != "":
			if _, known := s.listeners.bySession.LoadOrStore(ss, one); !known {
				go atEnd(ss, s.cfg.Log, func() { s.listeners.bySession.Delete(ss) })
			}
		}
		return next(ctx, method, req)
	}
}

// changed notes for whom a list of resources is another now.
func (l *listeners) changed(happened []ratchet.Event, kinds events.Set) {
	l.bySession.Range(func(_, v any) bool {
		one := v.(*listener)
		for i := range happened {
			if changes(kinds, &happened[i]) == events.Resources && one.hears(&happened[i]) {
				one.due.Store(true)
			}
		}
		return true
	})
}

// filterNotifications drops what a session may not know of. Connections without a session id
// are the machine owner's.
func (l *listeners) filterNotifications(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		if method != methodResourcesChange {
			return next(ctx, method, req)
		}
		ss, ok := req.GetSession().(*mcp.ServerSession)
		if !ok {
			return next(ctx, method, req)
		}
		one, known := l.bySession.Load(ss)
		if known && one.(*listener).due.Swap(false) || !known && ss.ID() == "" {
			return next(ctx, method, req)
		}
		return nil, nil
	}
}

// changes is the list that an event changes; empty = none.
func changes(kinds events.Set, e *ratchet.Event) events.List {
	k, _ := kinds.Find(e.Kind)
	return k.Changes
}
