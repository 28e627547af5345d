package registry

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

	// Called is what the user calls one of toolsets, tools, only_tools and
	// exclude_tools, for errors; nil = the flag.
	Called func(list string) string
}

// called is what the user of a selection calls one of its lists.
func (s Selection) called(list string) string {
	if s.Called == nil {
		return "--" + strings.ReplaceAll(list, "_", "-")
	}
	return s.Called(list)
}

// Select returns the selected tools as a registry. Names that do not exist
// are an error which names the nearest one.
func (r *Registry) Select(s Selection) (*Registry, error) {
	if wrong := r.Wrong(s); len(wrong) > 0 {
		return nil, wrong[0]
	}
	groups, singles, only, excluded := trimmed(s.Toolsets), r.names(s.Tools), r.names(s.Only), r.names(s.Exclude)
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
	out, err := New(kept...)
	if err != nil {
		return nil, err
	}
	out.events, out.whole = r.events, r
	out.chosen = Selection{Toolsets: groups, Tools: singles, Only: only, Exclude: excluded, ReadOnly: s.ReadOnly}
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

// Wrong lists the names of a selection that do not exist, each at the list that
// has it, as in /only_tools.
func (r *Registry) Wrong(s Selection) []*ratchet.Error {
	var found []*ratchet.Error
	for _, list := range []struct {
		name  string
		names []string
	}{{"tools", s.Tools}, {"only_tools", s.Only}, {"exclude_tools", s.Exclude}} {
		for _, name := range trimmed(list.names) {
			if _, ok := r.Lookup(name); !ok {
				found = append(found, at(s, list.name, r.unknownName(name)))
			}
		}
	}
	valid := append(Toolsets(), "all")
	for _, group := range trimmed(s.Toolsets) {
		if slices.Contains(valid, group) {
			continue
		}
		e := ratchet.Errorf(ratchet.CodeInvalid, "unknown toolset %q", group).With(ratchet.FieldAllowed, valid)
		found = append(found, at(s, "toolsets", nearestTo(e, group, valid, "the groups are "+strings.Join(valid, ", "))))
	}
	return found
}

// at says in which list of a selection the error is.
func at(s Selection, list string, e *ratchet.Error) *ratchet.Error {
	e.Message = s.called(list) + ": " + e.Message
	return e.At("/" + list)
}

// unknownName refuses a name that no tool offered here has.
func (r *Registry) unknownName(name string) *ratchet.Error {
	if r.whole != nil {
		if _, exists := r.whole.Lookup(name); exists {
			e := r.Unknown(name)
			return ratchet.Errorf(ratchet.CodeInvalid, "%s", e.Message).WithHint("%s", e.Hint)
		}
	}
	return nearestTo(ratchet.Errorf(ratchet.CodeInvalid, "unknown tool %q", name), name, r.Names(), "the command `ratchet tools` lists the names")
}

func nearestTo(e *ratchet.Error, name string, known []string, otherwise string) *ratchet.Error {
	near := schema.Nearest(name, known)
	if near == "" {
		return e.WithHint("%s", otherwise)
	}
	return e.With(ratchet.FieldNearest, near).WithHint("did you mean %s? %s", near, otherwise)
}

// names turns names and aliases, all of which exist, into names.
func (r *Registry) names(given []string) []string {
	var out []string
	for _, name := range trimmed(given) {
		if t, ok := r.Lookup(name); ok {
			out = append(out, t.Name)
		}
	}
	return out
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
