package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"ratchet/registry"

	"ratchet"
	"ratchet/reply"
)

// requestContext is one request and its answer.
type requestContext struct {
	h    *Handler
	w    http.ResponseWriter
	r    *http.Request
	id   string // of the request
	vars []pathValue
	page *paging // of a list; nil = the request is for none
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &requestContext{h: h, w: w, r: r, id: r.Header.Get(reply.HeaderRequestID)}
	path := r.URL.EscapedPath()
	e, vars, allow, err := h.routes.find(r.Method, path)
	if allow != "" {
		w.Header().Set("Allow", allow)
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if err != nil {
		x.fail(nil, err)
		return
	}
	x.vars = vars
	if e.serve != nil {
		if err := e.serve(x); err != nil {
			x.fail(nil, err)
		}
		return
	}
	if e.op.tool.Name == toolLogs && x.r.URL.Query().Get("stream") == "true" {
		if err := h.logStream(x); err != nil {
			x.fail(e.op, err)
		}
		return
	}
	x.call(e.op)
}

// call answers a request by calling a tool.
func (x *requestContext) call(op *operation) {
	args, err := x.arguments(op)
	if err != nil {
		if denied := registry.Permit(x.h.cfg.Principal(x.r), op.tool); denied != nil {
			err = denied // who may not call need not know how
		}
		x.fail(op, err)
		return
	}
	out, err := registry.Invoke(x.context(), x.h.deps(), op.tool, args)
	if err != nil {
		x.fail(op, err)
		return
	}
	if err := x.answer(op, out); err != nil {
		x.fail(op, err)
	}
}

// context carries who calls.
func (x *requestContext) context() context.Context {
	p := x.h.cfg.Principal(x.r)
	return registry.WithCaller(x.r.Context(), registry.Caller{
		Principal: p.ID, Identity: p, Surface: "rest", RequestID: x.id, Trace: ratchet.TraceContextOf(x.r.Header.Values),
	})
}

// variable is a value of the path.
func (x *requestContext) variable(name string) string {
	for _, v := range x.vars {
		if v.name == name {
			return v.value
		}
	}
	return ""
}

// callTool serves POST /tools/{tool}.
func (h *Handler) callTool(x *requestContext) error {
	op, err := h.named(x.variable("tool"))
	if err != nil {
		return err
	}
	x.vars = nil
	x.call(op)
	return nil
}

// named is the operation that calls a tool by its name, with or without
// ratchet_, or an alias.
func (h *Handler) named(name string) (*operation, error) {
	t, ok := h.cfg.Registry.Lookup(name)
	if !ok {
		t, ok = h.cfg.Registry.Lookup("ratchet_" + name)
	}
	if !ok {
		return nil, ratchet.AsError(h.cfg.Registry.Unknown(name)).At("/tool")
	}
	return h.shapes[t.Name], nil
}

// listed is a tool in GET /tools.
type listed struct {
	Name         string          `json:"name"`
	Title        string          `json:"title"`
	Description  string          `json:"description"`
	Toolset      string          `json:"toolset"`
	Category     string          `json:"category"`
	Effect       string          `json:"effect"`
	Executes     bool            `json:"executes"`
	Routes       []string        `json:"routes"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema"`
}
