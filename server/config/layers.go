package config

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"ratchet"
	"ratchet/regular"
	"ratchet/schema"
	"ratchet/server/logging"
)

// flatten turns a YAML tree into typed values by key.
func (l *loader) flatten(values layer, tree map[string]any, prefix, origin string) error {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		key := prefix + name
		if f, ok := l.field(key); ok {
			if err := l.take(values, f, tree[name], origin); err != nil {
				return err
			}
			continue
		}
		group, ok := tree[name].(map[string]any)
		if !ok && tree[name] == nil && l.isGroup(key) {
			continue // an empty section
		}
		if !ok || !l.isGroup(key) {
			return l.unknown(key, origin)
		}
		if err := l.flatten(values, group, key+delimiter, origin); err != nil {
			return err
		}
	}
	return nil
}

// take parses one value of the file.
func (l *loader) take(values layer, f field, value any, origin string) error {
	if f.isMap() {
		return l.takeMap(values, f, value, origin)
	}
	if !l.literal {
		var err error
		if value, err = expandAll(value, l.lookup); err != nil {
			return badValue(f.key, origin, err)
		}
	}
	parsed, err := f.parse(value)
	if err != nil {
		return badValue(f.key, origin, err)
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

func (l *loader) takeMap(values layer, f field, value any, origin string) error {
	group, ok := value.(map[string]any)
	if !ok && value != nil {
		return badValue(f.key, origin, errWantNames)
	}
	for name, item := range group {
		if err := f.takes(name); err != nil {
			return badValue(f.key+delimiter+name, origin, err)
		}
		text, err := parseString(item)
		if err == nil && !l.literal {
			text, err = expand(text, l.lookup)
		}
		if err != nil {
			return badValue(f.key+delimiter+name, origin, err)
		}
		values[f.key+delimiter+name] = text
	}
	return nil
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

func (l *loader) unknown(key, origin string) error {
	err := ratchet.Errorf(ratchet.CodeConfig, "%s: there is no key %s", origin, key).At(key).
		WithHint("`ratchet config generate` prints every key")
	if nearest := schema.Nearest(key, keysOf(l.fields)); nearest != "" {
		err.WithHint("did you mean %s? `ratchet config generate` prints every key", nearest).
			With(ratchet.FieldNearest, nearest)
	}
	return err
}

// environment reads RATCHET_… variables; NAME_FILE reads the value from a file.
func (l *loader) environment() error {
	known := map[string]bool{}
	for _, f := range l.fields {
		names := append(slices.Clone(aliases()[f.key]), f.env()) // the full name wins
		for _, name := range names {
			known[name], known[name+"_FILE"] = true, true
			if err := l.variable(f, name); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.env)) {
		if strings.HasPrefix(name, "RATCHET_") && !known[name] && !slices.Contains(otherVariables(), name) &&
			!strings.HasPrefix(name, "RATCHET_SECRETS_") {
			l.notices = append(l.notices, "the environment variable "+name+" is no key of the configuration and is ignored")
		}
	}
	return nil
}

func (l *loader) variable(f field, name string) error {
	if f.isMap() {
		return l.mapVariables(f, name)
	}
	text, origin, ok, err := l.value(name)
	if err != nil || !ok {
		return err
	}
	parsed, err := f.parse(text)
	if err != nil {
		return badValue(f.key, origin, err)
	}
	return l.add(layer{f.key: parsed}, origin)
}

// mapVariables reads NAME_<KEY> for every key of the user's choice.
func (l *loader) mapVariables(f field, prefix string) error {
	for _, name := range slices.Sorted(maps.Keys(l.env)) {
		key, ok := strings.CutPrefix(name, prefix+"_")
		if !ok {
			continue
		}
		key = strings.TrimSuffix(key, "_FILE")
		text, origin, _, err := l.value(strings.TrimSuffix(name, "_FILE"))
		if err != nil {
			return err
		}
		if err := l.add(layer{f.key + delimiter + key: text}, origin); err != nil {
			return err
		}
	}
	return nil
}

// value returns a variable or the content of the file its _FILE form names.
func (l *loader) value(name string) (text, origin string, ok bool, err error) {
	if text, ok := l.env[name]; ok {
		return text, "environment " + name, true, nil
	}
	path, ok := l.env[name+"_FILE"]
	if !ok || name == foreignLevel {
		return "", "", false, nil
	}
	content, err := regular.ReadFile(path)
	if err != nil {
		return "", "", false, ratchet.Errorf(ratchet.CodeConfig, "cannot read the file that %s_FILE names", name).Wrap(err)
	}
	return strings.TrimRight(string(content), "\r\n"), "environment " + name + "_FILE", true, nil
}

func (l *loader) flags(given map[string]string) error {
	values, err := l.given(given)
	if err != nil {
		return err
	}
	return l.add(values, originFlag)
}

// given reads values of the command line.
func (l *loader) given(texts map[string]string) (layer, error) {
	values := layer{}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		f, ok := l.field(key)
		if !ok || f.isMap() {
			return nil, l.unknown(key, originFlag)
		}
		if key == levelKey && strings.HasPrefix(l.origin[key], "environment ") {
			continue // who sets it there wants it whatever starts the program
		}
		parsed, err := f.parse(texts[key])
		if err != nil {
			return nil, badValue(key, originFlag, err)
		}
		values[key] = parsed
	}
	return values, nil
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
				all[key] = Source{Value: f.masked(value), Origin: l.origin[key]}
			}
			continue
		}
		value, origin := l.koanf.Get(f.key), l.origin[f.key]
		if origin == "" {
			value, origin = "", "default"
		}
		all[f.key] = Source{Value: f.masked(value), Origin: origin}
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

func environment(list []string) map[string]string {
	if list == nil {
		list = os.Environ()
	}
	env := make(map[string]string, len(list))
	for _, entry := range list {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			env[name] = value
		}
	}
	return env
}
