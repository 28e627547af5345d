package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/logging"
)

// exitInterrupted is the shell's convention for a program ended by Ctrl-C.
const exitInterrupted = 130

// app is one run of the command line.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer

	configFile string
	connect    string // URL of a server; empty = the local data
	token      string // sent to it as a bearer token
	format     string // of results: table, json or yaml; empty = what suits the command
	asJSON     bool
	listWidth  int // of the terminal that the result is a list for; 0 = it is none
	quiet      bool
	noColor    bool
	given      map[string]string // values of flags that are more than one key
	levels     *logging.Levels   // of the log, once the configuration is loaded
	jsonLog    atomic.Bool       // messages are lines of a log in JSON
	requestID  string            // of this command, in its errors and in the audit
	failed     ratchet.Code      // of a result that was printed and says it failed
	now        func() time.Time  // of a server; nil = the machine's clock
}

// run executes one command and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	a.requestID = reply.NewRequestID()
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil && ctx.Err() != nil && a.failed != "":
		return exitInterrupted
	case err == nil && a.failed != "":
		return a.failed.ExitCode()
	case err == nil:
		return 0
	case ctx.Err() != nil:
		return exitInterrupted
	}
	err = usage(cmd, err)
	a.complain(err)
	return ratchet.AsError(err).Code.ExitCode()
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
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkGlobals(cmd) },
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.configFile, "config", "", "configuration file (default $RATCHET_CONFIG, ./ratchet.yaml, then the user's config folder)")
	flags.String("log-level", "", "debug, info, warn or error, also by module as in info,http=debug (default info)")
	flags.StringVar(&a.connect, "connect", "", "work on the server at this URL (call, tools, debug, trace, users, keys, secrets, generate types, mcp-serve)")
	flags.StringVar(&a.token, "auth-token", "", "bearer token for --connect (default $RATCHET_AUTH_TOKEN)")
	flags.StringVar(&a.format, "format", "", "results as table, json or yaml")
	flags.BoolVar(&a.asJSON, "json", false, "the same as --format json; errors are JSON too")
	flags.BoolVar(&a.quiet, "quiet", false, "no messages on stderr but errors")
	flags.BoolVar(&a.noColor, "no-color", false, "no colours on a terminal; NO_COLOR does the same")
	root.SetGlobalNormalizationFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		switch name {
		case "server":
			name = "connect"
		case "config-file":
			name = "config"
		case "language":
			name = "lang"
		}
		return pflag.NormalizedName(name)
	})
	root.AddCommand(
		a.serveCommand(), a.mcpServeCommand(), a.mcpCommand(),
		a.runOnceCommand(), a.replayCommand(), a.traceCommand(), a.debugCommand(), a.validateCommand(), a.testCommand(),
		a.callCommand(), a.toolsCommand(), a.printConfigCommand(), a.generateGroup(),
		a.configCommand(), a.usersCommand(), a.keysCommand(), a.secretsCommand(), a.auditCommand(), a.doctorCommand(), a.benchCommand(), a.versionCommand(),
	)
	a.helpFor(root)
	a.completeFlags(root)
	return root
}

// connects marks a command that can work on a server: --connect is refused
// where it would mean nothing.
func connects(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations = map[string]string{"connect": "yes"}
	return cmd
}

// checkGlobals checks the flags that every command has.
func (a *app) checkGlobals(cmd *cobra.Command) error {
	if a.asJSON && a.format == "" {
		a.format = "json"
	}
	switch a.format {
	case "", "table", "json", "yaml":
	default:
		return ratchet.Errorf(ratchet.CodeInvalid, "unknown --format %q", a.format).
			With(ratchet.FieldAllowed, []string{"table", "json", "yaml"})
	}
	if a.asJSON && a.format != "json" {
		return ratchet.Errorf(ratchet.CodeInvalid, "--json and --format %s exclude each other", a.format)
	}
	if a.connect != "" && cmd.Annotations["connect"] == "" {
		return ratchet.Errorf(ratchet.CodeInvalid, "`%s` takes no --connect", cmd.CommandPath()).
			WithHint("--connect works with call, tools, debug, trace, users, keys, secrets, generate types and mcp-serve")
	}
	for _, name := range []string{"allow-private", "allow-ports"} {
		if a.connect != "" && cmd.Flags().Changed(name) {
			return ratchet.Errorf(ratchet.CodeInvalid, "--%s belongs to a server, and --connect uses a running one", name).
				WithHint("start that server with --%s", name)
		}
	}
	if a.token != "" && a.connect == "" {
		return ratchet.Errorf(ratchet.CodeInvalid, "--auth-token is for a server, and there is no --connect").
			WithHint("e.g. --connect http://127.0.0.1:8080 --auth-token TOKEN")
	}
	if a.token == "" {
		a.token = os.Getenv("RATCHET_AUTH_TOKEN")
	}
	if strings.ContainsAny(a.token, "\r\n") {
		return ratchet.Errorf(ratchet.CodeInvalid, "the auth token has a line break")
	}
	return nil
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs, Example: "  ratchet version --json",
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			if a.machine() {
				return a.print(b)
			}
			fmt.Fprintln(a.stdout, "ratchet", b)
			return nil
		},
	}
}
