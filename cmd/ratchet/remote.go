package main

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// dial connects to a server's MCP endpoint. A URL without a path means /mcp.
func dial(ctx context.Context, address string, options *mcp.ClientOptions) (*mcp.ClientSession, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "--connect %q is not an http URL", address).
			WithHint("e.g. --connect http://127.0.0.1:8080/mcp")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/mcp"
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "ratchet-cli", Version: version}, options)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: u.String(), DisableStandaloneSSE: true, MaxRetries: -1}, nil)
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "no MCP server answers at %s", u).Wrap(err).
			WithHint("start one with `ratchet serve`")
	}
	return session, nil
}

// callRemote calls a tool of a server and returns its result as JSON or text.
// Failures that the server reports become errors with its code.
func (a *app) callRemote(ctx context.Context, tool string, args json.RawMessage) error {
	session, err := dial(ctx, a.connect, nil)
	if err != nil {
		return err
	}
	defer session.Close()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "the server refused the call: %s", err).Wrap(err).
			WithHint("`ratchet tools --connect %s` lists its tools", a.connect)
	}
	if result.StructuredContent != nil {
		if err := a.print(result.StructuredContent); err != nil {
			return err
		}
	} else {
		for _, content := range result.Content {
			if text, ok := content.(*mcp.TextContent); ok {
				a.printText(text.Text)
			}
		}
	}
	if result.IsError {
		a.failed = codeIn(result)
	}
	return nil
}

// codeIn finds the code of a failed result.
func codeIn(result *mcp.CallToolResult) ratchet.Code {
	data, _ := json.Marshal(result.StructuredContent)
	var body struct {
		Code  string `json:"code"`
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(data, &body)
	if body.Code == "" && len(result.Content) > 0 {
		if text, ok := result.Content[0].(*mcp.TextContent); ok {
			_ = json.Unmarshal([]byte(text.Text), &body)
		}
	}
	for _, code := range ratchet.Codes() {
		if code.Wire() == body.Code || string(code) == body.Error.Code {
			return code
		}
	}
	return ratchet.CodeScript
}

// proxy serves the tools of the server at a.connect over stdio.
func (a *app) proxy(ctx context.Context) error {
	remote, err := dial(ctx, a.connect, nil)
	if err != nil {
		return err
	}
	defer remote.Close()
	options := &mcp.ServerOptions{}
	if init := remote.InitializeResult(); init != nil {
		options.Instructions = init.Instructions
	}
	local := mcp.NewServer(&mcp.Implementation{Name: "ratchet", Version: version}, options)
	for tool, err := range remote.Tools(ctx, nil) {
		if err != nil {
			return ratchet.Errorf(ratchet.CodeUnavailable, "the server at %s does not list its tools", a.connect).Wrap(err)
		}
		local.AddTool(tool, func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return remote.CallTool(ctx, &mcp.CallToolParams{Name: req.Params.Name, Arguments: req.Params.Arguments})
		})
	}
	return local.Run(ctx, &mcp.StdioTransport{})
}
