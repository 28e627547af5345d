package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"ratchet/registry"

	mcpserver "ratchet/adapters/mcp"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"ratchet/tools"
)

// listed is a tool as the command line shows it.
type listed struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Doc    string `json:"description"`
	Input  any    `json:"inputSchema"`
	Output any    `json:"outputSchema,omitempty"`
}

func (a *app) toolsCommand() *cobra.Command {
	var toolsets string
	cmd := &cobra.Command{
		Use: "tools", Short: "List the tools, with their schemas under --json", Args: cobra.NoArgs,
		Example: "  ratchet tools\n  ratchet tools --toolsets core --json\n  ratchet tools --connect http://127.0.0.1:8080",
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := a.listTools(cmd, toolsets)
			if err != nil {
				return err
			}
			if a.machine() {
				return a.print(list)
			}
			for _, tool := range list {
				fmt.Fprintf(a.stdout, "%-40s %s\n", tool.Name, sentence(tool.Doc))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&toolsets, "toolsets", "all", "groups of tools: core, control, admin or all")
	return connects(cmd)
}

// sentence is the first of a text, without its full stop. The one of "e.g." ends none.
func sentence(text string) string {
	for i := 0; ; {
		at := strings.Index(text[i:], ". ")
		if at < 0 {
			return strings.TrimSuffix(text, ".")
		}
		if i += at; !strings.HasSuffix(text[:i], "e.g") && !strings.HasSuffix(text[:i], "i.e") {
			return text[:i]
		}
		i++
	}
}

func (a *app) listTools(cmd *cobra.Command, toolsets string) ([]listed, error) {
	if a.connect != "" {
		session, err := a.dial(cmd.Context())
		if err != nil {
			return nil, err
		}
		defer session.Close()
		return listRemote(cmd, session)
	}
	reg, err := registry.New(tools.All()...)
	if err != nil {
		return nil, err
	}
	reg, err = reg.Select(registry.Selection{Toolsets: strings.Split(toolsets, ",")})
	if err != nil {
		return nil, err
	}
	list := make([]listed, 0, len(reg.List()))
	for _, tool := range reg.List() {
		row := listed{Name: tool.Name, Title: tool.Title, Doc: tool.Doc, Input: tool.In}
		if len(tool.Out) > 0 {
			row.Output = json.RawMessage(tool.Out)
		}
		list = append(list, row)
	}
	return list, nil
}

func listRemote(cmd *cobra.Command, session *mcp.ClientSession) ([]listed, error) {
	var list []listed
	for tool, err := range session.Tools(cmd.Context(), &mcp.ListToolsParams{Meta: mcp.Meta{mcpserver.MetaVerbose: true}}) {
		if err != nil {
			return nil, fmt.Errorf("list tools: %w", err)
		}
		list = append(list, listed{Name: tool.Name, Title: tool.Title, Doc: tool.Description, Input: tool.InputSchema, Output: tool.OutputSchema})
	}
	return list, nil
}
