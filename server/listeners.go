package server

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// listeners are the sessions over HTTP that can be told that a list of
// resources changed. The SDK tells all of them; only those go through for whom
// one of the tasks exists that came or went.
type listeners struct {
	bySession sync.Map // *mcp.ServerSession -> *listener
}

type listener struct {
	hears func(*ratchet.Event) bool
	due   atomic.Bool // a change that it may know of was not told yet
}

const (
	methodListen          = "subscriptions/listen"
	methodInitialized     = "notifications/initialized"
	methodResourcesChange = "notifications/resources/list_changed"
)

// listen notes who is behind a session when it begins to listen.
func (b *binding) listen(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		ss, ok := req.GetSession().(*mcp.ServerSession)
		if !ok || (method != methodListen && method != methodInitialized) {
			return next(ctx, method, req)
		}
		one := &listener{hears: b.deps.Tools.Hears(principalIn(req))}
		switch {
		case method == methodListen: // it lasts as long as the request
			b.listeners.bySession.Store(ss, one)
			defer b.listeners.bySession.Delete(ss)
		case ss.ID() != "":
			if _, known := b.listeners.bySession.LoadOrStore(ss, one); !known {
				go func() {
					_ = ss.Wait() // however it ended, it is over
					b.listeners.bySession.Delete(ss)
				}()
			}
		}
		return next(ctx, method, req)
	}
}

// changed notes for whom a list of resources is another now.
func (l *listeners) changed(events []ratchet.Event) {
	l.bySession.Range(func(_, v any) bool {
		one := v.(*listener)
		for i := range events {
			if changesResources(events[i].Kind) && one.hears(&events[i]) {
				one.due.Store(true)
			}
		}
		return true
	})
}

// tell drops what a session may not know of. Connections without a session id
// are the machine owner's.
func (l *listeners) tell(next mcp.MethodHandler) mcp.MethodHandler {
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

// changesResources says whether events of a kind change the list of resources.
func changesResources(kind string) bool { return kind == "task.created" || kind == "task.deleted" }
