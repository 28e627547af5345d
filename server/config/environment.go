package config

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"ratchet"
	"ratchet/regular"
	"ratchet/schema"
)

// environment reads RATCHET_… variables; NAME_FILE reads the value from a file.
func (l *loader) environment() faults {
	var found faults
	known := map[string]bool{}
	for _, f := range l.fields {
		for _, name := range f.variables() {
			known[name], known[name+"_FILE"] = true, true
			found = append(found, l.variable(f, name)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.env)) {
		if strings.HasPrefix(name, "RATCHET_") && !known[name] && !slices.Contains(otherVariables(), name) && !l.belowMap(name) {
			found.add(l.stranger(name))
		}
	}
	return found
}

// variables are the names of a field in the environment; the last one wins.
func (f field) variables() []string {
	names := slices.Clone(aliases()[f.key])
	for _, key := range spellings(f.key) {
		names = append(names, variable(key))
	}
	return append(names, f.env())
}

// belowMap says whether a variable is a name of the user's choice.
func (l *loader) belowMap(name string) bool {
	return slices.ContainsFunc(l.fields, func(f field) bool { return f.isMap() && strings.HasPrefix(name, f.env()+"_") })
}

// stranger judges a variable that is no key: one that was meant as a key is a
// fault, another, or one without a value, is noted.
func (l *loader) stranger(name string) error {
	origin := originEnvironment + name
	if isLink(name, l.env[name]) {
		return nil
	}
	if name == variable(ignoredKey) {
		l.notices = append(l.notices, origin+" has no effect: every run has fetch")
		return nil
	}
	empty := l.env[name] == ""
	if gone, ok := absentVariable(name); ok && !empty {
		return gone.refuse(name, originEnvironment+name)
	}
	var known []string
	for _, f := range l.fields {
		known = append(known, f.variables()...)
	}
	nearest := schema.Nearest(name, known)
	if empty || !l.isMeant(name) {
		text := "the environment variable " + name + " is no key of the configuration and is ignored"
		if nearest != "" {
			text += "; the nearest is " + nearest
		}
		l.notices = append(l.notices, text)
		return nil
	}
	e := ratchet.Errorf(ratchet.CodeConfig, "%s: there is no such key", origin).At(name).
		WithHint("`ratchet config generate --kind env` prints every variable")
	if nearest != "" {
		e.With(ratchet.FieldNearest, nearest).WithHint("did you mean %s? `ratchet config generate --kind env` prints every variable", nearest)
	}
	return e
}

var link = regexp.MustCompile(`_SERVICE_(HOST|PORT)|_PORT_[0-9]+_(TCP|UDP)`)

// isLink says whether a container platform made the variable for a service named
// ratchet or ratchet-…: that is no setting.
func isLink(name, value string) bool {
	return link.MatchString(name) || strings.HasPrefix(value, "tcp://") || strings.HasPrefix(value, "udp://")
}

// isMeant says whether a variable must have been meant as a key: it begins with
// the name of a section, or is the name of a key without its section, as in
// RATCHET_READ_ONLY.
func (l *loader) isMeant(name string) bool {
	return slices.ContainsFunc(sectionsOf(l.fields), func(section string) bool {
		return strings.HasPrefix(name, variable(section)+"_")
	}) || slices.ContainsFunc(l.fields, func(f field) bool {
		return name == variable(f.key[strings.LastIndex(f.key, delimiter)+1:])
	})
}

func (l *loader) variable(f field, name string) faults {
	var found faults
	if f.isMap() {
		found = l.mapVariables(f, name)
	}
	text, origin, ok, err := l.value(name)
	found.add(err)
	if err != nil || !ok {
		return found
	}
	values := layer{}
	switch parsed, err := f.parse(text); {
	case text == "" && (f.isMap() || err != nil):
		return found // as in compose files: what cannot be empty is not set
	case f.isMap():
		found = append(found, l.mapVariable(values, f, text, origin)...)
	case err != nil:
		found.add(l.bad(f.key, origin, err))
	default:
		values[f.key] = parsed
	}
	found.add(l.add(values, origin))
	return found
}

// mapVariable reads all names of a map as one JSON object.
func (l *loader) mapVariable(values layer, f field, text, origin string) faults {
	var group map[string]any
	if err := schema.Refuse("the value", []byte(text)); err != nil || json.Unmarshal([]byte(text), &group) != nil {
		return faults{l.bad(f.key, origin, errors.New(`want names and values as a JSON object, e.g. {"NAME": "value"}`))}
	}
	literal := l.literal
	l.literal = true
	defer func() { l.literal = literal }()
	return l.takeMap(values, f, group, origin)
}

// mapVariables reads NAME_<KEY> for every key of the user's choice.
func (l *loader) mapVariables(f field, prefix string) faults {
	var found faults
	for _, name := range slices.Sorted(maps.Keys(l.env)) {
		key, ok := strings.CutPrefix(name, prefix+"_")
		if !ok || name == prefix+"_FILE" {
			continue
		}
		key = strings.TrimSuffix(key, "_FILE")
		text, origin, _, err := l.value(strings.TrimSuffix(name, "_FILE"))
		if err == nil {
			err = l.add(layer{f.key + delimiter + key: text}, origin)
		}
		found.add(err)
	}
	return found
}

// value returns a variable or the content of the file its _FILE form names.
func (l *loader) value(name string) (text, origin string, ok bool, err error) {
	if text, ok := l.env[name]; ok && (text != "" || l.env[name+"_FILE"] == "") {
		return text, originEnvironment + name, true, nil
	}
	path, ok := l.env[name+"_FILE"]
	if !ok || name == foreignLevel {
		return "", "", false, nil
	}
	content, err := regular.ReadFile(path)
	if err != nil {
		return "", "", false, ratchet.Errorf(ratchet.CodeConfig, "%s%s_FILE: cannot read the file that it names", originEnvironment, name).
			At(name + "_FILE").WithHint("let this user read the file, or correct its path").Wrap(err)
	}
	return strings.TrimRight(string(content), "\r\n"), originEnvironment + name + "_FILE", true, nil
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
