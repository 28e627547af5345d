package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ratchet"
	"ratchet/server/config"
)

// exitInterrupted is the shell's convention for a program ended by Ctrl-C.
const exitInterrupted = 130

// app is one run of the command line.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer

	configFile string
	connect    string
	asJSON     bool
	quiet      bool
	failed     ratchet.Code // of a result that was printed and says it failed
}

// run executes one command and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil && a.failed != "":
		return a.failed.ExitCode()
	case err == nil:
		return 0
	case ctx.Err() != nil:
		return exitInterrupted
	}
	var known *ratchet.Error
	if !errors.As(err, &known) && isUsage(err) {
		known = ratchet.Errorf(ratchet.CodeInvalid, "%s", err).WithHint("`ratchet --help` lists commands and flags")
		err = known
	}
	a.complain(err)
	return ratchet.AsError(err).Code.ExitCode()
}

// isUsage says whether cobra refused the command line: its errors have no type.
func isUsage(err error) bool {
	for _, part := range []string{"unknown command", "unknown flag", "unknown shorthand", "invalid argument", "arg(s)", "required flag", "flag needs an argument"} {
		if strings.Contains(err.Error(), part) {
			return true
		}
	}
	return false
}

func (a *app) complain(err error) {
	e := ratchet.AsError(err)
	if a.asJSON {
		data, _ := json.Marshal(map[string]any{"error": ratchet.Body(err, "")})
		fmt.Fprintln(a.stderr, string(data))
		return
	}
	fmt.Fprintln(a.stderr, "error:", e.Message)
	if e.Code == ratchet.CodeInternal && e.Err != nil {
		fmt.Fprintln(a.stderr, "cause:", e.Err) // the person at the keyboard owns the server
	}
	if near, ok := e.Fields[ratchet.FieldNearest].(string); ok {
		fmt.Fprintln(a.stderr, "nearest:", near)
	}
	if e.Hint != "" {
		fmt.Fprintln(a.stderr, "hint:", e.Hint)
	}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "ratchet",
		Short: "A server on which agents write, test and run JavaScript tasks over MCP",
		Example: `  ratchet serve                                  # HTTP and MCP on 127.0.0.1:8080
  ratchet print-config claude-desktop            # what to paste into the client
  ratchet test --from-fs tasks/add               # run the tests of a folder
  ratchet call ratchet_list_templates '{}'       # call any tool`,
		SilenceUsage: true, SilenceErrors: true, Version: version,
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.configFile, "config", "", "configuration file (default ./ratchet.yaml, then the user's config folder)")
	flags.String("log-level", "", "debug, info, warn or error")
	flags.BoolVar(&a.asJSON, "json", false, "results and errors as JSON")
	flags.BoolVar(&a.quiet, "quiet", false, "no messages on stderr but errors")
	root.AddCommand(
		a.serveCommand(), a.mcpServeCommand(), a.mcpCommand(),
		a.runOnceCommand(), a.validateCommand(), a.testCommand(),
		a.callCommand(), a.toolsCommand(), a.printConfigCommand(),
		a.configCommand(), a.doctorCommand(), a.versionCommand(),
	)
	return root
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs, Example: "  ratchet version --json",
		RunE: func(*cobra.Command, []string) error {
			if a.asJSON {
				return a.print(map[string]string{"version": version})
			}
			fmt.Fprintln(a.stdout, "ratchet", version)
			return nil
		},
	}
}

// keys are the configuration keys of flags.
var keys = map[string]string{
	"data-dir": "data_dir", "database": "database.url", "log-level": "logging.level",
	"toolsets": "mcp.toolsets", "tools": "mcp.tools", "exclude-tools": "mcp.exclude_tools", "read-only": "mcp.read_only",
	"bind": "server.bind_address", "port": "server.port", "host": "server.bind_address",
}

// load reads the configuration with the flags that were given, and more.
func (a *app) load(flags *pflag.FlagSet, more map[string]string) (config.Config, *slog.Logger, error) {
	values := map[string]string{}
	flags.Visit(func(f *pflag.Flag) {
		if key, ok := keys[f.Name]; ok {
			values[key] = f.Value.String()
		}
	})
	for key, value := range more {
		values[key] = value
	}
	cfg, err := config.Load(config.Options{File: a.configFile, Flags: values})
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
	if cfg.Format == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

// say writes a message for the person to stderr.
func (a *app) say(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}

// print writes a result to stdout as indented JSON.
func (a *app) print(value any) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
