package mcp

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/prompts"
	"ratchet/server/telemetry"
)

// belongsTo is the trace of an MCP call: its own span's, or where there are no
// spans that of its _meta, or of the HTTP request that brought it.
func (s *Server) belongsTo(ctx context.Context, meta ratchet.TraceContext, h http.Header) ratchet.TraceContext {
	switch {
	case s.cfg.Telemetry.Tracing():
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
func (s *Server) message(ctx context.Context, method string, req mcp.Request, id string) (context.Context, *telemetry.Span) {
	if !s.cfg.Telemetry.Tracing() {
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
		return s.cfg.Telemetry.BeginMessage(ctx, m)
	}
	switch r := req.(type) {
	case *mcp.CallToolRequest:
		if t, ok := s.registry.Whole().Lookup(r.Params.Name); ok {
			m.Tool = t.Name
		}
	case *mcp.GetPromptRequest:
		if slices.ContainsFunc(s.Prompts(), func(p prompts.Prompt) bool { return p.Name == r.Params.Name }) {
			m.Prompt = r.Params.Name
		}
	case *mcp.ReadResourceRequest:
		m.Resource = r.Params.URI
	case *mcp.InitializeRequest:
		m.Version = r.Params.ProtocolVersion
	}
	return s.cfg.Telemetry.BeginMessage(ctx, m)
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
func (s *Server) plainMessage(ctx context.Context, t registry.Tool, c plainCall, id string, h http.Header) (context.Context, *telemetry.Span) {
	if !s.cfg.Telemetry.Tracing() {
		return ctx, nil
	}
	return s.cfg.Telemetry.BeginMessage(ctx, telemetry.Message{
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
