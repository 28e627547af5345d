package settings

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"ratchet/registry"

	"ratchet"
	"ratchet/server/config"
)

// Config says what to keep. The zero value of a field means what is in
// parentheses.
type Config struct {
	Loaded config.Config // by config.Load; required
	Dir    string        // data folder, for what holds after a restart (nothing can)

	// Apply lists the keys that take effect while the server runs. The function
	// makes it so; it receives the whole configuration, one call at a time. Nil
	// = whoever needs the value asks Current each time. The key of a map stands
	// for the names below it.
	Apply map[string]func(*config.Config)

	Log *slog.Logger // receives changes (nil: discarded)
}

// Settings is the configuration in force. It is safe for concurrent use.
type Settings struct {
	cfg     Config
	current atomic.Pointer[config.Config]

	mu sync.Mutex // one change at a time
	layers
}

// layers are the values that came after flags, by key.
type layers struct {
	stored map[string]any // of the runtime file in force since the start, or applied since
	live   map[string]any // for this process alone
	file   map[string]any // of the runtime file as it is: what the next start reads
}

// New returns Settings with what was loaded in force.
func New(cfg Config) *Settings {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Settings{cfg: cfg}
	s.current.Store(&s.cfg.Loaded)
	s.layers = layers{stored: orEmpty(cfg.Loaded.Stored()), live: map[string]any{}, file: orEmpty(cfg.Loaded.Stored())}
	return s
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// Current is the configuration in force. It must not be changed.
func (s *Settings) Current() *config.Config { return s.current.Load() }

// Unknown implements registry.Configuration.
func (s *Settings) Unknown(key string) *ratchet.Error {
	return refusal(s.Current().Unknown(key), "/key")
}

// Settings implements registry.Configuration.
func (s *Settings) Settings() []registry.Setting {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, next := s.Current(), s.next()
	list := make([]registry.Setting, 0, len(now.Sources()))
	keys := maps.Clone(now.Sources())
	for key, source := range next.Sources() {
		if about, _ := now.Key(key); about.Name != key { // a name that comes with the next start
			keys[key] = source
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		list = append(list, s.setting(key, now, next))
	}
	return list
}

// next is the configuration that the next start would have.
func (s *Settings) next() *config.Config {
	if maps.EqualFunc(s.file, s.stored, same) && len(s.live) == 0 {
		return s.Current()
	}
	next, err := s.cfg.Loaded.With(s.file, nil)
	if err != nil {
		return s.Current() // what is in the file was valid when it was written
	}
	return &next
}

func (s *Settings) setting(key string, now, next *config.Config) registry.Setting {
	about, _ := now.Key(key)
	source, ok := now.Sources()[key]
	if !ok {
		source.Origin = "default" // it is not set yet
	}
	out := registry.Setting{
		Key: key, Value: shown(now, key), Source: source.Kind(), Origin: source.Origin, Secret: about.Secret,
		Live: s.canApply(about.Name), Type: about.Type, Doc: about.Doc, Allowed: about.Allowed,
	}
	if after := shown(next, key); !same(after, out.Value) {
		out.Next = after
	}
	return out
}

// canApply says whether a key takes effect while the server runs.
func (s *Settings) canApply(name string) bool {
	_, ok := s.cfg.Apply[name]
	return ok
}

// shown is the value of a key as JSON and the file have it; nil = there is none.
func shown(c *config.Config, key string) any {
	source, ok := c.Sources()[key]
	if !ok {
		return nil
	}
	return config.Shown(source.Value)
}

// Document implements registry.Configuration.
func (s *Settings) Document(list []registry.Setting) (string, error) {
	values := make(map[string]any, len(list))
	for _, one := range list {
		values[one.Key] = one.Value
	}
	return config.Text(values)
}
