package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/schema"
)

// Prefix is where the surface begins.
const Prefix = "/api/v1"

// Config says what to serve. Registry and Deps are required.
type Config struct {
	Registry  *registry.Registry
	Deps      *registry.Deps                        // its gates are read at each call
	Principal func(*http.Request) ratchet.Principal // who calls; nil = the machine's owner
	Log       *slog.Logger                          // nil = that of Deps

	MaxBody   int           // bytes of a request body; 0 = 10 MiB
	MaxResult int           // bytes of a result before fields are cut; 0 = 10 MiB
	Bulk      int           // calls of one bulk request; 0 = 100
	Heartbeat time.Duration // between two signs of life of an idle stream; 0 = 15 s
	Unread    int           // events that wait for a slow reader before the oldest are lost; 0 = 256
	Write     time.Duration // longest wait for a reader of a stream to take an event; 0 = 10 s

	// Sent is called with the bytes that a stream sent after its handler had returned;
	// nil = not called.
	Sent func(ctx context.Context, p ratchet.Principal, bytes int64)
}

// Handler is the surface. It is safe for concurrent use.
type Handler struct {
	cfg      Config
	log      *slog.Logger
	routes   *router
	shapes   map[string]*operation   // by name of the tool
	payloads map[string]*schema.Type // of events, by kind
	wording  wording
	ctx      context.Context // ends when the handler is closed
	stop     context.CancelFunc
	streams  sync.WaitGroup
}

// New makes the surface. It refuses routes that name arguments their tool
// does not have, and routes that exist twice.
func New(cfg Config) (*Handler, error) {
	def := func(n *int, v int) {
		if *n <= 0 {
			*n = v
		}
	}
	def(&cfg.MaxBody, 10<<20)
	def(&cfg.MaxResult, 10<<20)
	def(&cfg.Bulk, 100)
	def(&cfg.Unread, 256)
	if cfg.Heartbeat <= 0 {
		cfg.Heartbeat = 15 * time.Second
	}
	if cfg.Write <= 0 {
		cfg.Write = 10 * time.Second
	}
	if cfg.Principal == nil {
		cfg.Principal = func(*http.Request) ratchet.Principal { return ratchet.Local() }
	}
	if cfg.Sent == nil {
		cfg.Sent = func(context.Context, ratchet.Principal, int64) {}
	}
	h := &Handler{cfg: cfg, log: cfg.Log, routes: newRouter(), shapes: map[string]*operation{}, payloads: payloadsOf(cfg.Registry.Events()), wording: wording{cfg.Registry}}
	if h.log == nil {
		h.log = cfg.Deps.Log
	}
	h.ctx, h.stop = context.WithCancel(context.Background())
	if err := h.mount(); err != nil {
		return nil, fmt.Errorf("make the REST surface: %w", err)
	}
	return h, nil
}

// Close ends the streams that are open and waits for them. Calls go on.
func (h *Handler) Close() {
	h.stop()
	h.streams.Wait()
}

// mount declares all routes.
func (h *Handler) mount() error {
	for _, t := range h.cfg.Registry.List() {
		op, err := newOperation(t, registry.Route{Method: http.MethodPost, Path: "/tools/" + t.Name})
		if err != nil {
			return err
		}
		h.shapes[t.Name] = op
		for _, r := range t.Routes {
			if r.Method == "" {
				continue
			}
			op, err := newOperation(t, r)
			if err == nil {
				err = h.routes.add(r.Method, r.Path, &served{op: op})
			}
			if err != nil {
				return fmt.Errorf("%s %s of %s: %w", r.Method, r.Path, t.Name, err)
			}
		}
	}
	if err := h.routes.add(http.MethodPost, "/tools/{tool}", &served{serve: h.callTool}); err != nil {
		return err
	}
	for _, e := range h.endpoints() {
		if err := h.routes.add(e.Method, pathOf(e.Operation), &served{serve: e.serve}); err != nil {
			return fmt.Errorf("%s %s: %w", e.Method, e.Path, err)
		}
	}
	h.routes.root.linkReads()
	return nil
}

// deps are those of the tools with this surface's bound of results.
func (h *Handler) deps() *registry.Deps {
	d := *h.cfg.Deps
	d.Settings.MaxResultBytes, d.Settings.ResultBytes = h.cfg.MaxResult, nil
	return &d
}

func (h *Handler) now() time.Time {
	if h.cfg.Deps.Now != nil {
		return h.cfg.Deps.Now().UTC()
	}
	return time.Now().UTC()
}
