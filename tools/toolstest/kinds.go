package toolstest

import (
	"context"
	"encoding/json"
	"testing"

	"ratchet/registry"

	"ratchet"
)

type echoIn struct {
	Text string `json:"text" jsonschema:"description=text to give back"`
}

type echoOut struct {
	Text        string `json:"text" jsonschema:"description=the text"`
	ExecutionID string `json:"execution_id" jsonschema:"description=a handle"`
}

type noIn struct{}

// Kinds returns a small registry with one tool for each kind of answer, among them
// ratchet_hold, which answers when the event LetGo is published. Its toolset core is
// selected; ratchet_other is outside it.
func Kinds(t testing.TB) *registry.Registry {
	t.Helper()
	spec := func(name string) registry.Spec {
		return registry.Spec{
			Name: name, Title: name, Doc: "Call it in a test.", Toolset: "core", Category: "execution",
			Effect: registry.Reads, Examples: []registry.Example{{Title: "plain", Args: json.RawMessage(`{}`)}},
		}
	}
	other := spec("ratchet_other")
	other.Toolset, other.Effect = "control", registry.Writes
	all, err := registry.New(
		registry.Define(spec("ratchet_echo"), func(_ context.Context, _ *registry.Deps, in echoIn) (echoOut, error) {
			return echoOut{Text: in.Text, ExecutionID: "e1"}, nil
		}),
		registry.Define(spec("ratchet_panic"), func(context.Context, *registry.Deps, noIn) (echoOut, error) { panic("boom") }),
		registry.Define(spec("ratchet_page"), func(context.Context, *registry.Deps, noIn) (registry.Markdown, error) {
			return registry.Markdown{Text: "# Page", Meta: map[string]any{"document_type": "guide"}}, nil
		}),
		registry.Define(spec("ratchet_progress"), func(ctx context.Context, _ *registry.Deps, _ noIn) (echoOut, error) {
			if c := registry.CallerFrom(ctx); c.Progress != nil {
				c.Progress(ctx, registry.ProgressUpdate{Progress: 1, Total: 2, Message: "half"})
			}
			return echoOut{}, nil
		}),
		registry.Define(spec("ratchet_wait"), func(ctx context.Context, _ *registry.Deps, _ noIn) (echoOut, error) {
			<-ctx.Done()
			return echoOut{}, ctx.Err()
		}),
		registry.Define(spec("ratchet_hold"), hold),
		registry.Define(spec("ratchet_failing"), func(context.Context, *registry.Deps, noIn) (failing, error) { return failing{"e1"}, nil }),
		registry.Define(spec("ratchet_refuse"), func(context.Context, *registry.Deps, noIn) (echoOut, error) {
			return echoOut{}, ratchet.Errorf(ratchet.CodeNotFound, "no task %q", "x").At("/task_id").WithHint("list them")
		}),
		registry.Define(spec("ratchet_blocks"), func(context.Context, *registry.Deps, noIn) (registry.Content, error) {
			return registry.Content{Blocks: []registry.Block{
				{Type: "text", Text: "<t>"},
				{Type: "image", Data: []byte{1, 2}, MIMEType: "image/png"},
				{Type: "resource", URI: "ratchet://docs/tasks", Text: "doc", MIMEType: "text/markdown"},
				{Type: "resource_link", URI: "ratchet://docs/tasks", Name: "tasks"},
			}}, nil
		}),
		registry.Define(other, func(context.Context, *registry.Deps, noIn) (echoOut, error) { return echoOut{}, nil }),
	)
	if err != nil {
		t.Fatal(err)
	}
	core, err := all.Select(registry.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	return core
}

// failing reports a failure with its facts, as a failed run does.
type failing struct {
	ExecutionID string `json:"execution_id" jsonschema:"description=a handle"`
}

func (failing) Failure() *ratchet.Error { return ratchet.Errorf(ratchet.CodeScript, "it threw") }

func (failing) Links() []registry.Link {
	return []registry.Link{{URI: "ratchet://executions/e1/log", Name: "log", Description: "d", MIMEType: "text/plain"}}
}

// LetGo returns the event that ends the calls of ratchet_hold.
func LetGo() ratchet.Event { return ratchet.Event{Kind: "test.go"} }

// hold is a call that runs until LetGo is published.
func hold(ctx context.Context, d *registry.Deps, _ noIn) (echoOut, error) {
	events := d.Bus.Subscribe(1, nil)
	defer events.Close()
	select {
	case <-events.Ready():
		return echoOut{Text: "held"}, nil
	case <-ctx.Done():
		return echoOut{}, ctx.Err()
	}
}
