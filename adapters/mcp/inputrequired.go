package mcp

import (
	"context"
	"errors"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
)

// clientInput reads the answers of a repeated call of a tool or prompt, and what the
// client can do.
func (s *Server) clientInput(name string, can *mcp.ClientCapabilities, sealed string, responses mcp.InputResponseMap) (registry.ClientInput, error) {
	r := registry.ClientInput{}
	if can != nil {
		r.Form, r.Model, r.Folders = can.Elicitation != nil, can.Sampling != nil, can.RootsV2 != nil
	}
	if sealed != "" {
		state, err := s.seal.open(name, sealed)
		if err != nil {
			return r, ratchet.Errorf(ratchet.CodeInvalid, "requestState is not one that this server gave for %s", name).
				WithHint("repeat the call without requestState to begin again").Wrap(err)
		}
		r.State = state
	}
	for name, response := range responses {
		switch v := response.(type) {
		case *mcp.ElicitResult:
			setAt(&r.Elicited, name, registry.ElicitAnswer{Action: v.Action, Content: v.Content})
		case *mcp.CreateMessageResult:
			setAt(&r.Sampled, name, sampled(v))
		case *mcp.CreateMessageWithToolsResult:
			answer := registry.SampleAnswer{Model: v.Model}
			for _, part := range v.Content {
				if text, ok := part.(*mcp.TextContent); ok {
					answer.Text += text.Text
				}
			}
			setAt(&r.Sampled, name, answer)
		case *mcp.ListRootsResult:
			uris := []string{}
			for _, root := range v.Roots {
				uris = append(uris, root.URI)
			}
			setAt(&r.Roots, name, uris)
		}
	}
	return r, nil
}

func setAt[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// askInput spells a tool's or prompt's questions and seals its state.
func (s *Server) askInput(ctx context.Context, name string, ask registry.InputRequired) (mcp.InputRequestMap, string, error) {
	if err := registry.Require(ctx, ask.Needs()); err != nil {
		return nil, "", err
	}
	requests := mcp.InputRequestMap{}
	for key, r := range ask.Requests {
		switch {
		case r.Elicit != nil:
			requests[key] = &mcp.ElicitParams{Mode: "form", Message: r.Elicit.Message, RequestedSchema: r.Elicit.Schema}
		case r.Sample != nil:
			requests[key] = sampling(*r.Sample)
		case r.Roots:
			requests[key] = &mcp.ListRootsParams{}
		}
	}
	if ask.State == "" {
		return requests, "", nil
	}
	sealed, err := s.seal.close(name, ask.State)
	return requests, sealed, err
}

// missingCapability is the protocol's error for a client that cannot do what a
// call needs; nil when err is not about that, or the client's revision has no
// such error.
func missingCapability(version string, err error) error {
	lacking, ok := errors.AsType[*registry.Lacking](err)
	if !ok || version < modernEra {
		return nil
	}
	var need mcp.ClientCapabilities
	if lacking.Form {
		need.Elicitation = &mcp.ElicitationCapabilities{}
	}
	if lacking.Model {
		need.Sampling = &mcp.SamplingCapabilities{}
	}
	if lacking.Folders {
		need.RootsV2 = &mcp.RootCapabilities{}
	}
	if lacking.Tasks {
		need.AddExtension(extensionTasks, nil)
	}
	return &jsonrpc.Error{
		Code: mcp.CodeMissingRequiredClientCapabilities, Message: ratchet.AsError(err).Message,
		Data: toJSON(mcp.MissingRequiredClientCapabilityData{RequiredCapabilities: &need}),
	}
}
