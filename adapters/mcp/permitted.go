package mcp

import (
	"context"
	"slices"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/prompts"
	"ratchet/resources"
	"ratchet/server/auth"
)

// permitted keeps from callers the prompts and resource templates whose tools
// they may not call, in lists and when they are asked for.
func (s *Server) permitted(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		if get, ok := req.(*mcp.GetPromptRequest); ok && get.Params != nil {
			if err := s.mayPrompt(ctx, get.Params.Name); err != nil {
				return nil, err
			}
		}
		if c, ok := req.(*mcp.CompleteRequest); ok && c.Params != nil && c.Params.Ref != nil && c.Params.Ref.Type == "ref/prompt" {
			if err := s.mayPrompt(ctx, c.Params.Ref.Name); err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(s.Prompts(), func(p prompts.Prompt) bool { return p.Name == c.Params.Ref.Name }) {
				return nil, ratchet.Errorf(ratchet.CodeInvalid, "there is no prompt %q", ratchet.Clip(c.Params.Ref.Name, 100)).
					WithHint("prompts/list shows the prompts there are")
			}
		}
		if set, ok := req.(*mcp.ServerRequest[*mcp.SetLoggingLevelParams]); ok && !slices.Contains(levels(), set.Params.Level) {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "there is no level %q", ratchet.Clip(string(set.Params.Level), 100)).
				With(ratchet.FieldAllowed, levels())
		}
		res, err := next(ctx, method, req)
		switch list := res.(type) {
		case *mcp.ListPromptsResult:
			list.Prompts = slices.DeleteFunc(slices.Clone(list.Prompts), func(p *mcp.Prompt) bool { return s.mayPrompt(ctx, p.Name) != nil })
		case *mcp.ListResourceTemplatesResult:
			hidden := map[string]bool{}
			for _, t := range resources.All() {
				hidden[t.Pattern] = registry.PermitAny(auth.PrincipalOf(ctx), s.deps.Tools, t.Tools...) != nil
			}
			list.ResourceTemplates = slices.DeleteFunc(slices.Clone(list.ResourceTemplates), func(t *mcp.ResourceTemplate) bool { return hidden[t.URITemplate] })
		}
		return res, err
	}
}

// levels are those of MCP's log messages.
func levels() []mcp.LoggingLevel {
	return []mcp.LoggingLevel{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}
}

// mayPrompt refuses a prompt that shows what a tool tells which the caller may
// not call.
func (s *Server) mayPrompt(ctx context.Context, name string) error {
	all := s.Prompts()
	i := slices.IndexFunc(all, func(p prompts.Prompt) bool { return p.Name == name })
	if i < 0 {
		return nil // the SDK says that there is none
	}
	for _, tool := range all[i].Tools {
		if err := registry.PermitAny(auth.PrincipalOf(ctx), s.deps.Tools, tool); err != nil {
			return err
		}
	}
	return nil
}
