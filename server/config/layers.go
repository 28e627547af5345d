package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
	"ratchet/server/logging"
)

// flatten turns a YAML tree into typed values by key.
func (l *loader) flatten(values layer, tree map[string]any, prefix, origin string) faults {
	var found faults
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		key := l.current(prefix+name, origin)
		_, given := values[key]
		f, ok := l.field(key)
		switch group, isGroup := tree[name].(map[string]any); {
		case key == ignoredKey:
			l.notices = append(l.notices, place(origin, l.line(origin, key))+": "+key+" has no effect: every run has fetch")
		case ok && given:
			found.add(l.bad(key, origin, errors.New("it is given twice, here as "+prefix+name)))
		case ok && f.isMap():
			found = append(found, l.takeMap(values, f, tree[name], origin)...)
		case ok:
			found.add(l.take(values, f, tree[name], origin))
		case !l.isGroup(key):
			found.add(l.unknown(key, origin))
		case isGroup:
			found = append(found, l.flatten(values, group, key+delimiter, origin)...)
		case tree[name] != nil: // an empty section is fine
			found.add(l.bad(key, origin, errors.New("want keys below it, got "+kindOf(tree[name]))))
		}
	}
	return found
}

// ignoredKey is read for the sake of older files.
const ignoredKey = "execution.fetch_variables"

// current is the name by which a key is known today.
func (l *loader) current(key, origin string) string {
	now, ok := renamed()[key]
	if !ok {
		return key
	}
	if line := l.line(origin, key); line > 0 {
		l.note(origin, now, line)
		for old, below := range maps.Clone(l.lines[origin]) {
			if rest, ok := strings.CutPrefix(old, key+delimiter); ok {
				l.note(origin, now+delimiter+rest, below)
			}
		}
	}
	l.notices = append(l.notices, place(origin, l.line(origin, key))+": "+key+" is called "+now+" now")
	return now
}

// take parses one value of the file.
func (l *loader) take(values layer, f field, value any, origin string) error {
	if !l.literal {
		var err error
		if value, err = expandAll(value, l.lookup); err != nil {
			return l.bad(f.key, origin, err)
		}
	}
	parsed, err := f.parse(value)
	if err != nil {
		return l.bad(f.key, origin, err)
	}
	values[f.key] = parsed
	return nil
}

var (
	mapName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	mapPath = regexp.MustCompile(`^/[A-Za-z0-9_/-]*$`)
)

// maxMapName is the length of a name; a bound in the patterns would make them
// slow to compile at every start.
const maxMapName = 100

// takes says whether a name may be below the field.
func (f field) takes(name string) error {
	switch long := len(name) > maxMapName; {
	case f.key == "rate_limit.per_path" && (long || !mapPath.MatchString(name)):
		return errBadPath
	case f.key != "rate_limit.per_path" && (long || !mapName.MatchString(name)):
		return errBadName
	}
	return nil
}

func (l *loader) takeMap(values layer, f field, value any, origin string) faults {
	var found faults
	group, ok := value.(map[string]any)
	if !ok && value != nil {
		found.add(l.bad(f.key, origin, errWantNames))
	}
	for _, name := range slices.Sorted(maps.Keys(group)) {
		key := f.key + delimiter + name
		if err := f.takes(name); err != nil {
			found.add(l.bad(key, origin, err))
			continue
		}
		text, err := parseString(group[name])
		if err == nil && !l.literal {
			text, err = expand(text, l.lookup)
		}
		if err != nil {
			found.add(l.bad(key, origin, err))
			continue
		}
		values[key] = text
	}
	return found
}

func (l *loader) lookup(name string) (string, bool) {
	value, ok := l.env[name]
	return value, ok
}

func (l *loader) field(key string) (field, bool) {
	i := slices.IndexFunc(l.fields, func(f field) bool { return f.key == key })
	if i < 0 {
		return field{}, false
	}
	return l.fields[i], true
}

func (l *loader) isGroup(key string) bool {
	return slices.ContainsFunc(l.fields, func(f field) bool { return strings.HasPrefix(f.key, key+delimiter) })
}

// unknown refuses a key by name: it is one of another version, or none at all.
func (l *loader) unknown(key, origin string) *ratchet.Error {
	line := l.line(origin, key)
	if gone, ok := absentKey(key); ok {
		return onLine(gone.refuse(key, place(origin, line)), line)
	}
	err := ratchet.Errorf(ratchet.CodeConfig, "%s: there is no key %s", place(origin, line), key).At(key).
		WithHint("`ratchet config generate` prints every key")
	if nearest := schema.Nearest(key, append(keysOf(l.fields), sectionsOf(l.fields)...)); nearest != "" {
		err.WithHint("did you mean %s? `ratchet config generate` prints every key", nearest).
			With(ratchet.FieldNearest, nearest)
	}
	return onLine(err, line)
}

func (l *loader) flags(given map[string]string) faults {
	values, found := l.given(given)
	found.add(l.add(values, originFlag))
	return found
}

// given reads values of the command line.
func (l *loader) given(texts map[string]string) (layer, faults) {
	values, found := layer{}, faults(nil)
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		f, ok := l.field(key)
		if !ok || f.isMap() {
			found.add(l.unknown(key, originFlag))
			continue
		}
		if key == levelKey && strings.HasPrefix(l.origin[key], "environment ") {
			continue // who sets it there wants it whatever starts the program
		}
		parsed, err := f.parse(texts[key])
		if err != nil {
			found.add(l.bad(key, originFlag, err))
			continue
		}
		values[key] = parsed
	}
	return values, found
}

// mendLevel replaces an invalid log level with the default, with one message: a
// server that logs too little still runs.
func (l *loader) mendLevel() error {
	complain := func(origin string, err error) {
		l.notices = append(l.notices, origin+": "+levelKey+": "+ratchet.AsError(err).Message+"; it is "+logging.Default)
	}
	for _, own := range []struct {
		values layer
		origin string
	}{{l.forced, originFlag}, {l.stored, originRuntime}} {
		text, ok := own.values[levelKey].(string)
		if !ok {
			continue
		}
		_, err := logging.Parse(text)
		if err == nil {
			return nil // what is below it does not count
		}
		complain(own.origin, err)
		own.values[levelKey] = logging.Default
		return nil
	}
	if _, err := logging.Parse(l.koanf.String(levelKey)); err != nil {
		complain(l.origin[levelKey], err)
		return l.add(layer{levelKey: logging.Default}, "default")
	}
	return nil
}

// sources lists every key with its value and origin.
func (l *loader) sources() map[string]Source {
	all := map[string]Source{}
	for _, f := range l.fields {
		if f.isMap() {
			names := l.koanf.StringMap(f.key)
			if len(names) == 0 {
				all[f.key] = Source{Value: "", Origin: "default"}
			}
			for name, value := range names {
				key := f.key + delimiter + name
				all[key] = Source{Value: f.masked(value), Origin: l.origin[key], Line: l.line(l.origin[key], key)}
			}
			continue
		}
		value, origin := l.koanf.Get(f.key), l.origin[f.key]
		if origin == "" {
			value, origin = "", "default"
		}
		all[f.key] = Source{Value: f.masked(value), Origin: origin, Line: l.line(origin, f.key)}
	}
	return all
}

// masked is a value as it may be shown.
func (f field) masked(value any) any {
	if shown := fmt.Sprint(value); f.secret && shown != "" && shown != "[]" { // nothing is no secret
		return "***"
	}
	return value
}
