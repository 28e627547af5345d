// Package settings is the configuration of a running server: the values in
// force, where they come from, and their change while it runs.
//
//	s := settings.New(settings.Config{Loaded: cfg, Dir: cfg.DataDir, Apply: map[string]func(*config.Config){
//		"logging.level": func(c *config.Config) { _ = levels.Set(c.Logging.Level) },
//	}})
//	_, err := s.Change(ctx, registry.SettingChange{Key: "logging.level", Value: "debug"})
//	fmt.Println(s.Current().Logging.Level)
//
// A change is checked by the code that reads the configuration file. Keys with
// an entry in Apply take effect at once; the others are stored for the next
// start. It must import nothing of ours but the root package, server/config and
// tools.
package settings
