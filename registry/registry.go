package registry

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"ratchet"
	"ratchet/events"
)

// Toolsets are the groups a server may offer; the first is the default.
func Toolsets() []string { return []string{"core", "control", "admin", "workflow", "gateway"} }

// Categories say what a tool is about.
func Categories() []string {
	return []string{"execution", "monitoring", "debugging", "discovery", "development", "registry", "documentation"}
}

// Registry is a set of tools with unique names. It never changes, so it may
// be used from many goroutines.
type Registry struct {
	list    []Tool // by name
	byName  map[string]int
	aliases map[string]string // further name -> name
	events  events.Set
	whole   *Registry // the registry this one was selected from; nil = itself
	chosen  Selection // what of whole was chosen when the server was started
	base    *Registry // what was, when this is a part of it that a session asked for; nil = this is
	served  *Registry // what others are offered, when this is for one caller; nil = it is for everybody
	shown   sync.Once
	full    []Tool // list with the schemas, once shown
}

var (
	namePattern    = regexp.MustCompile(`^ratchet_[a-z0-9]+(_[a-z0-9]+)*$`)
	foreignPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// New makes a registry. It refuses tools that break the laws every
// surface relies on; see also Check.
func New(list ...Tool) (*Registry, error) {
	r := &Registry{byName: make(map[string]int, len(list)), aliases: map[string]string{}}
	r.list = slices.Clone(list)
	slices.SortFunc(r.list, func(a, b Tool) int { return strings.Compare(a.Name, b.Name) })
	var faults []error
	var err error
	if r.events, err = events.NewSet(events.All()...); err != nil {
		faults = append(faults, err)
	}
	for i := range r.list {
		t := &r.list[i]
		if err := t.laws(); err != nil {
			faults = append(faults, err)
			continue
		}
		if _, twice := r.byName[t.Name]; twice {
			faults = append(faults, fmt.Errorf("tool %s is there twice", t.Name))
		}
		r.byName[t.Name] = i
	}
	for _, t := range r.list {
		for _, alias := range t.Aliases {
			if other, taken := r.aliases[alias]; taken || r.has(alias) {
				faults = append(faults, fmt.Errorf("alias %s of %s is taken by %s", alias, t.Name, other))
			}
			r.aliases[alias] = t.Name
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("make the tool registry: %w", err)
	}
	return r, nil
}

// laws are the cheap rules every tool obeys.
func (t Tool) laws() error {
	fault := func(format string, args ...any) error {
		return fmt.Errorf("tool %q: %s", t.Name, fmt.Sprintf(format, args...))
	}
	switch {
	case t.Foreign && !foreignPattern.MatchString(t.Name):
		return fault("the name is not snake_case")
	case !t.Foreign && !namePattern.MatchString(t.Name):
		return fault("the name is not ratchet_ and snake_case")
	case len(t.Name) > 40 && !t.Foreign && !slices.Contains(longNames(), t.Name):
		return fault("the name has more than 40 characters")
	case t.shape == nil:
		return fault("it was not made by Define")
	case t.Title == "":
		return fault("it has no title")
	case t.Doc == "" || len(t.Doc) > 1000:
		return fault("its documentation has %d characters; 1 to 1000 are wanted", len(t.Doc))
	case t.Effect < Reads || t.Effect > Destroys:
		return fault("its effect is not set")
	case !slices.Contains(Toolsets(), t.Toolset):
		return fault("toolset %q is not one of %s", t.Toolset, strings.Join(Toolsets(), ", "))
	case !slices.Contains(Categories(), t.Category):
		return fault("category %q is not one of %s", t.Category, strings.Join(Categories(), ", "))
	}
	return nil
}

// longNames are the names that were fixed before the limit.
func longNames() []string {
	return []string{
		"ratchet_get_developer_endpoint_reference", "ratchet_get_developer_integration_guide",
		"ratchet_get_developer_guide_walkthrough",
	}
}

// Check verifies the laws that take time: examples fit their schemas, and
// every tool named in a documentation, a set-up or an alias exists. Tests call it.
func (r *Registry) Check() error {
	var faults []error
	for _, t := range r.list {
		if t.Input().Open() {
			faults = append(faults, fmt.Errorf("tool %s: its arguments do not set additionalProperties to false", t.Name))
		}
		if t.Omits != nil && !t.IsDocument() {
			for _, place := range omissions(t.Omits).unknown("", t.Result()) {
				faults = append(faults, fmt.Errorf("tool %s: its lean form leaves out %s, which its result does not have", t.Name, place))
			}
		}
		for _, name := range toolWord.FindAllString(t.Doc, -1) {
			if _, ok := r.Lookup(name); !ok {
				faults = append(faults, fmt.Errorf("tool %s: its documentation names %s, which does not exist", t.Name, name))
			}
		}
		for i, ex := range t.Examples {
			if found := t.Input().Validate(ex.Args); found != nil {
				faults = append(faults, fmt.Errorf("tool %s: example %d: %s %s", t.Name, i, found[0].Pointer, found[0].Message))
			}
			for _, c := range ex.Setup {
				if _, ok := r.Lookup(c.Tool); !ok {
					faults = append(faults, fmt.Errorf("tool %s: example %d calls %s, which does not exist", t.Name, i, c.Tool))
				}
			}
		}
	}
	return errors.Join(faults...)
}

var toolWord = regexp.MustCompile(`ratchet_[a-z_]*[a-z]`)

// List returns the tools by name. The slice must not be changed.
func (r *Registry) List() []Tool {
	r.shown.Do(func() {
		r.full = make([]Tool, len(r.list))
		for i, t := range r.list {
			r.full[i] = t.withSchemas()
		}
	})
	return r.full
}

// withSchemas writes the schemas of a tool down: when the first one asks for
// them, because most servers offer few of the tools.
func (t Tool) withSchemas() Tool {
	t.In, t.Out = t.shape.in(), t.shape.out()
	return t
}

// Lookup finds a tool by its name, its dotted form (ratchet.execute_task) or
// an alias.
func (r *Registry) Lookup(name string) (Tool, bool) {
	if i, ok := r.byName[r.canonical(name)]; ok {
		return r.list[i].withSchemas(), true
	}
	return Tool{}, false
}

func (r *Registry) has(name string) bool {
	_, ok := r.byName[r.canonical(name)]
	return ok
}

func (r *Registry) canonical(name string) string {
	if _, ok := r.byName[name]; ok {
		return name
	}
	if target, ok := r.aliases[name]; ok {
		return target
	}
	if rest, ok := strings.CutPrefix(name, "ratchet."); ok {
		return "ratchet_" + rest
	}
	return name
}

// Whole is the registry this one was selected from: every tool of the server,
// offered by the surfaces on which permission alone decides.
func (r *Registry) Whole() *Registry {
	if r.whole != nil {
		return r.whole
	}
	return r
}

// Names returns the names of the tools, sorted.
func (r *Registry) Names() []string {
	names := make([]string, len(r.list))
	for i, t := range r.list {
		names[i] = t.Name
	}
	return names
}

// Unknown is the error for a call of a tool that is not offered: it names the
// nearest tool, or the toolset to enable.
func (r *Registry) Unknown(name string) *ratchet.Error {
	if r.served != nil {
		if t, ok := r.served.Lookup(name); ok {
			return ratchet.Errorf(ratchet.CodeDenied, "this caller may not call %s", t.Name).WithHint("ask an admin for %s", permittedRoles(t))
		}
	}
	if r.whole != nil {
		if t, ok := r.whole.Lookup(name); ok {
			if r.base != nil {
				if _, narrowed := r.base.Lookup(t.Name); narrowed {
					return ratchet.Errorf(ratchet.CodeNotFound, "tool %s is not offered in this session", t.Name).
						WithHint("the address of the session leaves it out: connect with other query parameters toolsets, tools, exclude_tools and read_only, or without")
				}
			}
			return ratchet.Errorf(ratchet.CodeNotFound, "tool %s is not offered by this server", t.Name).WithHint("%s", r.chosen.enabling(t))
		}
	}
	e := ratchet.Errorf(ratchet.CodeNotFound, "unknown tool %q", name)
	nearest := r.nearest(name)
	if nearest == "" {
		return e.WithHint("list the tools to see what is offered")
	}
	return e.With(ratchet.FieldNearest, nearest).WithHint("did you mean %s?", nearest)
}
