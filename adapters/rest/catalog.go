package rest

import (
	"encoding/json"
	"fmt"
	"slices"

	"ratchet/registry"

	"ratchet/schema"
)

// listTools serves GET /tools: the tools that the caller may call.
func (h *Handler) listTools(x *requestContext) error {
	values, err := parseQuery(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	for _, name := range names(values) {
		if name != "toolset" && name != "category" {
			return unknownParameter(name, []string{"toolset", "category"})
		}
	}
	wanted := func(name, value string) bool { return !values.Has(name) || slices.Contains(values[name], value) }
	effects := map[registry.Effect]string{registry.Reads: "reads", registry.Writes: "writes", registry.Destroys: "destroys"}
	list := []listed{}
	for _, t := range h.cfg.Registry.For(h.cfg.Principal(x.r)).List() {
		if !wanted("toolset", t.Toolset) || !wanted("category", t.Category) {
			continue
		}
		item := listed{
			Name: t.Name, Title: t.Title, Description: t.Doc, Toolset: t.Toolset, Category: t.Category, Effect: effects[t.Effect],
			Executes: t.Executes, Routes: []string{"POST " + Prefix + "/tools/" + t.Name},
			InputSchema: schema.Camel(t.In), OutputSchema: schema.Camel(t.Out),
		}
		for _, r := range t.Routes {
			if r.Method != "" {
				item.Routes = append(item.Routes, r.Method+" "+Prefix+shown(r.Path))
			}
		}
		list = append(list, item)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write the tools: %w", err)
	}
	x.header().Set("X-Total-Count", fmt.Sprint(len(list)))
	x.envelope(200, raw, nil)
	return nil
}
