package tools

import (
	"cmp"
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// Selection says which tools to offer. The zero value is the toolset core.
type Selection struct {
	Toolsets []string // groups; "all" is every group. Empty = core, or every group when Only is set
	Tools    []string // single tools, added to the groups
	Only     []string // of the groups just these; Tools does not count then
	Exclude  []string // removed; wins over those above
	ReadOnly bool     // keep only tools whose effect is Reads; wins over all
}

// Select returns the selected tools as a registry. Names that do not exist
// are an error which names the nearest one.
func (r *Registry) Select(s Selection) (*Registry, error) {
	groups := trimmed(s.Toolsets)
	singles, err := r.resolve("--tools", trimmed(s.Tools))
	if err != nil {
		return nil, err
	}
	only, err := r.resolve("--only-tools", trimmed(s.Only))
	if err != nil {
		return nil, err
	}
	excluded, err := r.resolve("--exclude-tools", trimmed(s.Exclude))
	if err != nil {
		return nil, err
	}
	valid := append(Toolsets(), "all")
	for _, g := range groups {
		if !slices.Contains(valid, g) {
			e := ratchet.Errorf(ratchet.CodeInvalid, "unknown toolset %q", g).With(ratchet.FieldAllowed, valid).
				WithHint("--toolsets takes %s", strings.Join(valid, ", "))
			if near := schema.Nearest(g, valid); near != "" {
				e.With(ratchet.FieldNearest, near)
			}
			return nil, e
		}
	}
	switch {
	case len(groups) > 0:
	case len(only) > 0:
		groups = []string{"all"}
	default:
		groups = []string{"core"}
	}
	var kept []Tool
	for _, t := range r.list {
		in := slices.Contains(groups, "all") || slices.Contains(groups, t.Toolset)
		if len(only) > 0 {
			in = in && slices.Contains(only, t.Name)
		} else {
			in = in || slices.Contains(singles, t.Name)
		}
		if in && !slices.Contains(excluded, t.Name) && (!s.ReadOnly || t.Effect == Reads) {
			kept = append(kept, t)
		}
	}
	out, err := NewRegistry(kept...)
	if err != nil {
		return nil, err
	}
	out.events, out.whole = r.events, r
	out.chosen = Selection{groups, singles, only, excluded, s.ReadOnly}
	if r.whole != nil { // what the server was started with decides
		out.whole, out.chosen, out.base = r.whole, r.chosen, cmp.Or(r.base, r)
	}
	return out, nil
}

// enabling says how a server with this selection is started so that it offers
// t and all that it offers now.
func (s Selection) enabling(t Tool) string {
	if s.ReadOnly && t.Effect != Reads {
		return "the server is read-only (mcp.read_only): start it without --read-only"
	}
	if slices.Contains(s.Exclude, t.Name) {
		return "it is excluded: take it out of --exclude-tools (mcp.exclude_tools)"
	}
	with := func(list []string, name string) string { return strings.Join(append(slices.Clone(list), name), ",") }
	if len(s.Only) > 0 {
		list := with(s.Only, t.Name)
		return "start the server with --only-tools " + list + " (mcp.only_tools, RATCHET_MCP_ONLY_TOOLS=" + list + ")"
	}
	list := with(s.Tools, t.Name)
	return "start the server with --tools " + list + " (mcp.tools, RATCHET_MCP_TOOLS=" + list + "), which adds it to what is offered, or with its group: --toolsets " +
		with(s.Toolsets, t.Toolset)
}

// resolve turns names and aliases into names.
func (r *Registry) resolve(flag string, names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		t, ok := r.Lookup(name)
		if !ok {
			if r.whole != nil {
				if _, exists := r.whole.Lookup(name); exists {
					e := r.Unknown(name)
					return nil, ratchet.Errorf(ratchet.CodeInvalid, "%s: %s", flag, e.Message).WithHint("%s", e.Hint)
				}
			}
			e := ratchet.Errorf(ratchet.CodeInvalid, "%s: unknown tool %q", flag, name)
			if near := schema.Nearest(name, r.Names()); near != "" {
				return nil, e.With(ratchet.FieldNearest, near).WithHint("did you mean %s?", near)
			}
			return nil, e.WithHint("the command `ratchet tools` lists the names")
		}
		out = append(out, t.Name)
	}
	return out, nil
}

func trimmed(names []string) []string {
	var out []string
	for _, n := range names {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}
