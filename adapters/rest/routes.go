package rest

import (
	"slices"
	"strings"
)

// Routes lists what is served as "METHOD /path", with variables in camelCase,
// sorted. Of POST /tools/{tool} there is one line per tool.
func (h *Handler) Routes() []string {
	var list []string
	h.routes.root.each(nil, func(method string, parts []string) {
		path := Prefix + shown("/"+strings.Join(parts, "/"))
		if path != Prefix+"/tools/{tool}" {
			list = append(list, method+" "+path)
		}
	})
	for name := range h.shapes {
		list = append(list, "POST "+Prefix+"/tools/"+name)
	}
	slices.Sort(list)
	return list
}

// each visits every route below n.
func (n *node) each(parts []string, visit func(method string, parts []string)) {
	for method := range n.methods {
		visit(method, parts)
	}
	for part, next := range n.literal {
		next.each(append(slices.Clone(parts), part), visit)
	}
	if n.variable != nil {
		n.variable.each(append(slices.Clone(parts), "{"+n.variable.name+"}"), visit)
	}
}
