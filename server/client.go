package server

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/tools"
)

// modernEra is the first protocol revision without sessions.
const modernEra = "2026-07-28"

// client asks things of the person or model behind an MCP session of the
// handshake era. Later clients are asked by tools.InputRequired.
type client struct {
	session *mcp.ServerSession
}

var _ tools.Asker = (*client)(nil)

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
	form := tools.Elicitation{Message: message, Schema: json.RawMessage(
		`{"type":"object","properties":{"confirm":{"type":"boolean","title":"Go on?"}},"required":["confirm"]}`)}
	answer, ok, err := c.Elicit(ctx, form)
	if err != nil || !ok {
		return false, ok, err
	}
	confirmed, _ := answer.Content["confirm"].(bool)
	return answer.Action == "accept" && confirmed, true, nil
}

// Elicit shows a form.
func (c *client) Elicit(ctx context.Context, form tools.Elicitation) (tools.ElicitAnswer, bool, error) {
	if c.can().Elicitation == nil {
		return tools.ElicitAnswer{}, false, nil
	}
	res, err := c.session.Elicit(ctx, &mcp.ElicitParams{Message: form.Message, RequestedSchema: form.Schema})
	if err != nil {
		return tools.ElicitAnswer{}, true, fmt.Errorf("ask the client: %w", err)
	}
	return tools.ElicitAnswer{Action: res.Action, Content: res.Content}, true, nil
}

// Sample asks the client's model.
func (c *client) Sample(ctx context.Context, s tools.Sampling) (tools.SampleAnswer, bool, error) {
	if c.can().Sampling == nil {
		return tools.SampleAnswer{}, false, nil
	}
	res, err := c.session.CreateMessage(ctx, sampling(s))
	if err != nil {
		return tools.SampleAnswer{}, true, fmt.Errorf("ask the client's model: %w", err)
	}
	return sampled(res), true, nil
}

func sampling(s tools.Sampling) *mcp.CreateMessageParams {
	return &mcp.CreateMessageParams{
		MaxTokens: s.MaxTokens, SystemPrompt: s.System,
		Messages: []*mcp.SamplingMessage{{Role: "user", Content: &mcp.TextContent{Text: s.Text}}},
	}
}

func sampled(res *mcp.CreateMessageResult) tools.SampleAnswer {
	answer := tools.SampleAnswer{Model: res.Model}
	if text, ok := res.Content.(*mcp.TextContent); ok {
		answer.Text = text.Text
	}
	return answer
}

// round reads the answers of a repeated call.
func (b *binding) round(tool string, req *mcp.CallToolRequest) (tools.Round, error) {
	r := tools.Round{}
	if can := req.ClientCapabilities(); can != nil {
		r.Form, r.Model, r.Folders = can.Elicitation != nil, can.Sampling != nil, can.RootsV2 != nil
	}
	if req.Params.RequestState != "" {
		state, err := b.seal.open(tool, req.Params.RequestState)
		if err != nil {
			return r, ratchet.Errorf(ratchet.CodeInvalid, "requestState is not one that this server gave for %s", tool).
				WithHint("repeat the call without requestState to begin again").Wrap(err)
		}
		r.State = state
	}
	for name, response := range req.Params.InputResponses {
		switch v := response.(type) {
		case *mcp.ElicitResult:
			put(&r.Elicited, name, tools.ElicitAnswer{Action: v.Action, Content: v.Content})
		case *mcp.CreateMessageResult:
			put(&r.Sampled, name, sampled(v))
		case *mcp.CreateMessageWithToolsResult:
			answer := tools.SampleAnswer{Model: v.Model}
			for _, part := range v.Content {
				if text, ok := part.(*mcp.TextContent); ok {
					answer.Text += text.Text
				}
			}
			put(&r.Sampled, name, answer)
		case *mcp.ListRootsResult:
			uris := []string{}
			for _, root := range v.Roots {
				uris = append(uris, root.URI)
			}
			put(&r.Roots, name, uris)
		}
	}
	return r, nil
}

func put[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// askInput sends a tool's questions.
func (b *binding) askInput(tool string, ask tools.InputRequired) (*mcp.CallToolResult, error) {
	requests := mcp.InputRequestMap{}
	for name, r := range ask.Requests {
		switch {
		case r.Elicit != nil:
			requests[name] = &mcp.ElicitParams{Mode: "form", Message: r.Elicit.Message, RequestedSchema: r.Elicit.Schema}
		case r.Sample != nil:
			requests[name] = sampling(*r.Sample)
		case r.Roots:
			requests[name] = &mcp.ListRootsParams{}
		}
	}
	res := &mcp.CallToolResult{InputRequests: requests}
	if ask.State != "" {
		sealed, err := b.seal.close(tool, ask.State)
		if err != nil {
			return nil, err
		}
		res.RequestState = sealed
	}
	return res, nil
}
