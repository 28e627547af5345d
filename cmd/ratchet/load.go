package main

import (
	"log/slog"
	"maps"
	"os"

	"github.com/lmittmann/tint"
	"github.com/spf13/pflag"

	"ratchet"
	"ratchet/mask"
	"ratchet/server"
	"ratchet/server/config"
	"ratchet/server/logging"
)

// keys are the configuration keys of flags.
var keys = map[string]string{
	"data-dir": "data_dir", "database": "database.url", "log-level": "logging.level",
	"tasks-dir": "registry.tasks_dir", "toolsets": "mcp.toolsets", "tools": "mcp.tools", "only-tools": "mcp.only_tools", "exclude-tools": "mcp.exclude_tools", "read-only": "mcp.read_only",
	"allow-private": "http.allow_private", "allow-ports": "http.allow_ports",
	"bind": "server.bind_address", "port": "server.port", "host": "server.bind_address",
}

// load reads the configuration with the flags that were given. What the command
// forces wins over all that anybody set.
func (a *app) load(flags *pflag.FlagSet, forced map[string]string) (config.Config, *slog.Logger, error) {
	values := maps.Clone(a.given)
	if values == nil {
		values = map[string]string{}
	}
	flags.Visit(func(f *pflag.Flag) {
		if key, ok := keys[f.Name]; ok && f.Annotations[argument] == nil {
			values[key] = f.Value.String()
		}
	})
	file := a.configFile
	if file == "" {
		file = os.Getenv("RATCHET_CONFIG")
	}
	options, err := extend(server.Options{})
	if err != nil {
		return config.Config{}, nil, err
	}
	cfg, err := config.Load(config.Options{
		File: file, Flags: values, Forced: forced,
		Check: func(c config.Config) ([]*ratchet.Error, error) { return server.CheckSelection(c, options) },
	})
	if err != nil {
		return cfg, nil, err
	}
	a.levels = logging.NewLevels(cfg.Logging.Level)
	redact := logging.Redact(mask.NewValues("***", cfg.KnownSecrets()...))
	log := slog.New(logging.NewHandler(a.rendered(cfg.Logging.Format, redact), a.levels))
	for _, notice := range cfg.Notices() {
		log.Warn(notice)
	}
	return cfg, log, nil
}

// rendered writes the log to stderr: every level, but with --quiet errors alone.
func (a *app) rendered(format string, redact func([]string, slog.Attr) slog.Attr) slog.Handler {
	level := slog.LevelDebug
	if a.quiet {
		level = slog.LevelError
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	switch {
	case format == "json":
		a.jsonLog.Store(true)
		return slog.NewJSONHandler(a.stderr, options)
	case a.colored(a.stderr):
		return tint.NewTextHandler(a.stderr, &tint.Options{Level: level, TimeFormat: "15:04:05.000", ReplaceAttr: redact})
	default:
		return slog.NewTextHandler(a.stderr, options)
	}
}
