package server

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/prompts"
	"ratchet/server/config"
	"ratchet/server/limit"
	"ratchet/server/telemetry"
	"ratchet/tools"
)

func telemetryConfig(c config.Tracing, o Options) telemetry.Config {
	propagate := map[string]telemetry.Propagation{"trace": telemetry.PropagateTrace, "all": telemetry.PropagateAll}
	return telemetry.Config{
		Traces: c.Traces(), Metrics: c.MetricsTo(), GRPC: c.GRPC(), Insecure: c.Insecure, Headers: c.HeaderMap(), Timeout: c.Timeout,
		SampleRatio: c.SampleRatio, Propagate: propagate[c.Propagate], Interval: c.MetricsInterval,
		Service: c.ServiceName, Version: o.Version, Log: o.Log,
	}
}

// openTracing puts the spans of tool calls before everything else, so that
// what the gates refuse is in the trace.
func (s *Server) openTracing() {
	if s.telemetry.Tracing() {
		s.deps.Gates = append(s.deps.Gates, s.telemetry.Gate())
	}
}

// sendMetrics begins to send the metrics; the last sending is at the end, when
// nothing runs any more and the store still answers.
func (s *Server) sendMetrics(ctx context.Context) error {
	if s.telemetry == nil {
		return nil
	}
	s.closers = slices.Insert(s.closers, max(0, len(s.closers)-1), s.telemetry.Close)
	return s.telemetry.SendMetrics(ctx, s.metrics.Gatherer())
}

// traced begins the span of a request. Those that only ask how the server is
// have none: they come all the time and are no work.
func (s *Server) traced(r *http.Request, id string) (*http.Request, *telemetry.Span) {
	switch path := r.URL.Path; {
	case !s.telemetry.Tracing(), path == "/live", path == "/ready", path == "/health", path == "/health/detailed",
		path == "/metrics", strings.HasPrefix(path, "/metrics/"), path == s.cfg.MCP.Endpoint+"/health":
		return r, nil
	}
	return s.telemetry.BeginRequest(r, limit.Address(r), id)
}

// belongsTo is the trace of an MCP call: its own span's, or where there are no
// spans that of its _meta, or of the HTTP request that brought it.
func (b *binding) belongsTo(ctx context.Context, meta ratchet.TraceContext, h http.Header) ratchet.TraceContext {
	switch {
	case b.cfg.telemetry.Tracing():
		return telemetry.FromContext(ctx)
	case meta.TraceID != "":
		return meta
	}
	return inHeader(h)
}

// inMeta is the trace that an MCP message says it belongs to.
func inMeta(meta map[string]any) ratchet.TraceContext {
	if meta["traceparent"] == nil {
		return ratchet.TraceContext{}
	}
	return ratchet.TraceContextOf(func(name string) []string {
		text, ok := meta[name].(string)
		if !ok {
			return nil
		}
		return []string{text}
	})
}

// inHeader is the trace that an HTTP request belongs to.
func inHeader(h http.Header) ratchet.TraceContext {
	if len(h["Traceparent"]) == 0 {
		return ratchet.TraceContext{}
	}
	return ratchet.TraceContextOf(h.Values)
}

// headerRPC tells the SDK's side which JSON-RPC request an HTTP request
// brought. It is set and read only here.
const headerRPC = "Ratchet-Jsonrpc-Id"

// message begins the span of what the SDK received.
func (b *binding) message(ctx context.Context, method string, req mcp.Request, id string) (context.Context, *telemetry.Span) {
	if !b.cfg.telemetry.Tracing() {
		return ctx, nil
	}
	m := telemetry.Message{Method: method, RequestID: id}
	given := !reflect.ValueOf(req.GetParams()).IsNil()
	if given {
		m.Parent = inMeta(req.GetParams().GetMeta())
	}
	if extra := req.GetExtra(); extra != nil && extra.Header != nil {
		m.HTTP, m.Carrier, m.ID = true, inHeader(extra.Header), extra.Header.Get(headerRPC)
		m.Version = extra.Header.Get(headerVersion)
	}
	if ss, ok := req.GetSession().(*mcp.ServerSession); ok && ss != nil {
		m.Session = ss.ID()
		if p := ss.InitializeParams(); p != nil && m.Version == "" {
			m.Version = p.ProtocolVersion
		}
	}
	if !given {
		return b.cfg.telemetry.BeginMessage(ctx, m)
	}
	switch r := req.(type) {
	case *mcp.CallToolRequest:
		if t, ok := b.registry.Whole().Lookup(r.Params.Name); ok {
			m.Tool = t.Name
		}
	case *mcp.GetPromptRequest:
		if slices.ContainsFunc(b.prompts(), func(p prompts.Prompt) bool { return p.Name == r.Params.Name }) {
			m.Prompt = r.Params.Name
		}
	case *mcp.ReadResourceRequest:
		m.Resource = r.Params.URI
	case *mcp.InitializeRequest:
		m.Version = r.Params.ProtocolVersion
	}
	return b.cfg.telemetry.BeginMessage(ctx, m)
}

// endMessage ends the span of what the SDK received.
func endMessage(s *telemetry.Span, res mcp.Result, err error) {
	if s == nil {
		return
	}
	var code int64
	if e, ok := errors.AsType[*jsonrpc.Error](err); ok {
		code = e.Code
	} else if err != nil {
		code = jsonrpc.CodeInternalError
	}
	s.EndMessage(errorTypeOf(res), code)
}

// errorTypeOf is the type of the error that a tool's result shows; empty = it
// shows none.
func errorTypeOf(res mcp.Result) string {
	call, ok := res.(*mcp.CallToolResult)
	if !ok || call == nil || !call.IsError {
		return ""
	}
	if kind, ok := call.Meta["error_type"].(string); ok && kind != "" {
		return kind
	}
	return ratchet.CodeScript.ErrorType()
}

// plainMessage begins the span of a call that passes by the SDK.
func (b *binding) plainMessage(ctx context.Context, t tools.Tool, c plainCall, id string, h http.Header) (context.Context, *telemetry.Span) {
	if !b.cfg.telemetry.Tracing() {
		return ctx, nil
	}
	return b.cfg.telemetry.BeginMessage(ctx, telemetry.Message{
		Method: methodCallTool, Tool: t.Name, ID: strings.Trim(string(c.id), `"`), Session: h.Get(headerSession), Version: c.era,
		RequestID: id, HTTP: h != nil, Parent: c.parent(), Carrier: inHeader(h),
	})
}

// parent is the trace that the call's _meta says it belongs to.
func (c plainCall) parent() ratchet.TraceContext {
	if c.trace.parent == "" {
		return ratchet.TraceContext{}
	}
	return ratchet.TraceContextOf(func(name string) []string {
		switch name {
		case "traceparent":
			return []string{c.trace.parent}
		case "tracestate":
			return []string{c.trace.state}
		default:
			return []string{c.trace.baggage}
		}
	})
}

// idOf is the JSON-RPC id of a message; empty when it has none.
func idOf(body []byte) string {
	id := requestOf(body)
	if string(id) == "null" {
		return ""
	}
	return strings.Trim(string(id), `"`)
}
