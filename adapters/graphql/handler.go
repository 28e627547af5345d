package graphql

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"ratchet/registry"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"ratchet"
)

// Handler serves GraphQL over HTTP: POST, GET, server-sent events and
// WebSockets. It is safe for concurrent use. Close it to end its streams.
type Handler struct {
	cfg    Config
	schema *gqlSchema
	deps   *registry.Deps
	now    func() time.Time
	log    *slog.Logger
	server *handler.Server

	life    context.Context //nolint:containedctx // ends streams, whose requests have contexts of their own
	end     context.CancelFunc
	open    sync.WaitGroup
	mu      sync.Mutex
	streams int // that are open; guarded by mu
}

// New makes a Handler. It fails when tools cannot be shown together, such as
// two that claim the same field.
func New(cfg Config) (*Handler, error) {
	cfg.Limits = cfg.Limits.withDefaults()
	if cfg.Principal == nil {
		cfg.Principal = func(*http.Request) ratchet.Principal { return ratchet.Local() }
	}
	s, err := newSchema(cfg.Registry)
	if err != nil {
		return nil, err
	}
	h := &Handler{cfg: cfg, schema: s, deps: cfg.Deps, now: cfg.Deps.Now, log: cmp.Or(cfg.Log, cfg.Deps.Log)}
	if h.now == nil {
		h.now = time.Now
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.life, h.end = context.WithCancel(context.Background())
	h.server = handler.New(executable{h})
	h.server.AddTransport(h.websocket())
	h.server.AddTransport(eventStream{h})
	h.server.AddTransport(transport.POST{})
	h.server.AddTransport(get{h})
	documents := newCache(1<<20, func(source string, _ *ast.QueryDocument) int { return len(source) + 256 })
	h.server.SetQueryCache(documents)
	h.server.SetParserTokenLimit(cfg.Limits.Tokens)
	h.server.SetErrorPresenter(h.present)
	h.server.SetRecoverFunc(h.recovered)
	h.server.AroundResponses(fewErrors)
	h.server.Use(extension.AutomaticPersistedQuery{
		Cache: newCache(4<<20, func(key, source string) int { return len(key) + len(source) + 256 }),
	})
	h.server.Use(limits{Limits: cfg.Limits, documents: documents})
	if cfg.Introspection {
		h.server.Use(extension.Introspection{})
	}
	return h, nil
}

// maxErrors is how many faults of a refused document are told.
const maxErrors = 20

// fewErrors keeps the answer to a document that is wrong all over short.
func fewErrors(ctx context.Context, next gql.ResponseHandler) *gql.Response {
	res := next(ctx)
	if res != nil && res.Data == nil && len(res.Errors) > maxErrors {
		res.Errors = res.Errors[:maxErrors]
	}
	return res
}

// Close ends the streams and waits for them.
func (h *Handler) Close() {
	h.mu.Lock()
	h.end()
	h.mu.Unlock()
	h.open.Wait()
}

// ServeHTTP answers one request, or serves one stream until it ends.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(withCall(r.Context(), h.callOf(r)))
	if h.cfg.Playground && wantsPage(r) {
		h.page(w, r)
		return
	}
	if fault := h.acceptable(r); fault != nil {
		h.refuse(w, r, fault)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if wantsStream(r) {
		if !h.enter() {
			h.refuse(w, r, ratchet.Errorf(ratchet.CodeRateLimited, "%d streams are open; no more are taken", h.cfg.Limits.Connections).
				With(ratchet.FieldRetryAfter, int64(1000)))
			return
		}
		defer h.leave()
	}
	h.server.ServeHTTP(w, r)
}

// enter counts a stream in, unless there are too many or the handler is closed.
func (h *Handler) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.life.Err() != nil || h.streams >= h.cfg.Limits.Connections {
		return false
	}
	h.streams++
	h.open.Add(1)
	return true
}

func (h *Handler) leave() {
	h.mu.Lock()
	h.streams--
	h.mu.Unlock()
	h.open.Done()
}

// wantsStream says whether r asks for a WebSocket or an event stream.
func wantsStream(r *http.Request) bool {
	return r.Header.Get("Upgrade") != "" || strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}
