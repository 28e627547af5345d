package registry

import (
	"net/http"
	"regexp"
)

// toolName is the name of any tool in a text.
var toolName = regexp.MustCompile(`\bratchet_[a-z_]*[a-z]\b`)

// RouteOf returns the route by which callers of REST reach a tool: the first of its own,
// else that which every tool has. It is below the prefix of the API.
func (r *Registry) RouteOf(name string) (route Route, ok bool) {
	t, ok := r.Lookup(name)
	if !ok {
		return Route{}, false
	}
	for _, route := range t.Routes {
		if route.Method != "" {
			return route, true
		}
	}
	return Route{Method: http.MethodPost, Path: "/tools/" + t.Name}, true
}

// InRoutes returns a text written for callers of tools with what say writes of the route
// of each tool that it names. Names of other tools stay.
func (r *Registry) InRoutes(text string, say func(name string, route Route) string) string {
	return toolName.ReplaceAllStringFunc(text, func(name string) string {
		route, ok := r.RouteOf(name)
		if !ok {
			return name
		}
		return say(name, route)
	})
}
