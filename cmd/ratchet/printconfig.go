package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/schema"
)

var clients = []string{"claude-desktop", "claude-code", "vscode", "cursor", "windsurf", "codex"}

func (a *app) printConfigCommand() *cobra.Command {
	var url, name string
	cmd := &cobra.Command{
		Use: "print-config CLIENT", Short: "Print the entry that connects an MCP client to Ratchet",
		Long: "Print the entry that connects an MCP client to Ratchet. Clients: " + strings.Join(clients, ", ") + ".",
		Example: `  ratchet print-config claude-desktop
  ratchet print-config vscode --http http://127.0.0.1:8080/mcp`,
		Args: cobra.ExactArgs(1), ValidArgs: clients,
		RunE: func(_ *cobra.Command, args []string) error {
			binary, err := os.Executable()
			if err != nil {
				binary = "ratchet"
			}
			return a.printEntry(args[0], name, binary, url)
		},
	}
	cmd.Flags().StringVar(&url, "http", "", "connect to this URL instead of starting the server over stdio")
	cmd.Flags().StringVar(&name, "name", "ratchet", "name of the entry")
	return cmd
}

func (a *app) printEntry(client, name, binary, url string) error {
	entry := map[string]any{"command": binary, "args": []string{"mcp-serve"}}
	if url != "" {
		entry = map[string]any{"url": url}
	}
	servers := func(key string) error {
		return a.print(map[string]any{key: map[string]any{name: entry}})
	}
	switch client {
	case "claude-desktop":
		if url != "" {
			// It starts programs only: ours passes everything on to the URL.
			entry = map[string]any{"command": binary, "args": []string{"mcp-serve", "--connect", url}}
		}
		return servers("mcpServers")
	case "cursor":
		return servers("mcpServers")
	case "windsurf":
		if url != "" {
			entry = map[string]any{"serverUrl": url}
		}
		return servers("mcpServers")
	case "vscode":
		entry["type"] = "stdio"
		if url != "" {
			entry["type"] = "http"
		}
		return servers("servers")
	case "claude-code":
		if url != "" {
			_, err := fmt.Fprintf(a.stdout, "claude mcp add --transport http %s %s\n", name, url)
			return err
		}
		_, err := fmt.Fprintf(a.stdout, "claude mcp add %s -- %q mcp-serve\n", name, binary)
		return err
	case "codex":
		if url != "" {
			_, err := fmt.Fprintf(a.stdout, "[mcp_servers.%s]\nurl = %q\n", name, url)
			return err
		}
		_, err := fmt.Fprintf(a.stdout, "[mcp_servers.%s]\ncommand = %q\nargs = [\"mcp-serve\"]\n", name, binary)
		return err
	}
	e := ratchet.Errorf(ratchet.CodeInvalid, "unknown client %q", client).WithHint("clients: %s", strings.Join(clients, ", "))
	if near := schema.Nearest(client, clients); near != "" {
		e = e.With(ratchet.FieldNearest, near)
	}
	return e
}
