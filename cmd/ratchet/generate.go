package main

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"

	"ratchet"
)

func (a *app) generateGroup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "generate", Short: "Write a new task, TypeScript types, or a client's configuration", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.generateTypesCommand(), a.generateTaskCommand(), a.generateServersCommand())
	return cmd
}

// servers are the choices of generate mcpservers-json.
type servers struct {
	name, command, transport, host, format string
	args, env                              []string
	port                                   int
	pretty                                 bool
}

func (a *app) generateServersCommand() *cobra.Command {
	var s servers
	cmd := &cobra.Command{
		Use: "mcpservers-json", Short: "Print the mcpServers entry that starts or reaches Ratchet", Args: cobra.NoArgs,
		Long: "Print the mcpServers entry that starts or reaches Ratchet.\n`ratchet print-config CLIENT` prints what a certain client wants.",
		Example: `  ratchet generate mcpservers-json --env RATCHET_LOG_LEVEL=debug
  ratchet generate mcpservers-json --transport http --port 8080 --format claude-config`,
		RunE: func(*cobra.Command, []string) error { return a.printServers(s) },
	}
	flags := cmd.Flags()
	flags.StringVar(&s.name, "name", "ratchet", "name of the entry")
	flags.StringVar(&s.command, "command", "ratchet", "the program that clients start")
	flags.StringArrayVar(&s.args, "args", nil, "one more argument of the program; may be repeated")
	flags.StringVar(&s.transport, "transport", "stdio", "stdio, or http (= sse) for a server that runs")
	flags.StringVar(&s.host, "host", "127.0.0.1", "of the server, with --transport http")
	flags.IntVar(&s.port, "port", 8080, "of the server, with --transport http")
	flags.StringArrayVar(&s.env, "env", nil, "one variable of the program as KEY=VALUE; may be repeated")
	flags.StringVar(&s.format, "format", "json", "json (the entry) or claude-config (the whole file)")
	_ = cmd.RegisterFlagCompletionFunc("format", offering(func() []string { return []string{"json", "claude-config"} })) // it has none yet
	flags.BoolVar(&s.pretty, "pretty", true, "on several lines")
	return cmd
}

func (a *app) printServers(s servers) error {
	if !entryName.MatchString(s.name) {
		return ratchet.Errorf(ratchet.CodeInvalid, "--name %q has other than letters, digits, _ and -", s.name)
	}
	var e entry
	switch s.transport {
	case "stdio":
		e = entry{Command: s.command, Args: []string{"mcp-serve"}}
		if a.configFile != "" {
			e.Args = append(e.Args, "--config", a.configFile)
		}
		e.Args = append(e.Args, s.args...)
	case "http", "sse":
		if len(s.args)+len(s.env) > 0 {
			return ratchet.Errorf(ratchet.CodeInvalid, "--args and --env are for a program, and --transport %s starts none", s.transport)
		}
		e = entry{Type: "http", URL: "http://" + net.JoinHostPort(s.host, fmt.Sprint(s.port)) + "/mcp"}
	default:
		return ratchet.Errorf(ratchet.CodeInvalid, "unknown --transport %q", s.transport).
			With(ratchet.FieldAllowed, []string{"stdio", "http", "sse"})
	}
	for _, pair := range s.env {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return ratchet.Errorf(ratchet.CodeInvalid, "--env %q is not KEY=VALUE", pair)
		}
		if e.Env == nil {
			e.Env = map[string]string{}
		}
		e.Env[key] = value
	}
	value := map[string]any{s.name: e}
	switch s.format {
	case "json":
	case "claude-config":
		value = map[string]any{"mcpServers": value}
	default:
		return ratchet.Errorf(ratchet.CodeInvalid, "unknown --format %q", s.format).
			With(ratchet.FieldAllowed, []string{"json", "claude-config"})
	}
	if s.pretty {
		return a.print(value)
	}
	line, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write the entry: %w", err)
	}
	a.printText(string(line))
	return nil
}
