package main

import (
	"log/slog"
	"os"

	"github.com/lmittmann/tint"
	"github.com/spf13/pflag"

	"ratchet/server/config"
)

// keys are the configuration keys of flags.
var keys = map[string]string{
	"data-dir": "data_dir", "database": "database.url", "log-level": "logging.level",
	"tasks-dir": "registry.tasks_dir", "toolsets": "mcp.toolsets", "tools": "mcp.tools", "exclude-tools": "mcp.exclude_tools", "read-only": "mcp.read_only",
	"bind": "server.bind_address", "port": "server.port", "host": "server.bind_address",
}

// load reads the configuration with the flags that were given, and more.
func (a *app) load(flags *pflag.FlagSet, more map[string]string) (config.Config, *slog.Logger, error) {
	values := map[string]string{}
	flags.Visit(func(f *pflag.Flag) {
		if key, ok := keys[f.Name]; ok && f.Annotations[argument] == nil {
			values[key] = f.Value.String()
		}
	})
	for key, value := range more {
		values[key] = value
	}
	file := a.configFile
	if file == "" {
		file = os.Getenv("RATCHET_CONFIG")
	}
	cfg, err := config.Load(config.Options{File: file, Flags: values})
	if err != nil {
		return cfg, nil, err
	}
	log := a.logger(cfg.Logging)
	for _, notice := range cfg.Notices() {
		log.Warn(notice)
	}
	return cfg, log, nil
}

func (a *app) logger(cfg config.Logging) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.Level)) // validated with the configuration
	if a.quiet {
		level = slog.LevelError
	}
	options := &slog.HandlerOptions{Level: level}
	switch {
	case cfg.Format == "json":
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	case a.colored(a.stderr):
		return slog.New(tint.NewTextHandler(a.stderr, &tint.Options{Level: level, TimeFormat: "15:04:05.000"}))
	default:
		return slog.New(slog.NewTextHandler(a.stderr, options))
	}
}
