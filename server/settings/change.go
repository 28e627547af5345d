package settings

import (
	"context"
	"maps"
	"path/filepath"
	"reflect"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/server/config"
)

func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// Change implements registry.Configuration. What is to be stored is stored first:
// a change that could not be is not made.
func (s *Settings) Change(ctx context.Context, c registry.SettingChange) (registry.SettingChanged, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Current()
	about, value, err := s.wanted(now, c)
	if err != nil {
		return registry.SettingChanged{}, err
	}
	live := s.canApply(about.Name)
	if err := s.may(c, live); err != nil {
		return registry.SettingChanged{}, err
	}
	after := s.with(c.Key, value, c.Persist, live)
	running, next, err := s.check(now, after, live)
	if err != nil {
		return registry.SettingChanged{}, err
	}
	did := registry.SettingChanged{
		Before: shown(now, c.Key), After: shown(running, c.Key), Applied: live, Source: running.Sources()[c.Key].Kind(), Next: shown(next, c.Key),
	}
	if c.Persist {
		did.File = filepath.Join(s.cfg.Dir, config.RuntimeFile)
	}
	if c.DryRun {
		return did, nil
	}
	if c.Persist {
		if err := config.WriteRuntime(s.cfg.Dir, after.file); err != nil {
			return registry.SettingChanged{}, ratchet.Errorf(ratchet.CodeInternal, "the change cannot be stored and was not made").
				WithHint("see whether the data folder can be written").Wrap(err)
		}
	}
	s.layers = after
	if live {
		s.current.Store(running)
		if apply := s.cfg.Apply[about.Name]; apply != nil {
			apply(running)
		}
	}
	caller := registry.CallerFrom(ctx)
	s.cfg.Log.Info("the configuration was changed", "setting", c.Key, "before", did.Before, "after", did.After, "next", did.Next,
		"applied", live, "persisted", c.Persist, "principal", caller.Identity.ID, "request_id", caller.RequestID)
	return did, nil
}

// wanted reads the key and the value of a change; a nil value takes back.
func (s *Settings) wanted(now *config.Config, c registry.SettingChange) (config.Key, any, error) {
	about, ok := now.Key(c.Key)
	if !ok {
		return about, nil, s.Unknown(c.Key)
	}
	if about.Secret {
		return about, nil, ratchet.Errorf(ratchet.CodeInvalid, "%s holds a secret, and arguments of tools end up in clients and their logs", c.Key).
			At("/key").WithHint("set it in the environment or in a file named by the variable with _FILE at its end, and restart")
	}
	if c.Value == nil {
		_, isSet := now.Sources()[c.Key]
		if _, stored := s.file[c.Key]; !isSet && !stored {
			return about, nil, s.Unknown(c.Key)
		}
		return about, nil, nil
	}
	value, err := now.Read(c.Key, c.Value)
	if err != nil {
		return about, nil, refusal(err, "/value")
	}
	return about, value, nil
}

// may says whether the change can be made in this way.
func (s *Settings) may(c registry.SettingChange, live bool) error {
	switch {
	case c.Persist && s.cfg.Dir == "":
		return ratchet.Errorf(ratchet.CodeInvalid, "this server keeps everything in memory: nothing holds after a restart").At("/persist").
			WithHint("leave persist out for keys that take effect at once; set the others where the server is started")
	case !c.Persist && !live:
		return ratchet.Errorf(ratchet.CodeInvalid, "%s takes effect with a restart only, and without persist it would be gone by then", c.Key).At("/persist").
			WithHint("call again with persist: true, then restart the server; "+ratchet.ToolGetConfig+" says which keys can be changed at run time").
			With(ratchet.FieldAllowed, []string{"true"})
	}
	return nil
}

// with is s.layers after a change.
func (s *Settings) with(key string, value any, persist, live bool) layers {
	after := layers{stored: maps.Clone(s.stored), live: maps.Clone(s.live), file: maps.Clone(s.file)}
	put := func(m map[string]any) {
		if value == nil {
			delete(m, key)
		} else {
			m[key] = value
		}
	}
	switch {
	case !persist:
		put(after.live)
	case !live:
		put(after.file)
	default:
		put(after.file)
		put(after.stored)
		delete(after.live, key)
	}
	return after
}

// check validates what would be in force and what the next start would read.
func (s *Settings) check(now *config.Config, after layers, live bool) (running, next *config.Config, err error) {
	running = now
	if live {
		c, err := s.cfg.Loaded.With(after.stored, after.live)
		if err != nil {
			return nil, nil, refusal(err, "/value")
		}
		running = &c
	}
	c, err := s.cfg.Loaded.With(after.file, nil)
	if err != nil {
		return nil, nil, refusal(err, "/value")
	}
	return running, &c, nil
}

// refusal is an error of the configuration as one of an argument: the caller's
// mistake, not the server's.
func refusal(err error, pointer string) *ratchet.Error {
	e := *ratchet.AsError(err)
	e.Code, e.Fields = ratchet.CodeInvalid, maps.Clone(e.Fields)
	key, _ := e.Fields[ratchet.FieldPointer].(string)
	if _, what, ok := strings.Cut(e.Message, ": "+key+": "); ok {
		e.Message = key + ": " + what // without the layer: it is that of the caller
	}
	near, _ := e.Fields[ratchet.FieldNearest].(string)
	allowed, _ := e.Fields[ratchet.FieldAllowed].([]string)
	switch {
	case near != "":
		e.WithHint("did you mean %s? "+ratchet.ToolGetConfig+" shows every key and what it takes", near)
	case allowed != nil:
		e.WithHint("what it takes: %s", strings.Join(allowed, ", "))
	default:
		e.WithHint(ratchet.ToolGetConfig + " shows every key and what it takes")
	}
	return e.At(pointer)
}
