package server

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

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/prompts"
	"ratchet/resources"
	"ratchet/server/auth"
	"ratchet/server/telemetry"
	"ratchet/tools"
)

// bindingConfig is what the MCP surface needs to know.
type bindingConfig struct {
	version   string
	website   string            // where people read about the server; empty = not known
	isolation func() string     // level that runs reach, told to clients; empty = not known yet
	pageSize  int               // tools on one page
	whole     bool              // tools/list describes results whole
	deadline  time.Duration     // of one call
	devErrors func() bool       // asked for each error
	resources []resources.Entry // beyond the product's own
	prompts   []prompts.Prompt  // beyond the product's own
	seal      *sealer           // of what clients carry between two rounds
	log       *slog.Logger
	telemetry *telemetry.Telemetry // nil = no spans
}

// binding offers one registry over MCP. Narrowed selections of it have SDK
// servers of their own, made on demand and kept.
type binding struct {
	cfg       bindingConfig
	deps      *tools.Deps
	registry  *tools.Registry
	seal      *sealer
	updates   *updates
	source    resources.Source
	sessions  sessions
	listeners listeners
	whole     *offer // of registry

	mu      sync.Mutex
	servers map[string]*offer // by the names of the tools offered
}

// maxSelections bounds the SDK servers kept for narrowed URLs.
const maxSelections = 64

func newBinding(cfg bindingConfig, deps *tools.Deps, registry *tools.Registry) *binding {
	b := &binding{
		cfg: cfg, deps: deps, registry: registry,
		seal: cfg.seal,
		source: resources.Source{
			Store: deps.Store, Tools: registry, More: cfg.resources, May: func(ctx context.Context, names ...string) error {
				return tools.PermitAny(auth.PrincipalOf(ctx), deps.Tools, names...)
			},
			Debug: func(ctx context.Context) []tools.DebugSessionView {
				return tools.DebugSessions(deps, auth.PrincipalOf(ctx))
			},
		},
		servers: map[string]*offer{},
	}
	b.source.Trace, b.source.TestRun, b.source.Guide = b.trace, b.testRun, b.guide
	b.updates = newUpdates(b, deps.Bus)
	b.whole = b.newOffer(registry)
	b.servers[selectionKey(registry)] = b.whole
	return b
}

// close stops what the binding runs in the background.
func (b *binding) close() { b.updates.close() }

// narrow returns what is offered for a selection within the registry. Nil is
// the registry itself.
func (b *binding) narrow(s *tools.Selection, p ratchet.Principal) (*offer, error) {
	registry := b.registry
	if s != nil {
		var err error
		if registry, err = registry.Select(*s); err != nil {
			return nil, err
		}
	}
	return b.offered(registry.For(p))
}

// choose returns what is offered for a selection from all tools.
func (b *binding) choose(s tools.Selection) (*offer, error) {
	registry, err := b.registry.Whole().Select(s)
	if err != nil {
		return nil, err
	}
	return b.offered(registry.For(ratchet.Local()))
}

func (b *binding) offered(registry *tools.Registry) (*offer, error) {
	if registry == b.registry {
		return b.whole, nil
	}
	key := selectionKey(registry)
	b.mu.Lock()
	defer b.mu.Unlock()
	if known, ok := b.servers[key]; ok {
		return known, nil
	}
	if len(b.servers) >= maxSelections && !b.evict() {
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "too many different tool selections are in use").
			WithHint("connect without the query parameters toolsets, tools, exclude_tools and read_only")
	}
	o := b.newOffer(registry)
	b.servers[key] = o
	return o, nil
}

func selectionKey(registry *tools.Registry) string { return strings.Join(registry.Names(), ",") }

// evict drops a server that nobody is connected to.
func (b *binding) evict() bool {
	for key, o := range b.servers {
		if o == b.whole {
			continue
		}
		used := false
		for range o.server.Sessions() {
			used = true
			break
		}
		if !used {
			delete(b.servers, key)
			return true
		}
	}
	return false
}

// each calls fn for every SDK server.
func (b *binding) each(fn func(*mcp.Server)) {
	b.mu.Lock()
	all := make([]*mcp.Server, 0, len(b.servers))
	for _, o := range b.servers {
		all = append(all, o.server)
	}
	b.mu.Unlock()
	for _, s := range all {
		fn(s)
	}
}

// connected counts the connected clients.
func (b *binding) connected() int {
	n := 0
	b.each(func(s *mcp.Server) {
		for range s.Sessions() {
			n++
		}
	})
	return n
}

func (b *binding) newOffer(registry *tools.Registry) *offer {
	self := &mcp.Implementation{
		Name: "ratchet", Title: "Ratchet", Version: b.cfg.version, WebsiteURL: b.cfg.website,
		Description: about, Icons: icons(),
	}
	server := mcp.NewServer(self, &mcp.ServerOptions{
		Instructions:       instructions(registry),
		Logger:             slog.New(atLeast{slog.LevelWarn, b.cfg.log.Handler()}),
		PageSize:           b.cfg.pageSize,
		CompletionHandler:  b.complete,
		SubscribeHandler:   b.updates.subscribe,
		UnsubscribeHandler: b.updates.unsubscribe,
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
		b.addTool(server, t)
	}
	b.addResources(server)
	b.addPrompts(server)
	b.addSkills(server)
	b.addInspector(server)
	b.addTasks(server)
	name := &mcp.Implementation{Name: self.Name, Version: self.Version}
	o := &offer{server: server, registry: registry, info: toJSON(name), mapped: map[string]bool{}}
	for _, t := range registry.List() {
		o.mapped[t.Name] = bytes.Contains(t.In, []byte(`"x-mcp-header"`))
	}
	server.AddSendingMiddleware(b.listeners.tell)
	server.AddReceivingMiddleware(b.guard, b.listen, b.track(o), b.sayIsolation, b.permitted, named(name), b.asTask, b.listResources, b.resolveTool(registry), wholeTools(registry))
	return o
}

// addTool offers a tool as models are offered it.
func (b *binding) addTool(server *mcp.Server, t tools.Tool) {
	t = t.Lean()
	d := definition(t)
	if b.cfg.whole && len(t.Out) > 0 {
		d.OutputSchema = t.WholeResult()
	}
	server.AddTool(d, b.handler(t))
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
func definition(t tools.Tool) *mcp.Tool {
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
	if ui := inspectedMeta(t.Name); ui != nil {
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

// instructions is what a model reads about the server first; at most 2 KB.
func instructions(registry *tools.Registry) string {
	steps := []struct{ tool, text string }{
		{"ratchet_list_available_tasks", "see what exists"},
		{"ratchet_generate_from_template", "start from a template"},
		{"ratchet_create_task", "write a task with schemas and tests"},
		{"ratchet_validate_task", "check it"},
		{"ratchet_run_task_tests", "run its tests"},
		{"ratchet_execute_task", "run it"},
		{"ratchet_get_execution_logs", "read its log"},
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
	raw, err := tools.Encode(v)
	if err != nil {
		return json.RawMessage(`{}`)
	}
	return raw
}

// endSessions closes what is still connected.
func (b *binding) endSessions() {
	b.each(func(s *mcp.Server) {
		for session := range s.Sessions() {
			if err := session.Close(); err != nil {
				b.cfg.log.Debug("session did not close", "error", err)
			}
		}
	})
}
