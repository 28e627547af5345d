package logging

import (
	"log/slog"
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// Default is the filter of servers that set none.
const Default = "info"

// Names are the names of levels, from most lines to fewest.
func Names() []string { return []string{"debug", "info", "warn", "error"} }

// Filter says from which level on lines are written, by module. The zero value
// is info for everything.
type Filter struct {
	text  string
	rest  slog.Level   // of lines without a module and of modules that are not named
	named []slog.Level // by number of the module; nil = all are as rest
}

// Parse reads a filter: a level, or levels by module with one for the rest,
// e.g. info,http=debug,mcp=warn. The later of two for the same module wins. The
// error names what would be accepted.
func Parse(text string) (Filter, error) {
	f := Filter{text: text, rest: slog.LevelInfo}
	own := map[int]slog.Level{}
	for part := range strings.SplitSeq(text, ",") {
		module, name, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found {
			module, name = whole, module
		}
		level, err := levelOf(strings.TrimSpace(name))
		if err != nil {
			return Filter{}, err
		}
		if module = strings.ToLower(strings.TrimSpace(module)); module == whole {
			f.rest = level
			continue
		}
		n := numberOf(module)
		if n < 0 {
			return Filter{}, unknownModule(module)
		}
		own[n] = level
	}
	if len(own) == 0 {
		return f, nil
	}
	f.named = slices.Repeat([]slog.Level{f.rest}, len(Modules()))
	for n, level := range own {
		f.named[n] = level
	}
	return f, nil
}

// String is the text that Parse read.
func (f Filter) String() string {
	if f.text == "" {
		return Default
	}
	return f.text
}

// level is that of a module's number; -1 = of no module.
func (f *Filter) level(module int) slog.Level {
	if module < 0 || f.named == nil {
		return f.rest
	}
	return f.named[module]
}

func levelOf(name string) (slog.Level, error) {
	switch strings.ToLower(name) {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	e := ratchet.Errorf(ratchet.CodeInvalid, "there is no level %q", clip(name)).
		With(ratchet.FieldAllowed, Names()).
		WithHint("a level is %s, for everything or for a module as in info,http=debug", strings.Join(Names(), ", "))
	if near := schema.Nearest(name, Names()); near != "" {
		e.With(ratchet.FieldNearest, near)
	}
	return 0, e
}

func unknownModule(name string) error {
	e := ratchet.Errorf(ratchet.CodeInvalid, "there is no module %q", clip(name)).
		With(ratchet.FieldAllowed, Modules()).
		WithHint("modules are %s; %s is everything", strings.Join(Modules(), ", "), whole)
	if near := schema.Nearest(name, Modules()); near != "" {
		e.With(ratchet.FieldNearest, near)
	}
	return e
}

// clip keeps a wrong name short in a message.
func clip(name string) string {
	if r := []rune(name); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return name
}
