package server

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// updateEvery is how often a changed resource is reported at most.
const updateEvery = 100 * time.Millisecond

// updates turns events of the bus into notifications, with one goroutine for
// all clients: addresses that changed are collected and sent together.
type updates struct {
	b       *binding
	events  *ratchet.Subscription
	stop    chan struct{}
	stopped chan struct{}
	once    sync.Once

	watching atomic.Int64 // addresses in wanted: while 0 only task events are taken
	mu       sync.Mutex
	wanted   map[string]watchers // by address
	watched  watchers            // sessions whose end is awaited
}

func newUpdates(b *binding, bus *ratchet.Bus) *updates {
	u := &updates{b: b, stop: make(chan struct{}), stopped: make(chan struct{}), wanted: map[string]watchers{}, watched: watchers{}}
	if bus == nil {
		close(u.stopped)
		return u
	}
	u.events = bus.Subscribe(0, func(e *ratchet.Event) bool {
		return changesList(e.Kind) || u.watching.Load() > 0
	})
	go u.keepRunning()
	return u
}

func (u *updates) close() {
	u.once.Do(func() { close(u.stop) })
	<-u.stopped
	if u.events != nil {
		u.events.Close()
	}
}

func (u *updates) keepRunning() {
	defer close(u.stopped)
	ratchet.Keep("tell clients of changes", ratchet.Logged(u.b.cfg.log, "tell clients of changes"), u.run)
}

func (u *updates) run() {
	for {
		select {
		case <-u.stop:
			return
		case <-u.events.Ready():
		}
		events, dropped := u.events.Take()
		u.b.listeners.changed(events)
		u.send(u.changed(events, dropped))
		u.b.announce(events)
		pause := time.NewTimer(updateEvery)
		select {
		case <-u.stop:
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// changesList says whether events of a kind change what clients can list.
func changesList(kind string) bool {
	return changesResources(kind) || kind == "tools.changed" || kind == "prompts.changed"
}

// announce tells clients to list tools or prompts again. The SDK does so when
// one of them is registered, even if it is the same as before.
func (b *binding) announce(events []ratchet.Event) {
	tools := slices.ContainsFunc(events, func(e ratchet.Event) bool { return e.Kind == "tools.changed" })
	prompts := slices.ContainsFunc(events, func(e ratchet.Event) bool { return e.Kind == "prompts.changed" })
	if !tools && !prompts {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.servers {
		if list := o.registry.List(); tools && len(list) > 0 {
			o.server.AddTool(definition(list[0]), b.handler(list[0]))
		}
		if prompts {
			b.addPrompt(o.server, b.prompts()[0])
		}
	}
}

// changed says which watched addresses events touch, and whether the list did.
func (u *updates) changed(events []ratchet.Event, dropped int64) (uris []string, list bool) {
	prefixes := map[string]bool{}
	for _, e := range events {
		kind, _, _ := strings.Cut(e.Kind, ".")
		list = list || changesResources(e.Kind)
		prefixes["ratchet://"+kind+"s/"+e.ID] = true
		if e.Kind == "resource.updated" {
			prefixes[e.ID] = true
		}
		if t, ok := e.Data.(*ratchet.Task); ok && t != nil {
			prefixes["ratchet://tasks/"+t.Name] = true
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for uri := range u.wanted {
		if dropped > 0 || prefixes[thing(uri)] || prefixes[uri] {
			uris = append(uris, uri)
		}
	}
	return uris, list
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
				u.b.cfg.log.Debug("update not delivered", "uri", uri, "error", err)
			}
		}
		if list {
			s.AddResource(&mcp.Resource{URI: changeMarker, Name: "changed"}, u.b.readResource)
		}
	})
}
