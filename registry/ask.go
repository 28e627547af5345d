package registry

import (
	"context"
	"encoding/json"
)

// Asker is a Client that can do more than confirm. Handlers look for it with a
// type assertion on Caller.Client.
type Asker interface {
	Client
	// Elicit shows a form to the person. ok is false when the client cannot be asked.
	Elicit(ctx context.Context, form Elicitation) (answer ElicitAnswer, ok bool, err error)
	// Sample asks the caller's model. ok is false when the client cannot be asked.
	Sample(ctx context.Context, s Sampling) (answer SampleAnswer, ok bool, err error)
}

// Elicitation is a form for the person behind a call.
type Elicitation struct {
	Message string
	Schema  json.RawMessage // flat JSON Schema object of the fields
}

// ElicitAnswer is what the person did: accept, decline or cancel.
type ElicitAnswer struct {
	Action  string
	Content map[string]any // the fields, after accept
}

// Sampling is a question for the caller's model.
type Sampling struct {
	Text      string
	System    string // empty = none
	MaxTokens int64
}

// SampleAnswer is what the model said.
type SampleAnswer struct {
	Text  string
	Model string
}

// InputRequired asks for input before a tool or prompt can go on: a handler
// returns it as its error, the surface puts the questions to the client, and
// the client repeats the call with the answers, which are found with RoundFrom.
// A client that cannot be asked all of it gets the error of Require instead.
type InputRequired struct {
	Requests map[string]InputRequest // by a name of the tool's choice
	State    string                  // given back unchanged; sealed by the surface
}

// Error makes InputRequired returnable by handlers. It is no failure.
func (InputRequired) Error() string { return "input required" }

// Needs is what the questions take of the client.
func (i InputRequired) Needs() Need {
	var n Need
	for _, r := range i.Requests {
		n.Form = n.Form || r.Elicit != nil
		n.Model = n.Model || r.Sample != nil
		n.Folders = n.Folders || r.Roots
	}
	return n
}

// InputRequest is one question; exactly one field is set.
type InputRequest struct {
	Elicit *Elicitation
	Sample *Sampling
	Roots  bool // the client's root folders
}

// ClientInput is what a repeated call brings along. The zero value is a first call.
type ClientInput struct {
	Elicited map[string]ElicitAnswer
	Sampled  map[string]SampleAnswer
	Roots    map[string][]string // URIs
	State    string              // InputRequired.State, proven to be ours
	Form     bool                // the client can be asked by a form
	Model    bool                // the client's model can be asked
	Folders  bool                // the client has root folders
	Tasks    bool                // the client follows runs that go on after the answer
}

type clientInputKey struct{}

// WithClientInput returns a context that carries r.
func WithClientInput(ctx context.Context, r ClientInput) context.Context {
	return context.WithValue(ctx, clientInputKey{}, r)
}

// ClientInputFrom returns the answers that came with a repeated call.
func ClientInputFrom(ctx context.Context) ClientInput {
	r, _ := ctx.Value(clientInputKey{}).(ClientInput)
	return r
}
