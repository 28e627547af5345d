package mcp

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/events"
)

// updateEvery is how often a changed resource is reported at most.
const updateEvery = 100 * time.Millisecond

// updates turns events of the bus into notifications, with one goroutine for
// all clients: addresses that changed are collected and sent together.
type updates struct {
	b       *Server
	kinds   events.Set
	sub     *ratchet.Subscription
	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once

	watching atomic.Int64 // addresses in wanted: while 0 only task events are taken
	mu       sync.Mutex
	wanted   map[string]watchers // by address
	watched  watchers            // sessions whose end is awaited
}

func newUpdates(b *Server, bus *ratchet.Bus) *updates {
	u := &updates{b: b, kinds: b.deps.Tools.Events(), stop: make(chan struct{}), stopped: make(chan struct{}), wanted: map[string]watchers{}, watched: watchers{}}
	if bus == nil {
		close(u.stopped)
		return u
	}
	u.sub = bus.Subscribe(0, func(e *ratchet.Event) bool {
		return changes(u.kinds, e) != "" || u.watching.Load() > 0
	})
	go u.keepRunning()
	return u
}

func (u *updates) close() {
	u.once.Do(func() { close(u.stop) })
	<-u.stopped
	if u.sub != nil {
		u.sub.Close()
	}
}

func (u *updates) keepRunning() {
	defer close(u.stopped)
	ratchet.Keep("tell clients of changes", ratchet.Logged(u.b.cfg.Log, "tell clients of changes"), u.run)
}

func (u *updates) run() {
	for {
		select {
		case <-u.stop:
			return
		case <-u.sub.Ready():
		}
		happened, dropped := u.sub.Take()
		lists := map[events.List]bool{}
		for i := range happened {
			lists[changes(u.kinds, &happened[i])] = true
		}
		u.b.listeners.changed(happened, u.kinds)
		u.send(u.changed(happened, dropped), lists[events.Resources])
		u.b.announce(lists)
		pause := time.NewTimer(updateEvery)
		select {
		case <-u.stop:
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// announce tells clients to list tools or prompts again. The SDK does so when
// one of them is registered, even if it is the same as before.
func (s *Server) announce(lists map[events.List]bool) {
	tools, prompts := lists[events.Tools], lists[events.Prompts]
	if !tools && !prompts {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.servers {
		if list := o.registry.List(); tools && len(list) > 0 {
			s.addTool(o.server, list[0])
		}
		if prompts {
			s.addPrompt(o.server, s.Prompts()[0])
		}
	}
}

// changed says which watched addresses events touch.
func (u *updates) changed(happened []ratchet.Event, dropped int64) (uris []string) {
	touched := map[string]bool{}
	for _, e := range happened {
		if k, _ := u.kinds.Find(e.Kind); k.Touches != nil {
			for _, address := range k.Touches(e) {
				touched[address] = true
			}
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for uri := range u.wanted {
		if dropped > 0 || touched[thing(uri)] || touched[uri] {
			uris = append(uris, uri)
		}
	}
	return uris
}

// thing is the address without its part and query.
func thing(uri string) string {
	uri, _, _ = strings.Cut(uri, "?")
	rest := strings.TrimPrefix(uri, "ratchet://")
	parts := strings.SplitN(rest, "/", 3)
	return "ratchet://" + strings.Join(parts[:min(2, len(parts))], "/")
}

func (u *updates) send(uris []string, list bool) {
	u.b.each(func(s *mcp.Server) {
		for _, uri := range uris {
			if err := s.ResourceUpdated(context.Background(), &mcp.ResourceUpdatedNotificationParams{URI: uri}); err != nil {
				u.b.cfg.Log.Debug("update not delivered", "uri", uri, "error", err)
			}
		}
		if list {
			s.AddResource(&mcp.Resource{URI: changeMarker, Name: "changed"}, u.b.readResource)
		}
	})
}
