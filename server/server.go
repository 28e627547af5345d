package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"ratchet/registry"

	"ratchet/adapters/mcp"

	"ratchet/adapters/graphql"
	"ratchet/adapters/rest"
	"ratchet/prompts"
	"ratchet/resources"
	"ratchet/server/audit"
	"ratchet/server/auth"
	"ratchet/server/certs"
	"ratchet/server/config"
	"ratchet/server/limit"
	"ratchet/server/logging"
	"ratchet/server/metrics"
	"ratchet/server/settings"
	"ratchet/server/telemetry"
)

// Server is an assembled Ratchet. Open or New makes it.
type Server struct {
	cfg         config.Config // as loaded
	settings    *settings.Settings
	version     string
	isolation   func() string
	log         *slog.Logger // of the parts that have none of their own
	access      *slog.Logger // of requests
	deps        *registry.Deps
	registry    *registry.Registry
	mcp         *mcp.Server
	mcpHTTP     http.Handler
	graphql     *lazy[*graphql.Handler] // nil = switched off
	rest        *lazy[*rest.Handler]    // nil = switched off
	filter      *requestFilter
	certificate *certs.Source // nil = no TLS
	limiter     *limit.Limiter
	streams     *limit.Streams
	// authenticate puts the principal into the context of requests; nil = all
	// are the machine's owner.
	authenticate func(http.Handler) http.Handler
	auth         *auth.Authenticator // nil = there is no store to know callers from
	audit        *audit.Log          // nil = nothing is recorded

	draining  atomic.Bool
	closeOnce sync.Once
	closers   []func(context.Context) error // in order
	checks    []check
	pinged    pinged
	started   time.Time
	metrics   *metrics.Metrics
	telemetry *telemetry.Telemetry // nil = nothing is sent
}

// Parts is what a Server is assembled from when its caller opened the parts.
type Parts struct {
	Deps      *registry.Deps
	Registry  *registry.Registry                // what is offered; Deps.Tools is set to it
	Version   string                            // of the product; empty = dev
	Resources []resources.Entry                 // offered beyond the product's own
	Prompts   []prompts.Prompt                  // offered beyond the product's own
	Isolation func() string                     // level that runs reach, told to clients; empty = not known yet; must not wait; nil = never known
	Log       *slog.Logger                      // nil = discarded
	Telemetry *telemetry.Telemetry              // nil = no spans are made and nothing is sent; Close closes it
	Levels    *logging.Levels                   // of Log; nil = they stay
	Ready     func(context.Context) error       // nil = always ready
	Close     []func(ctx context.Context) error // called by Close, in order
}

// New assembles a Server from parts. The caller must Close it.
func New(cfg config.Config, p Parts) (*Server, error) {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	p.Log, p.Deps.Log = p.Telemetry.Logger(p.Log), p.Telemetry.Logger(p.Deps.Log)
	if p.Isolation == nil {
		p.Isolation = func() string { return "" }
	}
	if p.Version == "" {
		p.Version = "dev"
	}
	if p.Deps.Now == nil {
		p.Deps.Now = time.Now
	}
	if p.Deps.Log == nil {
		p.Deps.Log = logging.For(p.Log, logging.Tools)
	}
	p.Deps.Tools, p.Deps.Version = p.Registry, p.Version
	s := &Server{
		cfg: cfg, version: p.Version, isolation: p.Isolation, log: p.Log, access: logging.For(p.Log, logging.HTTP),
		deps: p.Deps, registry: p.Registry, closers: p.Close, telemetry: p.Telemetry,
	}
	s.started = p.Deps.Now()
	s.openSettings(p.Levels)
	s.addChecks(p.Ready)
	p.Deps.Health = s.Health
	s.openTracing()
	s.openMetrics()
	if err := s.sendMetrics(context.Background()); err != nil {
		return nil, err
	}
	if err := s.protect(context.Background()); err != nil {
		return nil, err
	}
	if s.deps.Store != nil {
		if err := s.identify(context.Background()); err != nil {
			return nil, err
		}
		s.watchStreams()
	}
	wait := cfg.Execution.WaitLimit
	if wait == 0 {
		wait = 25 * time.Second
	}
	var err error
	if s.mcp, err = mcp.New(context.Background(), mcp.Config{
		Version: p.Version, Website: websiteOf(&cfg), Isolation: p.Isolation, PageSize: cfg.MCP.PageSize, WholeResults: cfg.MCP.OutputSchemas == "full", WaitLimit: wait,
		DevErrors:  func() bool { return s.settings.Current().Server.DevErrors },
		MaxMessage: int(cfg.MCP.MaxMessageSize), DrainTimeout: cfg.Server.ShutdownTimeout, AwaitCalls: s.awaitCalls,
		Resources: p.Resources, Prompts: p.Prompts, Log: logging.For(p.Log, logging.MCP), Telemetry: p.Telemetry,
	}, p.Deps, p.Registry); err != nil {
		return nil, err
	}
	s.mcpHTTP = mcp.NewHandler(s.mcp, cfg.MCP, s.draining.Load, s.streams)
	s.openREST()
	s.openGraphQL()
	return s, nil
}

// Deps is what tool handlers get; for calling tools directly.
func (s *Server) Deps() *registry.Deps { return s.deps }

// Registry is what the server offers.
func (s *Server) Registry() *registry.Registry { return s.registry }

// Isolation is the level that runs reach on this machine; empty while no
// worker has told it yet.
func (s *Server) Isolation() string { return s.isolation() }

// state is starting, ready or draining, for people.
func (s *Server) state() string {
	if s.draining.Load() {
		return "draining"
	}
	return "running"
}

// notReady says why the server should get no requests; empty = it is ready.
// The cause may be empty.
func (s *Server) notReady(ctx context.Context) (part, cause string) {
	if s.draining.Load() {
		return "draining", ""
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for _, c := range s.checks {
		if !c.critical {
			continue
		}
		if message, err := c.ok(ctx); err != nil {
			logging.For(s.log, logging.Health).Warn("not ready", "check", c.name, "error", err)
			return c.name, message
		}
	}
	return "", ""
}

// Close drains: no new calls are taken, running ones may end until ctx does,
// then everything is closed. Closing twice is harmless.
func (s *Server) Close(ctx context.Context) error {
	var err error
	s.closeOnce.Do(func() {
		s.draining.Store(true)
		s.endStreams()
		for _, fn := range s.closers {
			err = errors.Join(err, fn(ctx))
		}
		s.mcp.EndSessions()
		s.mcp.Close()
	})
	return err
}
