package config

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/knadh/koanf/v2"

	"ratchet"
	"ratchet/regular"
)

// Options say where to look. The zero value reads the process's own
// environment and the usual files.
type Options struct {
	File  string            // must exist; empty = ./ratchet.yaml, then the user's config folder, if there
	Flags map[string]string // values of command-line flags by key, e.g. server.port
	Env   []string          // NAME=value; nil = os.Environ()
	Dir   string            // where ./ratchet.yaml is looked for; empty = the working directory
	User  string            // the user's config folder; empty = os.UserConfigDir()

	// Check says what else is wrong with the merged values: errors whose pointer
	// is the key.
	Check func(Config) ([]*ratchet.Error, error)

	// Forced are values by key that a command cannot do without: they win over
	// all others.
	Forced map[string]string
}

// layer is one source of values: flat keys, typed by their field.
type layer map[string]any

// ReadBytes is not offered: a layer is already parsed.
func (layer) ReadBytes() ([]byte, error) { return nil, errors.New("a layer has no bytes") }

// Read returns the layer as nested maps, as koanf merges them.
func (l layer) Read() (map[string]any, error) {
	nested := map[string]any{}
	for key, value := range l {
		at := nested
		parts := strings.Split(key, delimiter)
		for _, part := range parts[:len(parts)-1] {
			next, ok := at[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[part] = next
			}
			at = next
		}
		at[parts[len(parts)-1]] = value
	}
	return nested, nil
}

// Load reads all layers and validates the result. Its errors are *ratchet.Error
// with CodeConfig and name the key; Faults lists all that is wrong.
func Load(o Options) (Config, error) {
	l := &loader{fields: fields(), koanf: koanf.New(delimiter), origin: map[string]string{}, lines: map[string]lines{}, env: environment(o.Env)}
	if err := l.defaults(); err != nil {
		return Config{}, err
	}
	found := l.profile()
	found = append(found, l.file(o)...)
	found = append(found, l.environment()...)
	found = append(found, l.flags(o.Flags)...)
	found = append(found, l.runtimeFile()...)
	forced, wrong := l.given(o.Forced)
	l.forced = forced
	found = append(found, wrong...)
	found.add(l.mendLevel())
	cfg, wrong := l.build()
	found.addNew(wrong)
	if o.Check != nil && cfg.Loaded() {
		more, err := o.Check(cfg)
		found.add(err)
		for _, e := range more {
			found.add(cfg.located(e))
		}
	}
	return cfg, found.join()
}

// build merges the runtime layers over the others and validates the result. It
// leaves l as it is.
func (l *loader) build() (Config, faults) {
	all := &loader{fields: l.fields, koanf: l.koanf.Copy(), origin: maps.Clone(l.origin), lines: l.lines}
	var found faults
	for _, add := range []struct {
		values layer
		origin string
	}{
		{l.stored, l.storedOrigin()}, {l.live, originRuntime}, {l.forced, originFlag},
	} {
		found.add(all.add(add.values, add.origin))
	}
	var cfg Config
	if err := all.koanf.Unmarshal("", &cfg); err != nil {
		found.add(ratchet.Errorf(ratchet.CodeConfig, "the configuration does not fit together").Wrap(err))
		return Config{}, found
	}
	cfg.HTTP.AllowPrivate = asNetworks(cfg.HTTP.AllowPrivate)
	cfg.Auth.OIDC.AllowPrivate = asNetworks(cfg.Auth.OIDC.AllowPrivate)
	cfg.Server.TrustedProxies = asNetworks(cfg.Server.TrustedProxies)
	cfg.sources, cfg.notices, cfg.layers = all.sources(), l.notices, l
	if cfg.DataDir == "" {
		cfg.DataDir = l.userData()
		cfg.sources["data_dir"] = Source{Value: cfg.DataDir, Origin: "default"}
	}
	return cfg, append(found, cfg.validate()...)
}

// storedOrigin is the origin of what the runtime file says.
func (l *loader) storedOrigin() string {
	return originRuntime + " " + filepath.Join(l.dataDir(), RuntimeFile)
}

// dataDir is the data folder, which the runtime layers cannot change.
func (l *loader) dataDir() string {
	if dir := l.koanf.String("data_dir"); dir != "" {
		return dir
	}
	return l.userData()
}

// userData is the folder for data of the user who runs the program.
func (l *loader) userData() string {
	if dir := l.env["XDG_DATA_HOME"]; filepath.IsAbs(dir) {
		return filepath.Join(dir, "ratchet")
	}
	home := l.env["HOME"]
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return "ratchet-data"
		}
	}
	return filepath.Join(home, ".local", "share", "ratchet")
}

// loader collects the layers.
type loader struct {
	fields  []field
	koanf   *koanf.Koanf
	origin  map[string]string // by key
	env     map[string]string
	lines   map[string]lines // by file
	notices []string
	literal bool // no ${NAME} is expanded

	// What comes over koanf, in this order.
	stored layer // of the runtime file
	live   layer // set in this process
	forced layer
}

// add merges values, all from one origin.
func (l *loader) add(values layer, origin string) error {
	for key := range values {
		l.origin[key] = origin
	}
	if err := l.koanf.Load(values, nil); err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "cannot merge the configuration").Wrap(err)
	}
	return nil
}

func (l *loader) defaults() error {
	values := layer{}
	for _, f := range l.fields {
		if f.isMap() {
			continue
		}
		if f.fallback == "" {
			continue
		}
		value, err := f.parse(f.fallback)
		if err != nil {
			return badValue(f.key, "default", err)
		}
		values[f.key] = value
	}
	return l.add(values, "default")
}

// note remembers the line of a key.
func (l *loader) note(origin, key string, line int) {
	if l.lines[origin] == nil {
		l.lines[origin] = lines{}
	}
	l.lines[origin][key] = line
}

// file reads the first file there is.
func (l *loader) file(o Options) (found faults) {
	path, text, err := readFirst(o)
	found.add(err)
	if err != nil || path == "" {
		return found
	}
	tree, at, wrong := parseYAML(path, text)
	if wrong != nil {
		found.add(wrong.WithHint("write one with `ratchet config generate`"))
		return found
	}
	l.lines[path] = at
	values := layer{}
	found = l.flatten(values, tree, "", path)
	found.add(l.add(values, path))
	return found
}

func readFirst(o Options) (path string, text []byte, err error) {
	if o.File != "" {
		text, err = regular.ReadFile(o.File)
		if err != nil {
			return "", nil, ratchet.Errorf(ratchet.CodeConfig, "cannot read the configuration file %s", o.File).
				WithHint("check the path given with --config").Wrap(err)
		}
		return o.File, text, nil
	}
	user := o.User
	if user == "" {
		user, _ = os.UserConfigDir() // without one there is no file to read
	}
	for _, path := range []string{filepath.Join(o.Dir, "ratchet.yaml"), filepath.Join(user, "ratchet", "ratchet.yaml")} {
		text, err = regular.ReadFile(path)
		if err == nil {
			return path, text, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", nil, ratchet.Errorf(ratchet.CodeConfig, "cannot read the configuration file %s", path).Wrap(err)
		}
	}
	return "", nil, nil
}
