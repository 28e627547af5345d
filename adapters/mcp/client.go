package mcp

import (
	"context"
	"encoding/json"
	"fmt"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// modernEra is the first protocol revision without sessions.
const modernEra = "2026-07-28"

// client asks things of the person or model behind an MCP session of the
// handshake era. Later clients are asked by registry.InputRequired.
type client struct {
	session *mcp.ServerSession
}

var _ registry.Asker = (*client)(nil)

// can says whether the session can be asked at all.
func (c *client) can() *mcp.ClientCapabilities {
	params := c.session.InitializeParams()
	if params == nil || params.ProtocolVersion >= modernEra || params.Capabilities == nil {
		return &mcp.ClientCapabilities{}
	}
	return params.Capabilities
}

// Confirm asks for a yes or no.
func (c *client) Confirm(ctx context.Context, message string) (yes, ok bool, err error) {
	form := registry.Elicitation{Message: message, Schema: json.RawMessage(
		`{"type":"object","properties":{"confirm":{"type":"boolean","title":"Go on?"}},"required":["confirm"]}`)}
	answer, ok, err := c.Elicit(ctx, form)
	if err != nil || !ok {
		return false, ok, err
	}
	confirmed, _ := answer.Content["confirm"].(bool)
	return answer.Action == "accept" && confirmed, true, nil
}

// Elicit shows a form.
func (c *client) Elicit(ctx context.Context, form registry.Elicitation) (registry.ElicitAnswer, bool, error) {
	if c.can().Elicitation == nil {
		return registry.ElicitAnswer{}, false, nil
	}
	res, err := c.session.Elicit(ctx, &mcp.ElicitParams{Message: form.Message, RequestedSchema: form.Schema})
	if err != nil {
		return registry.ElicitAnswer{}, true, fmt.Errorf("ask the client: %w", err)
	}
	return registry.ElicitAnswer{Action: res.Action, Content: res.Content}, true, nil
}

// Sample asks the client's model.
func (c *client) Sample(ctx context.Context, s registry.Sampling) (registry.SampleAnswer, bool, error) {
	if c.can().Sampling == nil {
		return registry.SampleAnswer{}, false, nil
	}
	res, err := c.session.CreateMessage(ctx, sampling(s))
	if err != nil {
		return registry.SampleAnswer{}, true, fmt.Errorf("ask the client's model: %w", err)
	}
	return sampled(res), true, nil
}

func sampling(s registry.Sampling) *mcp.CreateMessageParams {
	return &mcp.CreateMessageParams{
		MaxTokens: s.MaxTokens, SystemPrompt: s.System,
		Messages: []*mcp.SamplingMessage{{Role: "user", Content: &mcp.TextContent{Text: s.Text}}},
	}
}

func sampled(res *mcp.CreateMessageResult) registry.SampleAnswer {
	answer := registry.SampleAnswer{Model: res.Model}
	if text, ok := res.Content.(*mcp.TextContent); ok {
		answer.Text = text.Text
	}
	return answer
}
