package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"
)

// checkEra starts this program over stdio as a client does and lists its tools.
func (a *app) checkEra(ctx context.Context, cmd *cobra.Command, era string) (finding, []*mcp.Tool) {
	f := finding{Check: "MCP " + era, Status: findingFail}
	binary, err := os.Executable()
	if err != nil {
		f.Detail = "cannot find this program"
		return f, nil
	}
	args := []string{"mcp-serve", "--database", ":memory:", "--log-level", "error"}
	if a.configFile != "" {
		args = append(args, "--config", a.configFile)
	}
	for _, name := range []string{"toolsets", "tools", "only-tools", "exclude-tools", "read-only"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed {
			args = append(args, "--"+name+"="+flag.Value.String())
		}
	}
	command := exec.CommandContext(ctx, binary, args...) //nolint:gosec // this program itself
	client := mcp.NewClient(&mcp.Implementation{Name: "ratchet-doctor", Version: version}, nil)
	session, err := client.Connect(ctx, &mcp.CommandTransport{Command: command}, &mcp.ClientSessionOptions{ProtocolVersion: era})
	if err != nil {
		f.Detail = "does not answer over stdio: " + firstLine(err)
		return f, nil
	}
	defer session.Close()
	var offer []*mcp.Tool
	for tool, err := range session.Tools(ctx, nil) {
		if err != nil {
			f.Detail = "does not list its tools: " + firstLine(err)
			return f, nil
		}
		offer = append(offer, tool)
	}
	if init := session.InitializeResult(); init != nil && init.ProtocolVersion != era {
		f.Detail = fmt.Sprintf("the server speaks %s instead", init.ProtocolVersion)
		return f, nil
	}
	f.Status, f.Detail = findingOK, fmt.Sprintf("answers over stdio and lists %d tools", len(offer))
	if len(offer) == 0 {
		f.Status, f.Hint = findingFail, "the selection leaves no tool: see --toolsets, --tools, --only-tools, --exclude-tools, --read-only"
	}
	return f, offer
}

// knownClients are the clients whose limits are known, in tools and in bytes of
// PREFIX__tool names. Zero = none known.
var knownClients = []struct {
	name            string
	tools, longest  int
	prefix, advises string
}{
	{"claude-desktop", 0, 64, "", ""},
	{"claude-code", 0, 64, "mcp__ratchet__", ""},
	{"vscode", 128, 64, "mcp_ratchet_", "more than 128 tools of all servers are not sent"},
	{"cursor", 40, 60, "ratchet:", "only the first 40 tools of all servers are sent"},
	{"windsurf", 100, 60, "", "at most 100 tools of all servers are sent"},
	{"codex", 0, 64, "mcp__ratchet__", ""},
}

// manyTokens is what the definitions of tools cost in a model's context at most
// without a warning.
const manyTokens = 10_000

// clientFindings says what each known client sees of an offer.
func clientFindings(offer []*mcp.Tool) []finding {
	if len(offer) == 0 {
		return nil
	}
	size, longest := 0, ""
	for _, tool := range offer {
		data, err := json.Marshal(tool)
		if err != nil {
			continue // it came as JSON
		}
		size += len(data)
		if len(tool.Name) > len(longest) {
			longest = tool.Name
		}
	}
	var list []finding
	for _, client := range knownClients {
		// Four bytes to a token is the usual rule for JSON.
		f := finding{Check: "client " + client.name, Status: findingOK, Detail: fmt.Sprintf(
			"%d tools, about %d tokens, longest name %s (%d bytes)", len(offer), size/4, client.prefix+longest, len(client.prefix+longest))}
		var warnings []string
		if client.tools > 0 && len(offer) > client.tools {
			warnings = append(warnings, client.advises)
		}
		if size/4 > manyTokens {
			warnings = append(warnings, fmt.Sprintf("the definitions take more than %d tokens of each conversation", manyTokens))
		}
		if len(client.prefix+longest) > client.longest {
			warnings = append(warnings, fmt.Sprintf("names above %d bytes are cut or left out", client.longest))
		}
		if len(warnings) > 0 {
			f.Status, f.Hint = findingWarn, strings.Join(warnings, "; ")+"; serve fewer with --toolsets, --only-tools or --exclude-tools"
		}
		list = append(list, f)
	}
	return list
}
