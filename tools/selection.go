package tools

import (
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// Selection says which tools to offer. The zero value is the toolset core.
type Selection struct {
	Toolsets []string // groups; "all" is every group. Empty = core, or none when Tools is set
	Tools    []string // single tools, added to the groups
	Exclude  []string // removed; wins over the two above
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
	if len(groups) == 0 && len(singles) == 0 {
		groups = []string{"core"}
	}
	var kept []Tool
	for _, t := range r.list {
		in := slices.Contains(groups, "all") || slices.Contains(groups, t.Toolset) || slices.Contains(singles, t.Name)
		if in && !slices.Contains(excluded, t.Name) && (!s.ReadOnly || t.Effect == Reads) {
			kept = append(kept, t)
		}
	}
	out, err := NewRegistry(kept...)
	if err != nil {
		return nil, err
	}
	out.events, out.whole = r.events, r
	if r.whole != nil {
		out.whole = r.whole
	}
	return out, nil
}

// resolve turns names and aliases into names.
func (r *Registry) resolve(flag string, names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		t, ok := r.Lookup(name)
		if !ok {
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
