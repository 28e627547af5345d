package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ratchet"
	"ratchet/server"
	"ratchet/server/config"
)

// closeTime bounds the end of a command that opened a server, beside the time
// that runs get.
const closeTime = 10 * time.Second

func storeFlags(flags *pflag.FlagSet) {
	flags.String("data-dir", "", "folder of the database (default ratchet in the user's data folder)")
	flags.String("database", "", "database file, or :memory:")
	flags.String("tasks-dir", "", "folder to load tasks from at start and to keep their files in")
}

// fetchFlags say what tasks of this process may reach.
func fetchFlags(flags *pflag.FlagSet) {
	flags.String("allow-private", "", "private addresses and networks that tasks may reach, e.g. 127.0.0.1; ports are in --allow-ports")
	flags.String("allow-ports", "", "ports that tasks may reach, in place of 80,443")
}

func selectionFlags(flags *pflag.FlagSet) {
	flags.String("toolsets", "", "groups of tools: core, control, admin or all (default core)")
	flags.String("tools", "", "single tools to add to the toolsets served")
	flags.String("only-tools", "", "serve just these tools; --toolsets and --tools do not count then")
	flags.String("exclude-tools", "", "tools to leave out")
	flags.Bool("read-only", false, "serve only tools that change nothing")
}

func (a *app) serveCommand() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve MCP over HTTP", Args: cobra.NoArgs,
		Example: "  ratchet serve\n  ratchet serve --listen 127.0.0.1:9000 --data-dir ./data --toolsets core,control",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.serveHTTP(cmd, listen)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "address and port (default 127.0.0.1:8080)")
	cmd.Flags().String("bind", "", "address alone")
	cmd.Flags().String("port", "", "port alone")
	storeFlags(cmd.Flags())
	selectionFlags(cmd.Flags())
	fetchFlags(cmd.Flags())
	return cmd
}

func (a *app) serveHTTP(cmd *cobra.Command, listen string) error {
	if listen != "" {
		host, port, err := net.SplitHostPort(listen)
		if err != nil {
			return ratchet.Errorf(ratchet.CodeInvalid, "--listen %q is not address:port", listen).WithHint("e.g. --listen 127.0.0.1:8080")
		}
		if host == "" {
			host = "127.0.0.1"
		}
		a.given = map[string]string{"server.bind_address": host, "server.port": port}
	}
	return a.withServer(cmd, nil, func(ctx context.Context, srv *server.Server, cfg config.Config) error {
		return srv.ListenAndServe(ctx, func(address string) {
			base, further, open := reached(address)
			a.say("ratchet %s listens on %s%s", version, base, further)
			if open && len(cfg.Server.TrustedProxies) == 0 {
				a.say("without TLS others on the network can read tokens and passwords: set server.tls.cert_file and server.tls.key_file, or put a proxy with TLS before it")
			}
			a.say("data: %s", cfg.DatabasePath())
			a.say("next: ratchet print-config claude-desktop --http %s%s", base, cfg.MCP.Endpoint)
			a.sayAdminToken(ctx, srv, base)
		})
	})
}

// reached is how clients of this machine reach a listener, what further addresses
// it has, and whether others reach it without TLS.
func reached(address string) (base, further string, open bool) {
	base = strings.TrimSuffix(address, "/")
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	u, err := url.Parse(base)
	if err != nil {
		return base, "", false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err == nil && ip.IsUnspecified() {
		u.Host = net.JoinHostPort("127.0.0.1", u.Port())
		base, further = u.String(), " and at every other address of this machine"
	}
	return base, further, u.Scheme == "http" && err == nil && !ip.IsLoopback()
}

// sayAdminToken prints the token that makes the first admin, where one is
// needed and there is none.
func (a *app) sayAdminToken(ctx context.Context, srv *server.Server, base string) {
	token, err := srv.AdminToken(ctx)
	if err != nil || token == "" {
		return // there is an admin, or none is needed
	}
	a.say("there is no admin yet: POST {\"token\": %q, \"username\": …, \"password\": …} to %s/api/v1/auth/bootstrap; the token works once", token, base)
}

// withServer opens a server for cmd's configuration, runs f and closes it. What
// is forced wins over all that anybody set. It is for `serve`, and for servers in
// memory: on a data directory it takes the ownership over, and ends when another
// process does. Commands use reach.
func (a *app) withServer(cmd *cobra.Command, forced map[string]string, f func(context.Context, *server.Server, config.Config) error) error {
	m, err := a.member(cmd, forced)
	if err != nil {
		return err
	}
	m.serves = true
	ctx := cmd.Context()
	s, err := m.join(ctx)
	if err != nil {
		return err
	}
	if s.owner == nil {
		return errors.Join(ignore(f(ctx, s.srv, m.cfg), ctx.Err()), s.close())
	}
	taken := false
	err = s.owner.Serve(func(owned context.Context) error {
		both, stop := either(ctx, owned)
		defer stop()
		err := f(both, s.srv, m.cfg)
		taken = owned.Err() != nil
		return ignore(err, both.Err())
	})
	err = errors.Join(err, s.close())
	if taken && err == nil {
		return ratchet.Errorf(ratchet.CodeUnavailable, "a newer version of ratchet took the data directory over").
			WithHint("start this server again, with the newer version")
	}
	return err
}

// closeServer closes a server, also when ctx is over.
func closeServer(ctx context.Context, srv *server.Server, cfg config.Config) error {
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.Server.ShutdownTimeout+closeTime)
	defer cancel()
	return srv.Close(closing)
}

func (a *app) mcpServeCommand() *cobra.Command {
	var transport string
	cmd := &cobra.Command{
		Use: "mcp-serve", Short: "Serve MCP on stdin and stdout, for a client's configuration", Args: cobra.NoArgs,
		Example: "  ratchet mcp-serve\n  ratchet mcp-serve --connect http://127.0.0.1:8080/mcp",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.serveMCP(cmd, transport)
		},
	}
	a.mcpFlags(cmd, &transport, "stdio")
	return connects(cmd)
}

func (a *app) mcpCommand() *cobra.Command {
	var transport string
	cmd := &cobra.Command{
		Use: "mcp", Short: "Serve MCP on stdio or HTTP", Args: cobra.NoArgs,
		Example: "  ratchet mcp --transport stdio\n  ratchet mcp --transport http --port 8081",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.serveMCP(cmd, transport)
		},
	}
	a.mcpFlags(cmd, &transport, "http")
	return connects(cmd)
}

func (a *app) mcpFlags(cmd *cobra.Command, transport *string, fallback string) {
	cmd.Flags().StringVar(transport, "transport", fallback, "stdio, http or sse (= http)")
	cmd.Flags().String("host", "127.0.0.1", "address, for http")
	cmd.Flags().String("port", "8080", "port, for http")
	storeFlags(cmd.Flags())
	selectionFlags(cmd.Flags())
	fetchFlags(cmd.Flags())
}

func (a *app) serveMCP(cmd *cobra.Command, transport string) error {
	switch transport {
	case "http", "sse":
		if a.connect != "" {
			return ratchet.Errorf(ratchet.CodeInvalid, "--connect passes tools on over stdio only").WithHint("drop --transport %s", transport)
		}
		host, _ := cmd.Flags().GetString("host")
		port, _ := cmd.Flags().GetString("port")
		return a.serveHTTP(cmd, net.JoinHostPort(host, port))
	case "stdio":
		if a.connect != "" {
			return a.proxy(cmd)
		}
		return a.stdio(cmd)
	}
	return ratchet.Errorf(ratchet.CodeInvalid, "unknown transport %q", transport).WithHint("stdio, http or sse")
}
