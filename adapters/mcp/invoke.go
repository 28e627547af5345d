package mcp

import (
	"context"

	"ratchet/registry"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/auth"
	"ratchet/tools"
)

// uncut is how large a result may be that a resource or a prompt shows.
const uncut = 8 << 20

// invoke calls a tool that reads for a resource or a prompt: its permissions,
// limits and audit hold for these too. The result is not cut.
func invoke[T any](ctx context.Context, b *Server, name string, args any) (T, error) {
	var none T
	t, ok := b.deps.Tools.Lookup(name)
	if !ok {
		return none, ratchet.Errorf(ratchet.CodeNotFound, "this server does not offer %s", name).WithHint("start it with --toolsets core")
	}
	whole := *b.deps
	whole.Settings.ResultBytes = func() int { return uncut }
	p := auth.PrincipalOf(ctx)
	ctx = registry.WithCaller(ctx, registry.Caller{Surface: "mcp", Principal: p.ID, Identity: p, RequestID: reply.RequestIDOf(ctx)})
	ctx, cancel := context.WithTimeout(ctx, b.deadline)
	defer cancel()
	out, err := registry.Invoke(ctx, &whole, t, toJSON(args))
	if err != nil {
		return none, err
	}
	got, ok := out.(T)
	if !ok {
		return none, ratchet.Errorf(ratchet.CodeInternal, "%s answered in another form", name)
	}
	return got, nil
}

// trace is where the time of an execution went.
func (s *Server) trace(ctx context.Context, execution, format string) (tools.GetTraceOut, error) {
	return invoke[tools.GetTraceOut](ctx, s, ratchet.ToolGetExecutionTrace,
		map[string]any{"execution_id": execution, "format": format, "function_spans": true, "max_spans": 10_000})
}

// guide is what a tool says that documents the server.
func (s *Server) guide(ctx context.Context, tool string) (string, error) {
	page, err := invoke[registry.Markdown](ctx, s, tool, map[string]any{})
	return page.Text, err
}

// testRun is how far a run of tests is.
func (s *Server) testRun(ctx context.Context, id string) (any, error) {
	if s.deps.Exec == nil {
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "this server runs no tasks").WithHint("ask the server that ran the tests")
	}
	return s.deps.Exec.WaitTests(ctx, id, 0)
}
