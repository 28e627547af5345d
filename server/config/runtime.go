package config

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"ratchet"
	"ratchet/regular"
)

// RuntimeFile is the file in the data folder with the values that were set
// while a server ran and hold after a restart.
const RuntimeFile = "runtime.yaml"

const (
	originFlag        = "flag"
	originRuntime     = "runtime"
	originEnvironment = "environment "
	originProfile     = "profile "
)

// runtimeFile reads the last layer. Nothing in it is expanded: it was written by
// a program.
func (l *loader) runtimeFile() (found faults) {
	path := filepath.Join(l.dataDir(), RuntimeFile)
	text, err := regular.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil // whoever needs the folder says what is wrong with it
	}
	if err != nil {
		found.add(ratchet.Errorf(ratchet.CodeConfig, "cannot read %s", path).Wrap(err).
			WithHint("it has what was set while a server ran: let this user read it"))
		return found
	}
	origin := l.storedOrigin()
	tree, at, wrong := parseYAML(path, text)
	if wrong != nil {
		found.add(wrong.WithHint("correct the file, or delete it: it has only what was set while a server ran"))
		return found
	}
	l.lines[origin] = at
	l.literal = true
	values := layer{}
	found = l.flatten(values, tree, "", origin)
	l.literal = false
	found.add(immovable(values, origin))
	delete(values, "data_dir")
	l.stored = values
	return found
}

// immovable refuses the one key on which the place of the file depends.
func immovable(values layer, origin string) error {
	if _, ok := values["data_dir"]; ok {
		return badValue("data_dir", origin, errors.New("the data folder cannot be set in a file of the data folder"))
	}
	return nil
}

// Loaded says that c came from Load, so that With, Read and Stored work.
func (c Config) Loaded() bool { return c.layers != nil }

// Stored are the values of the runtime file that Load read, by key.
func (c Config) Stored() map[string]any {
	if c.layers == nil {
		return nil
	}
	return maps.Clone(c.layers.stored)
}

// With is c with other values in place of those of the runtime file: what is
// stored there, and over it what holds for this process alone. Values are those
// of Read. The result is validated like a file.
func (c Config) With(stored, live map[string]any) (Config, error) {
	l := *c.layers
	l.stored, l.live = stored, live
	next, found := l.build()
	return next, found.join()
}

// Read turns a value, as a caller or a file writes it, into one for With. The
// key may be a name below a key that takes names, e.g. rate_limit.per_tool.NAME.
func (c Config) Read(key string, value any) (any, error) {
	f, name, ok := c.layers.find(key)
	switch {
	case !ok:
		return nil, c.layers.unknown(key, originRuntime)
	case f.isMap() && name == "":
		return nil, badValue(key, originRuntime, errors.New("values are set one by one, by the name below it")).
			WithHint("set %s.NAME", key)
	case f.isMap():
		values := layer{}
		found := c.layers.takeMap(values, f, map[string]any{name: value}, originRuntime)
		return values[key], found.join()
	}
	if err := immovable(layer{key: value}, originRuntime); err != nil {
		return nil, err
	}
	parsed, err := f.parse(value)
	if err != nil {
		return nil, badValue(key, originRuntime, err)
	}
	return parsed, nil
}

// find returns the field of a key and, for a name below one, the name.
func (l *loader) find(key string) (f field, name string, ok bool) {
	if f, ok := l.field(key); ok {
		return f, "", true
	}
	i := slices.IndexFunc(l.fields, func(f field) bool { return f.isMap() && strings.HasPrefix(key, f.key+delimiter) })
	if i < 0 {
		return field{}, "", false
	}
	return l.fields[i], key[len(l.fields[i].key)+1:], true
}

// Key says what there is to know of a key.
type Key struct {
	Name    string // e.g. server.port; of a name below it, that of the map
	Type    string // for people
	Doc     string
	Secret  bool
	Allowed []string // nil = not one of a few texts
}

// Key describes a key, or the map that a name is below.
func (c Config) Key(key string) (Key, bool) {
	f, _, ok := c.layers.find(key)
	if !ok {
		return Key{}, false
	}
	about := Key{Name: f.key, Type: f.typeName(), Doc: f.doc, Secret: f.secret}
	for _, choice := range c.choices() {
		if choice.key == f.key {
			about.Allowed = choice.allowed
		}
	}
	return about, true
}

// Unknown is the error for a key that does not exist; it names the nearest one.
func (c Config) Unknown(key string) *ratchet.Error {
	return c.layers.unknown(key, originRuntime)
}

// Kind is the layer of a value: default, file, env, flag or runtime.
func (s Source) Kind() string {
	switch layer, _, _ := strings.Cut(s.Origin, " "); layer {
	case "default", originFlag, originRuntime:
		return layer
	case "profile":
		return "default"
	case "environment":
		return "env"
	default:
		return "file"
	}
}
