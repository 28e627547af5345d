package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/schema"
)

var entryName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

var clients = []string{"claude-desktop", "claude-code", "vscode", "cursor", "windsurf", "codex"}

func (a *app) printConfigCommand() *cobra.Command {
	var url, name string
	var binary string
	cmd := &cobra.Command{
		Use: "print-config CLIENT", Short: "Print the entry that connects an MCP client to Ratchet",
		Long: "Print the entry that connects an MCP client to Ratchet. Clients: " + strings.Join(clients, ", ") + ".",
		Example: `  ratchet print-config claude-desktop
  ratchet print-config vscode --http http://127.0.0.1:8080/mcp`,
		Args: cobra.ExactArgs(1), ValidArgs: clients,
		RunE: func(_ *cobra.Command, args []string) error {
			if binary == "" {
				own, err := os.Executable()
				if err != nil {
					own = "ratchet"
				}
				binary = own
			}
			if !entryName.MatchString(name) {
				return ratchet.Errorf(ratchet.CodeInvalid, "--name %q has other than letters, digits, _ and -", name)
			}
			return a.printEntry(args[0], name, binary, url)
		},
	}
	cmd.Flags().StringVar(&url, "http", "", "connect to this URL instead of starting the server over stdio")
	cmd.Flags().StringVar(&binary, "command", "", "the program that clients start (default this one)")
	cmd.Flags().StringVar(&name, "name", "ratchet", "name of the entry")
	return cmd
}

// entry is what a client's configuration says of a server.
type entry struct {
	Type      string            `json:"type,omitempty"`
	Command   string            `json:"command,omitempty"`
	Args      []string          `json:"args,omitempty"`
	URL       string            `json:"url,omitempty"`
	ServerURL string            `json:"serverUrl,omitempty"`
	Env       map[string]string `json:"env,omitempty"`
}

func (a *app) printEntry(client, name, binary, url string) error {
	if url == "" && strings.Contains(binary, "go-build") {
		a.say("note: this program is a temporary one of `go run`; build it first: go build -o ratchet ./cmd/ratchet")
	}
	e := entry{Command: binary, Args: []string{"mcp-serve"}}
	if url != "" {
		e = entry{URL: url}
	}
	servers := func(key string) error {
		return a.print(map[string]any{key: map[string]any{name: e}})
	}
	line := func(format string, args ...any) error {
		_, err := fmt.Fprintf(a.stdout, format+"\n", args...)
		return err
	}
	switch client {
	case "claude-desktop":
		if url != "" {
			// It starts programs only: ours passes everything on to the URL.
			e = entry{Command: binary, Args: []string{"mcp-serve", "--connect", url}}
		}
		return servers("mcpServers")
	case "cursor":
		return servers("mcpServers")
	case "windsurf":
		e.URL, e.ServerURL = "", url
		return servers("mcpServers")
	case "vscode":
		e.Type = "stdio"
		if url != "" {
			e.Type = "http"
		}
		return servers("servers")
	case "claude-code":
		if url != "" {
			return line("claude mcp add --transport http %s %s", name, url)
		}
		return line("claude mcp add %s -- %s mcp-serve", name, shellWord(binary))
	case "codex":
		if url != "" {
			return line("[mcp_servers.%s]\nurl = %q", name, url)
		}
		return line("[mcp_servers.%s]\ncommand = %q\nargs = [\"mcp-serve\"]", name, binary)
	}
	return unknownClient(client)
}

// shellWord quotes text for a shell where it must be.
func shellWord(text string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_./:@%+=-]+$`).MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func unknownClient(client string) error {
	e := ratchet.Errorf(ratchet.CodeInvalid, "unknown client %q", client).WithHint("clients: %s", strings.Join(clients, ", "))
	if near := schema.Nearest(client, clients); near != "" {
		e = e.With(ratchet.FieldNearest, near)
	}
	return e
}
