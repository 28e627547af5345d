package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/prompts"
	"ratchet/tools"
)

func (s *Server) addPrompts(server *mcp.Server) {
	for _, p := range s.Prompts() {
		s.addPrompt(server, p)
	}
}

// prompts are the product's and the further ones.
func (s *Server) Prompts() []prompts.Prompt { return append(prompts.All(), s.cfg.Prompts...) }

func (s *Server) addPrompt(server *mcp.Server, p prompts.Prompt) {
	args := make([]*mcp.PromptArgument, 0, len(p.Arguments))
	for _, a := range p.Arguments {
		args = append(args, &mcp.PromptArgument{Name: a.Name, Description: a.Description, Required: a.Required})
	}
	about := &mcp.Prompt{Name: p.Name, Title: p.Title, Description: p.Description, Arguments: args}
	server.AddPrompt(about, func(ctx context.Context, req *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		round, err := s.clientInput(p.Name, req.ClientCapabilities(), req.Params.RequestState, req.Params.InputResponses)
		if err != nil {
			return nil, err
		}
		ctx = registry.WithClientInput(ctx, round)
		res := &mcp.GetPromptResult{Description: p.Description}
		messages, err := p.Messages(ctx, prompts.Source{Store: s.deps.Store, Trace: func(ctx context.Context, execution string) (tools.GetTraceOut, error) {
			return s.trace(ctx, execution, "json")
		}}, req.Params.Arguments)
		if ask, ok := errors.AsType[registry.InputRequired](err); ok {
			res.InputRequests, res.RequestState, err = s.askInput(ctx, p.Name, ask)
		}
		if lacking := missingCapability(req.ProtocolVersion(), err); lacking != nil {
			return nil, lacking
		}
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			res.Messages = append(res.Messages, &mcp.PromptMessage{Role: mcp.Role(m.Role), Content: block(m.Content)})
		}
		return res, nil
	})
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
