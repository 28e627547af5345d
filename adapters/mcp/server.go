package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/prompts"
	"ratchet/resources"
	"ratchet/server/auth"
	"ratchet/server/telemetry"
	"ratchet/tools"
)

// Config is what the MCP surface needs to know.
type Config struct {
	Version      string
	Website      string                // where people read about the server; empty = not known
	Isolation    func() string         // level that runs reach, told to clients; empty = not known yet
	PageSize     int                   // tools on one page
	WholeResults bool                  // tools/list describes results whole
	DevErrors    func() bool           // asked for each error
	Resources    []resources.Entry     // beyond the product's own
	Prompts      []prompts.Prompt      // beyond the product's own
	MaxMessage   int                   // bytes of a line on stdio
	WaitLimit    time.Duration         // that a call may wait for a run before it answers
	DrainTimeout time.Duration         // that calls on stdio get to end when the server does
	AwaitCalls   func(context.Context) // returns when no call of any surface is running, or ctx ends
	Log          *slog.Logger
	Telemetry    *telemetry.Telemetry // nil = no spans
}

// Server offers one registry over MCP. Narrowed selections of it have SDK
// servers of their own, made on demand and kept.
type Server struct {
	cfg       Config
	deps      *registry.Deps
	registry  *registry.Registry
	seal      *sealer
	deadline  time.Duration // of one call: above the wait limit, to answer
	updates   *updates
	source    resources.Source
	sessions  sessions
	listeners listeners
	full      *sdkServer // of registry

	mu      sync.Mutex
	servers map[string]*sdkServer // by the names of the tools offered
}

// maxSelections bounds the SDK servers kept for narrowed URLs.
const maxSelections = 64

// New offers a registry. Its state of several rounds is sealed with a key of
// the store, or one of its own without a store.
func New(ctx context.Context, cfg Config, deps *registry.Deps, reg *registry.Registry) (*Server, error) {
	seal, err := openSealer(ctx, deps.Store)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, deps: deps, registry: reg,
		seal: seal, deadline: cfg.WaitLimit + 10*time.Second,
		source: resources.Source{
			Store: deps.Store, Tools: reg, More: cfg.Resources, May: func(ctx context.Context, names ...string) error {
				return registry.PermitAny(auth.PrincipalOf(ctx), deps.Tools, names...)
			},
			Debug: func(ctx context.Context) []tools.DebugSessionView {
				return tools.DebugSessions(deps, auth.PrincipalOf(ctx))
			},
		},
		servers: map[string]*sdkServer{},
	}
	s.source.Trace, s.source.TestRun, s.source.Guide = s.trace, s.testRun, s.guide
	s.updates = newUpdates(s, deps.Bus)
	s.full = s.newSDKServer(reg)
	s.servers[selectionKey(reg)] = s.full
	return s, nil
}

// Resources returns what clients can read.
func (s *Server) Resources() *resources.Source { return &s.source }

// Close stops what the server runs in the background.
func (s *Server) Close() { s.updates.close() }

// narrow returns what is offered for a selection within the registry. Nil is
// the registry itself.
func (s *Server) narrow(selection *registry.Selection, p ratchet.Principal) (*sdkServer, error) {
	registry := s.registry
	if selection != nil {
		var err error
		if registry, err = registry.Select(*selection); err != nil {
			return nil, err
		}
	}
	return s.offered(registry.For(p))
}

// choose returns what is offered for a selection from all tools.
func (s *Server) choose(selection registry.Selection) (*sdkServer, error) {
	registry, err := s.registry.Whole().Select(selection)
	if err != nil {
		return nil, err
	}
	return s.offered(registry.For(ratchet.Local()))
}

func (s *Server) offered(registry *registry.Registry) (*sdkServer, error) {
	if registry == s.registry {
		return s.full, nil
	}
	key := selectionKey(registry)
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.servers[key]; ok {
		return known, nil
	}
	if len(s.servers) >= maxSelections && !s.evict() {
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "too many different tool selections are in use").
			WithHint("connect without the query parameters toolsets, tools, exclude_tools and read_only")
	}
	o := s.newSDKServer(registry)
	s.servers[key] = o
	return o, nil
}

func selectionKey(registry *registry.Registry) string { return strings.Join(registry.Names(), ",") }

// evict drops a server without connections.
func (s *Server) evict() bool {
	for key, o := range s.servers {
		if o == s.full {
			continue
		}
		used := false
		for range o.server.Sessions() {
			used = true
			break
		}
		if !used {
			delete(s.servers, key)
			return true
		}
	}
	return false
}

// each calls fn for every SDK server.
func (s *Server) each(fn func(*mcp.Server)) {
	s.mu.Lock()
	all := make([]*mcp.Server, 0, len(s.servers))
	for _, o := range s.servers {
		all = append(all, o.server)
	}
	s.mu.Unlock()
	for _, one := range all {
		fn(one)
	}
}

// Connected counts the connected clients.
func (s *Server) Connected() int {
	n := 0
	s.each(func(one *mcp.Server) {
		for range one.Sessions() {
			n++
		}
	})
	return n
}

func (s *Server) newSDKServer(registry *registry.Registry) *sdkServer {
	self := &mcp.Implementation{
		Name: "ratchet", Title: "Ratchet", Version: s.cfg.Version, WebsiteURL: s.cfg.Website,
		Description: About, Icons: Icons(),
	}
	server := mcp.NewServer(self, &mcp.ServerOptions{
		Instructions:       Instructions(registry),
		Logger:             slog.New(atLeast{slog.LevelWarn, s.cfg.Log.Handler()}),
		PageSize:           s.cfg.PageSize,
		CompletionHandler:  s.complete,
		SubscribeHandler:   s.updates.subscribe,
		UnsubscribeHandler: s.updates.unsubscribe,
		SetCacheable:       cacheable,
		Capabilities: &mcp.ServerCapabilities{
			Logging:     &mcp.LoggingCapabilities{},
			Completions: &mcp.CompletionCapabilities{},
			Tools:       &mcp.ToolCapabilities{ListChanged: true},
			Prompts:     &mcp.PromptCapabilities{ListChanged: true},
			Resources:   &mcp.ResourceCapabilities{ListChanged: true, Subscribe: true},
			Extensions:  map[string]any{extensionSkills: map[string]any{}, extensionUI: map[string]any{}, extensionTasks: map[string]any{}},
		},
	})
	for _, t := range registry.List() {
		s.addTool(server, t)
	}
	s.addResources(server)
	s.addPrompts(server)
	s.addSkills(server)
	s.addInspector(server)
	s.addTasks(server)
	name := &mcp.Implementation{Name: self.Name, Version: self.Version}
	o := &sdkServer{server: server, registry: registry, info: toJSON(name), mapped: map[string]bool{}}
	for _, t := range registry.List() {
		o.mapped[t.Name] = bytes.Contains(t.In, []byte(`"x-mcp-header"`))
	}
	server.AddSendingMiddleware(s.listeners.filterNotifications)
	server.AddReceivingMiddleware(s.recoverPanics, s.listen, s.track(o), s.addIsolation, s.permitted, named(name), s.asTask, s.listResources, s.resolveTool(registry), wholeTools(registry))
	return o
}

// addTool offers a tool as models are offered it.
func (s *Server) addTool(server *mcp.Server, t registry.Tool) {
	t = t.Lean()
	d := definition(t)
	if s.cfg.WholeResults && len(t.Out) > 0 {
		d.OutputSchema = t.WholeResult()
	}
	server.AddTool(d, s.handler(t))
}

// named puts the server's name into results of the later era. What the SDK
// would put there is the whole description, icons too, in every result.
func named(name *mcp.Implementation) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			res, err := next(ctx, method, req)
			if err != nil || res == nil || method == "server/discover" {
				return res, err
			}
			params := req.GetParams()
			if reflect.ValueOf(params).IsNil() || params.GetMeta()[mcp.MetaKeyProtocolVersion] == nil {
				return res, nil
			}
			meta := mcp.Meta{}
			maps.Copy(meta, res.GetMeta())
			meta[mcp.MetaKeyServerInfo] = name
			res.SetMeta(meta)
			return res, nil
		}
	}
}

// definition describes a tool to MCP clients. Its schemas are marshalled once,
// by the registry.
func definition(t registry.Tool) *mcp.Tool {
	hints, about := t.Annotations(), t.Meta()
	d := &mcp.Tool{
		Name: t.Name, Title: t.Title, Description: t.Doc, InputSchema: t.In,
		Annotations: &mcp.ToolAnnotations{
			ReadOnlyHint: hints.ReadOnly, IdempotentHint: hints.Idempotent,
			DestructiveHint: &hints.Destructive, OpenWorldHint: &hints.OpenWorld,
		},
		Meta: mcp.Meta{"effect": about.Effect, "executes": about.Executes, "toolset": about.Toolset, "category": about.Category},
	}
	if len(t.Out) > 0 {
		d.OutputSchema = t.Out
	}
	if ui := inspectedMeta(t); ui != nil {
		d.Meta["ui"] = ui
	}
	return d
}

// cacheable says how long lists may be kept: they change with deployments, and
// resources with every run. None is for others than who asked: a key, a
// selection in the address and a web page's rights narrow each of them.
func cacheable(_ context.Context, req mcp.Request, c *mcp.Cacheable) {
	c.CacheScope = "private"
	switch req.(type) {
	case *mcp.ListToolsRequest, *mcp.ListPromptsRequest, *mcp.ListResourceTemplatesRequest:
		c.TTLMs = 60_000
	case *mcp.ListResourcesRequest:
		c.TTLMs = 1000
	}
}

// Instructions is what a model reads about the server first; at most 2 KB.
func Instructions(registry *registry.Registry) string {
	steps := []struct{ tool, text string }{
		{ratchet.ToolListAvailableTasks, "see what exists"},
		{ratchet.ToolGenerateFromTemplate, "start from a template"},
		{ratchet.ToolCreateTask, "write a task with schemas and tests"},
		{ratchet.ToolValidateTask, "check it"},
		{ratchet.ToolRunTaskTests, "run its tests"},
		{ratchet.ToolExecuteTask, "run it"},
		{ratchet.ToolGetExecutionLogs, "read its log"},
	}
	var out strings.Builder
	out.WriteString("Use Ratchet to write JavaScript or TypeScript tasks, test them, run them in isolation and read what they did.")
	names := registry.Names()
	for _, step := range steps {
		if slices.Contains(names, step.tool) {
			out.WriteString(" " + step.tool + ": " + step.text + ".")
		}
	}
	out.WriteString(" A run that takes longer than a call may wait answers status running with an execution id; ask for it again by that id." +
		" Errors are results with code, field, hint and next_tool: follow the hint." +
		" Results are lean; verbose: true gives everything. Full outputs and logs are resources: ratchet://executions/{id}/output, ratchet://executions/{id}/log.")
	return out.String()
}

// atLeast lets records of a level and above through.
type atLeast struct {
	level slog.Level
	slog.Handler
}

// Enabled hides what is below the level.
func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func toJSON(v any) json.RawMessage {
	raw, err := registry.Encode(v)
	if err != nil {
		return json.RawMessage(`{}`)
	}
	return raw
}

// EndSessions closes what is still connected.
func (s *Server) EndSessions() {
	s.each(func(one *mcp.Server) {
		for session := range one.Sessions() {
			if err := session.Close(); err != nil {
				s.cfg.Log.Debug("session did not close", "error", err)
			}
		}
	})
}
