package rest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ratchet/registry"
)

// wording says in routes what errors say in tools: they are written for callers
// of tools, and the caller of a route knows none.
type wording struct{ tools *registry.Registry }

// namesTools reports whether the path of the request names tools, or its body.
func (x *requestContext) namesTools() bool {
	rest := strings.TrimPrefix(x.r.URL.Path, Prefix)
	return strings.HasPrefix(rest, "/tools/") || rest == "/bulk"
}

// text is a message or a hint with routes for tools; op is that of the request,
// nil when there is none.
func (w wording) text(op *operation, s string) string {
	return w.tools.InRoutes(s, func(name string, r registry.Route) string {
		if op != nil && op.tool.Name == name {
			r = op.route
		}
		return r.Method + " " + Prefix + shown(r.Path)
	})
}

// named is a message with the argument it is about in camelCase.
func named(op *operation, message string) string {
	if op == nil {
		return message
	}
	rest, ok := strings.CutPrefix(message, "argument ")
	if !ok {
		return message
	}
	name, rest, _ := strings.Cut(rest, " ")
	return "argument " + respelled(op, name) + " " + rest
}

// request is a corrected call as a request to a route.
type request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// example is a corrected call of op's tool as a request to op's route. Another
// example stays as it is, and so does one of a list, whose parameters are no
// arguments of the tool.
func example(op *operation, given any) any {
	call, ok := given.(map[string]any)
	if op == nil || op.filters != nil || !ok || call["name"] != op.tool.Name {
		return given
	}
	arguments, ok := call["arguments"].(json.RawMessage)
	if !ok {
		return given
	}
	list := members(arguments)
	out := request{Method: op.route.Method, Path: location(op.route.Path, func(name string) string { return plain(find(list, name)) })}
	kept := slices.DeleteFunc(list, func(m member) bool {
		return slices.Contains(op.route.Variables(), m.name) || find(op.fixed, m.name) != nil
	})
	if op.route.Method == http.MethodGet || op.route.Method == http.MethodDelete {
		query := url.Values{}
		for _, m := range kept {
			query.Set(respelled(op, m.name), plain(m.raw))
		}
		if len(query) > 0 {
			out.Path += "?" + query.Encode()
		}
		return out
	}
	out.Body = camelJSON(op.in, object(kept), nil)
	return out
}
