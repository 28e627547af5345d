package mcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/mask"
	"ratchet/reply"
	"ratchet/server/auth"
	"ratchet/server/telemetry"
)

const methodCallTool = "tools/call"

// MetaVerbose is the key of a call's _meta by which a program asks for results
// whole, as a model does by the argument verbose.
const MetaVerbose = "ratchet/verbose"

// codeShutdown answers what comes while the server drains.
const codeShutdown = -32001

// codeCancelled answers a call whose client went away or cancelled.
const codeCancelled = -32800

// recoverPanics recovers panics of every method, so that none ends the process.
func (s *Server) recoverPanics(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (res mcp.Result, err error) {
		id := requestID(req)
		p := principalIn(req)
		var span *telemetry.Span
		ctx = ratchet.WithScope(auth.WithPrincipal(reply.WithRequestID(ctx, id), p), p.Scope)
		defer func() { endMessage(span, res, err) }()
		defer func() {
			if p := recover(); p != nil {
				s.cfg.Log.ErrorContext(ctx, "panic in a request", "method", method, "request_id", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				res, err = nil, &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: "internal error; request id " + id}
			}
		}()
		ctx, span = s.message(ctx, method, req, id)
		res, err = next(ctx, method, req)
		if err != nil {
			err = s.protocolError(ctx, err, id)
		}
		return res, err
	}
}

// protocolError keeps JSON-RPC errors, without secrets that a caller put where
// names belong, and hides everything else.
func (s *Server) protocolError(ctx context.Context, err error, id string) error {
	if known, ok := errors.AsType[*jsonrpc.Error](err); ok {
		return maskedError(known)
	}
	if ctx.Err() != nil {
		return &jsonrpc.Error{Code: codeCancelled, Message: "request cancelled"}
	}
	e, ok := errors.AsType[*ratchet.Error](err)
	if !ok {
		return err // the SDK's own protocol errors
	}
	code := int64(jsonrpc.CodeInvalidParams)
	message := e.Message
	if e.Code == ratchet.CodeInternal {
		s.cfg.Log.ErrorContext(ctx, "request failed", "request_id", id, "error", e.Err)
		code, message = jsonrpc.CodeInternalError, "internal error; request id "+id
	}
	return maskedError(&jsonrpc.Error{Code: code, Message: message, Data: toJSON(ratchet.Body(e, id))})
}

func maskedError(e *jsonrpc.Error) error {
	shown := *e
	shown.Message = mask.Secrets(e.Message)
	if len(e.Data) > 0 {
		shown.Data = toJSON(mask.Any(e.Data, mask.Secrets))
	}
	return &shown
}

// resolveTool maps aliases to names and refuses unknown tools with the nearest one.
func (s *Server) resolveTool(registry *registry.Registry) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			call, ok := req.(*mcp.CallToolRequest)
			if !ok || call.Params == nil {
				return next(ctx, method, req)
			}
			tool, ok := registry.Lookup(call.Params.Name)
			if !ok {
				return nil, unknownTool(registry, call.Params.Name, reply.RequestIDOf(ctx))
			}
			if tool.Name != call.Params.Name {
				params := *call.Params
				params.Name = tool.Name
				call.Params = &params
			}
			return next(ctx, method, req)
		}
	}
}

// unknownTool names the nearest tool or the toolset to enable.
func unknownTool(registry *registry.Registry, name, id string) *jsonrpc.Error {
	e := registry.Unknown(name)
	message := e.Message
	if e.Hint != "" {
		message += "; " + e.Hint
	}
	return &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: message, Data: toJSON(ratchet.Body(e, id))}
}

// handler calls a tool for the SDK.
func (s *Server) handler(t registry.Tool) mcp.ToolHandler {
	return func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		caller := s.caller(ctx, req)
		var notes []string // the call's goroutine alone adds to them
		caller.Note = func(note string) { notes = append(notes, note) }
		round, err := s.clientInput(t.Name, req.ClientCapabilities(), req.Params.RequestState, req.Params.InputResponses)
		if err != nil {
			return nil, err // a broken protocol is not the tool's to correct
		}
		round.Tasks = declaresTasks(req.Params.Meta)
		ctx = registry.WithClientInput(ctx, round)
		out, err := s.call(ctx, t, caller, req.Params.Arguments)
		if ask, ok := out.(registry.InputRequired); ok && err == nil {
			res := &mcp.CallToolResult{}
			if res.InputRequests, res.RequestState, err = s.askInput(ctx, t.Name, ask); err == nil {
				return res, nil
			}
		}
		if lacking := missingCapability(req.ProtocolVersion(), err); lacking != nil {
			return nil, lacking
		}
		if p, ok := ctx.Value(stdioReaderKey{}).(*stdioReader); ctx.Err() != nil && (!ok || p.ended() == nil) {
			return nil, ctx.Err() // the client cancelled: recoverPanics has the error for that
		}
		if err == nil {
			goesOn(ctx, out)
		}
		res := s.result(ctx, t, out, err, caller.RequestID)
		return withNotes(res, notes), nil
	}
}

// call runs a tool under the deadline every MCP call has.
func (s *Server) call(ctx context.Context, t registry.Tool, caller registry.Caller, args []byte) (out any, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, ratchet.AsError(fmt.Errorf("panic in %s: %v\n%s", t.Name, p, debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(registry.WithCaller(ctx, caller), s.deadline)
	defer cancel()
	out, err = registry.Invoke(ctx, s.deps, t, args)
	if ratchet.CodeOf(err) == ratchet.CodeInternal {
		s.cfg.Log.ErrorContext(ctx, "tool failed", "tool", t.Name, "request_id", caller.RequestID, "error", ratchet.AsError(err).Err)
	}
	return out, err
}

// caller describes who calls, from the request and its _meta.
func (s *Server) caller(ctx context.Context, req *mcp.CallToolRequest) registry.Caller {
	p := principalIn(req)
	c := registry.Caller{Surface: "mcp", Principal: p.ID, Identity: p, RequestID: reply.RequestIDOf(ctx)}
	var header http.Header
	if req.Extra != nil {
		header = req.Extra.Header
	}
	c.Verbose = req.Params.Meta[MetaVerbose] == true
	c.Trace = s.belongsTo(ctx, inMeta(req.Params.Meta), header)
	if extra := req.Extra; extra != nil && extra.CloseSSEStream != nil {
		c.Release = func(after time.Duration) { extra.CloseSSEStream(mcp.CloseSSEStreamArgs{RetryAfter: after}) }
	}
	session := req.Session
	if token := req.Params.GetProgressToken(); token != nil && session != nil {
		c.Progress = func(ctx context.Context, p registry.ProgressUpdate) {
			note := &mcp.ProgressNotificationParams{ProgressToken: token, Progress: p.Progress, Total: p.Total, Message: p.Message, Meta: p.Meta}
			if err := session.NotifyProgress(ctx, note); err != nil {
				s.cfg.Log.Debug("progress not delivered", "error", err)
			}
		}
	}
	if session != nil {
		c.Log = func(ctx context.Context, level, logger string, data any) {
			err := session.Log(ctx, &mcp.LoggingMessageParams{Level: mcp.LoggingLevel(level), Logger: logger, Data: data})
			if err != nil {
				s.cfg.Log.Debug("log message not delivered", "error", err)
			}
		}
		c.Client = &client{session: session}
	}
	return c
}

// requestID is the id the HTTP layer gave, or a new one.
func requestID(req mcp.Request) string {
	if extra := req.GetExtra(); extra != nil && extra.Header != nil {
		if id := extra.Header.Get(reply.HeaderRequestID); id != "" {
			return id
		}
	}
	return reply.NewRequestID()
}
