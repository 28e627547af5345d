package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet/server/auth"
)

// sdkServer is one selection of tools and the SDK server that offers it.
type sdkServer struct {
	server   *mcp.Server
	registry *registry.Registry
	info     []byte          // the server's description, as results of the later era carry it
	mapped   map[string]bool // tools with arguments that are repeated in headers: the SDK compares them
}

// takes finds the tool of a plain call, if calls of it may pass by the SDK.
func (o *sdkServer) takes(c plainCall) (registry.Tool, bool) {
	t, ok := o.registry.Lookup(c.tool)
	if !ok {
		return t, false
	}
	t = t.Lean()
	return t, !t.Asks && !o.mapped[t.Name]
}

// plain runs a plain call and encodes the response. The way around the SDK is
// short because it decodes a message once; limits, ids, recovery, spans and the
// form of results are those of every call: see call and result. h is the head
// of the HTTP request that brought it; nil on stdio. A call that the client
// cancelled has no response: nil.
func (s *Server) plain(ctx context.Context, o *sdkServer, t registry.Tool, c plainCall, requestID string, h http.Header) *bytes.Buffer {
	p := auth.PrincipalOf(ctx)
	ctx, span := s.plainMessage(ctx, t, c, requestID, h)
	caller := registry.Caller{Surface: "mcp", Principal: p.ID, Identity: p, RequestID: requestID, Trace: s.belongsTo(ctx, c.parent(), h)}
	var notes []string // this goroutine alone adds to them
	caller.Note = func(note string) { notes = append(notes, note) }
	out, err := s.call(ctx, t, caller, c.args)
	if _, asks := out.(registry.InputRequired); asks && err == nil {
		err = errors.New("the tool asks the client and its Spec does not say so")
		s.cfg.Log.ErrorContext(ctx, "tool failed", "tool", t.Name, "request_id", requestID, "error", err)
	}
	if errors.Is(context.Cause(ctx), errCancelled) {
		endMessage(span, nil, errCancelled)
		return nil
	}
	buf := new(bytes.Buffer)
	res := withNotes(s.result(ctx, t, out, err, requestID), notes)
	if err := o.encode(buf, c, res); err != nil {
		buf.Reset()
		res = s.failed(t, err, requestID)
		_ = o.encode(buf, c, res) // an error's body is a plain object
	}
	endMessage(span, res, nil)
	return buf
}

// encode writes a response with a result.
func (o *sdkServer) encode(buf *bytes.Buffer, c plainCall, res *mcp.CallToolResult) error {
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	put := func(v any) error {
		err := enc.Encode(v)
		if err == nil {
			buf.Truncate(buf.Len() - 1) // the encoder's line feed
		}
		return err
	}
	buf.WriteString(`{"jsonrpc":"2.0","id":`)
	buf.Write(c.id)
	buf.WriteString(`,"result":{"_meta":`)
	if err := put(res.Meta); err != nil { // never empty: it has the request's id
		return err
	}
	if c.version != "" {
		buf.Truncate(buf.Len() - 1)
		buf.WriteString(`,"` + mcp.MetaKeyServerInfo + `":`)
		buf.Write(o.info)
		buf.WriteByte('}')
	}
	buf.WriteString(`,"content":[`)
	for i, block := range res.Content {
		if i > 0 {
			buf.WriteByte(',')
		}
		var err error
		if text, ok := block.(*mcp.TextContent); ok && text.Meta == nil && text.Annotations == nil {
			buf.WriteString(`{"type":"text","text":`)
			err = put(text.Text)
			buf.WriteByte('}')
		} else {
			err = put(block)
		}
		if err != nil {
			return err
		}
	}
	buf.WriteByte(']')
	if res.StructuredContent != nil {
		buf.WriteString(`,"structuredContent":`)
		if raw, ok := res.StructuredContent.(json.RawMessage); ok {
			buf.Write(raw)
		} else if err := put(res.StructuredContent); err != nil {
			return err
		}
	}
	if res.IsError {
		buf.WriteString(`,"isError":true`)
	}
	if c.version != "" {
		buf.WriteString(`,"resultType":"complete"`)
	}
	buf.WriteString("}}")
	return nil
}

// errCancelled ends a call that its client cancelled by a message.
var errCancelled = errors.New("the client cancelled the request")

// running holds the calls of one connection that pass by the SDK, so that the
// client can cancel them.
type running struct {
	mu    sync.Mutex
	calls map[string]context.CancelCauseFunc // by id as the client wrote it
}

// begin returns false when a call with this id is already running.
func (r *running) begin(ctx context.Context, id json.RawMessage) (context.Context, func(), bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, twice := r.calls[string(id)]; twice {
		return nil, nil, false
	}
	ctx, cancel := context.WithCancelCause(ctx)
	if r.calls == nil {
		r.calls = map[string]context.CancelCauseFunc{}
	}
	r.calls[string(id)] = cancel
	return ctx, func() {
		cancel(nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.calls, string(id))
	}, true
}

// cancel ends a call; false = no such call is running here.
func (r *running) cancel(id json.RawMessage) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	cancel, ok := r.calls[string(id)]
	if ok {
		cancel(errCancelled)
	}
	return ok
}
