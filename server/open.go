package server

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"ratchet/executor/policy"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/executor"
	"ratchet/prompts"
	"ratchet/resources"
	"ratchet/runtime/broker"
	"ratchet/runtime/worker"
	"ratchet/secrets"
	"ratchet/server/config"
	"ratchet/server/logging"
	"ratchet/server/telemetry"
	"ratchet/spool"
	"ratchet/storage"
	"ratchet/tools"
)

// Options are what Open needs beyond the configuration.
type Options struct {
	Version string              // of the product; empty = dev
	Log     *slog.Logger        // nil = discarded
	Levels  *logging.Levels     // of Log, for logging.level at run time; nil = Log has its own, which stay
	Folder  registry.TaskFolder // nil = that of registry.tasks_dir; without one tasks live in the database only
	Worker  []string            // program and arguments of a worker; nil = this program with its hidden argument
	Now     func() time.Time    // nil = time.Now
	Lock    *storage.Lock       // of the database, which stays with the caller; nil = Open takes it

	// Offered beyond the product's own; the configuration selects from the
	// tools as from any others.
	Tools     []registry.Tool
	Events    []events.Noun
	Resources []resources.Entry
	Prompts   []prompts.Prompt
}

// Open opens the store, sweeps what a dead server left, starts the worker pool
// and assembles the server. The caller must Close it. It sets the process's
// garbage collection as configured.
func Open(ctx context.Context, cfg config.Config, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log, o.Levels = slog.New(slog.DiscardHandler), logging.NewLevels(cfg.Logging.Level)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	reg, err := offered(cfg.MCP, o)
	if err != nil {
		return nil, err
	}
	if len(reg.Names()) == 0 {
		o.Log.Warn("the selection leaves no tool for MCP clients: see --toolsets, --tools, --only-tools, --exclude-tools and --read-only")
	}
	// The schemas take as long as the database: both begin at once.
	written := make(chan struct{})
	go func() {
		defer close(written)
		defer ratchet.Recover("write the schemas", ratchet.Logged(o.Log, "write the schemas"))
		reg.List()
	}()
	defer func() { <-written }()
	if cfg.DataDir == "" {
		cfg.DataDir = userData()
	}
	db, err := storage.Open(ctx, storage.Config{Path: cfg.DatabasePath(), Lock: o.Lock, Now: o.Now, Log: logging.For(o.Log, logging.Storage)})
	if err != nil {
		return nil, err
	}
	vault, err := secrets.Open(secrets.Config{
		Store: db, MasterKey: cfg.Security.MasterKey, Values: cfg.Secrets, Log: logging.For(o.Log, logging.Storage),
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	storage.KeepPrivate(logging.For(o.Log, logging.Storage), filepath.Join(cfg.DataDir, config.RuntimeFile))
	if lost, err := db.Sweep(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	} else if lost > 0 {
		o.Log.Warn("runs of a former server were lost", "count", lost)
	}
	if dir := cfg.Registry.TasksDir; dir != "" && o.Folder == nil {
		if o.Folder, err = openTasks(ctx, db, dir, Bounds(cfg), logging.For(o.Log, logging.Tasks)); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	sent, err := telemetry.Open(ctx, telemetryConfig(cfg.Tracing, o))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	bus := new(ratchet.Bus)
	pool, err := worker.NewPool(worker.Config{
		Workers: cfg.Execution.Workers.Count, Warm: cfg.Execution.Workers.Warm, Command: o.Worker,
		Log: logging.For(o.Log, logging.Worker),
		Changed: func(kind string, w ratchet.Worker) {
			bus.Publish(ratchet.Event{
				Kind: kind, ID: strconv.FormatInt(w.ID, 10), At: o.Now(), Data: w, Passing: kind == events.WorkerUpdated,
			})
		},
	})
	if err != nil {
		return nil, errors.Join(err, sent.Close(ctx), db.Close())
	}
	door, bodies := broker.New(brokerConfig(cfg.HTTP)), openBodies(cfg, db)
	exec := executor.New(executor.Config{
		Store: db, Runner: pool, Broker: door, Bus: bus, Tracer: sent.Runs(), Forward: telemetryConfig(cfg.Tracing, o).Propagate.Headers, Bodies: bodies, Bounds: Bounds(cfg),
		WaitLimit: cfg.Execution.WaitLimit, MaxConcurrent: cfg.Execution.MaxConcurrentTasks,
		Memory: int64(cfg.Execution.MemoryLimit), ResponseBytes: int(cfg.HTTP.MaxResponseBytes),
		Secrets: vault, Now: o.Now, Log: logging.For(o.Log, logging.Executor),
	})
	tuneGC(cfg.Server)
	return New(cfg, Parts{
		Deps: &registry.Deps{
			Store: db, Exec: exec, Secrets: vault, Bus: bus, Pool: pool, Folder: o.Folder, Now: o.Now,
			Settings: registry.Settings{
				WaitLimit: cfg.Execution.WaitLimit, MaxRun: cfg.Execution.MaxExecutionDuration,
				MaxResultBytes: int(cfg.MCP.MaxResultBytes),
			},
		},
		Resources: o.Resources, Prompts: o.Prompts,
		Registry: reg, Version: o.Version, Isolation: pool.Isolation, Log: o.Log, Levels: o.Levels, Telemetry: sent,
		Ready: func(ctx context.Context) error { _, err := pool.Report(ctx); return err },
		Close: []func(context.Context) error{
			drain(exec, cfg.Server.ShutdownTimeout), pool.Close,
			func(context.Context) error { door.Close(); return errors.Join(bodies.Close(), db.Close()) },
		},
	})
}

// Database is the one name of the database file of a configuration; empty = in
// memory.
func Database(cfg config.Config) (string, error) {
	if cfg.DataDir == "" {
		cfg.DataDir = userData()
	}
	return storage.Locate(cfg.DatabasePath())
}

// offered selects the tools of the configuration. With tools and no toolsets
// of one's own choice only these are served.
func offered(cfg config.MCP, o Options) (*registry.Registry, error) {
	all, err := registry.New(append(tools.All(), o.Tools...)...)
	if err != nil {
		return nil, err
	}
	if all, err = all.WithEvents(o.Events...); err != nil {
		return nil, err
	}
	return all.Select(chosen(cfg))
}

// chosen is the selection of the configuration.
func chosen(cfg config.MCP) registry.Selection {
	s := registry.Selection{
		Toolsets: cfg.Toolsets, Tools: cfg.Tools, Only: cfg.OnlyTools, Exclude: cfg.ExcludeTools, ReadOnly: cfg.ReadOnly,
		Called: func(list string) string { return "mcp." + list },
	}
	if len(s.Only) > 0 {
		s.Toolsets = nil
	}
	return s
}

// CheckSelection says which names of the configuration are no tools and no
// toolsets of a server with these options, for config.Options.Check.
func CheckSelection(cfg config.Config, o Options) ([]*ratchet.Error, error) {
	all, err := registry.New(append(tools.All(), o.Tools...)...)
	if err != nil {
		return nil, err
	}
	s := chosen(cfg.MCP)
	s.Toolsets = cfg.MCP.Toolsets // they are wrong even where only_tools makes them count for nothing
	wrong := all.Wrong(s)
	for _, e := range wrong {
		list, _ := e.Fields[ratchet.FieldPointer].(string)
		e.At("mcp." + strings.TrimPrefix(list, "/"))
	}
	return wrong, nil
}

// Bounds are the operator's bounds of what the metadata of tasks may ask for.
func Bounds(cfg config.Config) policy.Bounds {
	return policy.Bounds{
		Run: cfg.Execution.MaxExecutionDuration, Memory: int64(cfg.Execution.MaxMemoryLimit),
		ResponseBytes: int(cfg.HTTP.MaxResponseBytesLimit), Concurrency: cfg.Execution.MaxTaskConcurrency,
	}
}

func brokerConfig(cfg config.HTTP) broker.Config {
	out := broker.Config{
		UserAgent: cfg.UserAgent, Timeout: cfg.Timeout, MaxRedirects: cfg.MaxRedirects, AllowHosts: cfg.AllowHosts,
		MaxResponseBytes: int64(cfg.MaxResponseBytes),
	}
	for _, port := range cfg.AllowPorts {
		out.AllowPorts = append(out.AllowPorts, uint16(port)) //nolint:gosec // checked by config
	}
	for _, network := range cfg.AllowPrivate {
		if prefix, err := netip.ParsePrefix(network); err == nil { // checked by config
			out.AllowPrivate = append(out.AllowPrivate, prefix)
		}
	}
	return out
}

// openBodies opens the place of large bodies, beside the database.
func openBodies(cfg config.Config, db *storage.DB) *spool.Store {
	dir := "" // the system's folder for temporary files
	if db.Path() != "" {
		dir = filepath.Dir(db.Path())
	}
	return spool.Open(dir, spool.Limits{
		Run: int64(cfg.HTTP.MaxRunBodyBytes), Total: int64(cfg.HTTP.MaxBodyBytes), Memory: int64(cfg.HTTP.MaxBodyMemory),
	})
}

// userData is the folder for data of the user who runs the server.
func userData() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ratchet")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "ratchet-data"
	}
	return filepath.Join(home, ".local", "share", "ratchet")
}

// tuneGC lets garbage pile up longer than Go does by default: the protocol
// library makes much short-lived garbage. The memory limit keeps that bounded.
// The environment's GOGC and GOMEMLIMIT win.
func tuneGC(cfg config.Server) {
	if os.Getenv("GOGC") == "" && cfg.GCPercent > 0 {
		debug.SetGCPercent(cfg.GCPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		limit := int64(cfg.MemoryLimit)
		if limit == 0 {
			limit = math.MaxInt64
		}
		debug.SetMemoryLimit(limit)
	}
}

// drain gives runs time to end.
func drain(exec *executor.Executor, timeout time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return exec.Drain(ctx)
	}
}
