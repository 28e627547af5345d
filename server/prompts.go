package server

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/prompts"
)

func (b *binding) addPrompts(server *mcp.Server) {
	for _, p := range prompts.All() {
		args := make([]*mcp.PromptArgument, 0, len(p.Arguments))
		for _, a := range p.Arguments {
			args = append(args, &mcp.PromptArgument{Name: a.Name, Description: a.Description, Required: a.Required})
		}
		server.AddPrompt(&mcp.Prompt{Name: p.Name, Title: p.Title, Description: p.Description, Arguments: args, Icons: icons()},
			func(ctx context.Context, req *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
				text, err := p.Render(ctx, b.deps.Store, req.Params.Arguments)
				if err != nil {
					return nil, err
				}
				return &mcp.GetPromptResult{Description: p.Description, Messages: []*mcp.PromptMessage{
					{Role: "user", Content: &mcp.TextContent{Text: text}},
				}}, nil
			})
	}
}

// codeResourceNotFound is the handshake era's code.
const codeResourceNotFound = -32002

// notFound spells a missing resource for the client's era.
func notFound(req *mcp.ReadResourceRequest, err error) error {
	code := int64(codeResourceNotFound)
	if req.ProtocolVersion() >= modernEra {
		code = jsonrpc.CodeInvalidParams
	}
	data, marshalErr := json.Marshal(map[string]any{"uri": req.Params.URI})
	if marshalErr != nil {
		return fmt.Errorf("encode the address: %w", marshalErr)
	}
	return &jsonrpc.Error{Code: code, Message: "resource not found: " + ratchet.AsError(err).Message, Data: data}
}
