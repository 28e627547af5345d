package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"ratchet"
	"ratchet/casing"
	"ratchet/schema"
)

// served is what answers a route: a tool, or a function of the surface.
type served struct {
	op    *operation
	serve func(*requestContext) error
}

// router finds routes by path. Literal parts win over variables.
type router struct {
	root  *node
	paths []string // as clients write them, for suggestions
}

type node struct {
	literal  map[string]*node
	variable *node
	name     string // of the variable
	methods  map[string]*served
}

func newRouter() *router { return &router{root: &node{}} }

// add declares a route; its path is below Prefix.
func (r *router) add(method, path string, e *served) error {
	n := r.root
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if name, ok := variableName(part); ok {
			if n.variable == nil {
				n.variable = &node{name: name}
			}
			if n.variable.name != name {
				return fmt.Errorf("the variable {%s} is called {%s} in another route", name, n.variable.name)
			}
			n = n.variable
			continue
		}
		if n.literal == nil {
			n.literal = map[string]*node{}
		}
		if n.literal[part] == nil {
			n.literal[part] = &node{}
		}
		n = n.literal[part]
	}
	if n.methods == nil {
		n.methods = map[string]*served{}
		r.paths = append(r.paths, Prefix+shown(path))
	}
	if n.methods[method] != nil {
		return fmt.Errorf("the route is there twice")
	}
	n.methods[method] = e
	return nil
}

func variableName(part string) (string, bool) {
	if len(part) > 2 && part[0] == '{' && part[len(part)-1] == '}' {
		return part[1 : len(part)-1], true
	}
	return "", false
}

// shown is a path with its variables in camelCase.
func shown(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := variableName(part); ok {
			parts[i] = "{" + casing.Camel(name) + "}"
		}
	}
	return strings.Join(parts, "/")
}

// pathValue is a variable of a path with its value.
type pathValue struct{ name, value string }

// find is the route of a request. The error says what is wrong with the path
// or the method; allow lists the methods that would do.
func (r *router) find(method, escaped string) (e *served, vars []pathValue, allow string, err *ratchet.Error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(escaped, Prefix), "/")
	parts := strings.Split(strings.TrimPrefix(rest, "/"), "/")
	for i, part := range parts {
		text, fault := url.PathUnescape(part)
		if fault != nil || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return nil, nil, "", ratchet.Errorf(ratchet.CodeInvalid, "the path is not UTF-8 text without NUL, percent-encoded")
		}
		parts[i] = text
	}
	n := r.root.match(parts, &vars)
	if n == nil {
		return nil, nil, "", r.unknown(escaped)
	}
	if e = n.methods[method]; e == nil && method == http.MethodHead {
		e = n.methods[http.MethodGet]
	}
	if e == nil {
		allow = n.allow()
		return nil, nil, allow, ratchet.Errorf(ratchet.CodeMethodNotAllowed, "%s does not take %s", escaped, method).
			With(ratchet.FieldAllowed, strings.Split(allow, ", "))
	}
	return e, vars, "", nil
}

func (n *node) match(parts []string, vars *[]pathValue) *node {
	if len(parts) == 0 {
		if n.methods == nil {
			return nil
		}
		return n
	}
	if next := n.literal[parts[0]]; next != nil {
		if found := next.match(parts[1:], vars); found != nil {
			return found
		}
	}
	if n.variable == nil || parts[0] == "" {
		return nil
	}
	mark := len(*vars)
	*vars = append(*vars, pathValue{n.variable.name, parts[0]})
	found := n.variable.match(parts[1:], vars)
	if found == nil {
		*vars = (*vars)[:mark]
	}
	return found
}

func (n *node) allow() string {
	list := []string{http.MethodOptions}
	for m := range n.methods {
		list = append(list, m)
		if m == http.MethodGet {
			list = append(list, http.MethodHead)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// unknown is the refusal of a path that is no route: it names the nearest.
func (r *router) unknown(path string) *ratchet.Error {
	e := ratchet.Errorf(ratchet.CodeNotFound, "there is no route %s", clip(path))
	if near := schema.Nearest(path, r.paths); near != "" {
		return e.With(ratchet.FieldNearest, near).WithHint("did you mean %s?", near)
	}
	parts := strings.Split(strings.TrimPrefix(path, Prefix+"/"), "/")
	var first []string
	for _, p := range r.paths {
		if strings.HasPrefix(p, Prefix+"/"+parts[0]+"/") || p == Prefix+"/"+parts[0] {
			first = append(first, p)
		}
	}
	if len(first) > 0 {
		return e.With(ratchet.FieldAllowed, first).WithHint("the routes of %s are in allowed", Prefix+"/"+parts[0])
	}
	return e.WithHint("/docs shows the routes; GET %s/tools lists the tools", Prefix)
}

// clip shortens what is repeated in a message.
func clip(s string) string { return ratchet.Clip(s, 100) }
