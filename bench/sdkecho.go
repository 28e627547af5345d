package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	echoTool   = "ratchet_echo"
	echoSchema = `{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}`
	echoArgs   = `{"text":"hello"}`
)

// sdkServer is the floor: one raw tool on the bare SDK, nothing around it.
func sdkServer() *mcp.Server {
	server := mcp.NewServer(&mcp.Implementation{Name: "floor", Version: "1"}, nil)
	server.AddTool(&mcp.Tool{Name: echoTool, InputSchema: json.RawMessage(echoSchema)},
		func(_ context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			var in struct{ Text string }
			if err := json.Unmarshal(req.Params.Arguments, &in); err != nil {
				return nil, err
			}
			text, err := json.Marshal(in)
			if err != nil {
				return nil, err
			}
			return &mcp.CallToolResult{
				Content:           []mcp.Content{&mcp.TextContent{Text: string(text)}},
				StructuredContent: json.RawMessage(text),
			}, nil
		})
	return server
}

func sdkStdio(ctx context.Context) error {
	return sdkServer().Run(ctx, &mcp.StdioTransport{})
}

func sdkHTTP(ctx context.Context) error {
	server := sdkServer()
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{JSONResponse: true})
	return listen(ctx, handler)
}

// jsonHTTP is the floor's floor: net/http and encoding/json, no protocol.
func jsonHTTP(ctx context.Context) error {
	return listen(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct {
			ID     json.RawMessage
			Params struct{ Arguments struct{ Text string } }
		}
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Mcp-Session-Id", "none")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"jsonrpc": "2.0", "id": call.ID,
			"result": map[string]any{"structuredContent": call.Params.Arguments},
		})
	}))
}

// listen serves handler on a free loopback port until ctx ends and tells the
// parent which.
func listen(ctx context.Context, handler http.Handler) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "http://%s\n", listener.Addr())
	context.AfterFunc(ctx, func() { listener.Close() })
	if err := http.Serve(listener, handler); ctx.Err() == nil {
		return err
	}
	return nil
}
