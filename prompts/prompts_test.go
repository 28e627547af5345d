package prompts_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/prompts"
	"ratchet/storage"
	"ratchet/tools"
)

// filled is a store with one task and one failed run of it.
func filled(t *testing.T) (db *storage.DB, execution string) {
	t.Helper()
	db, err := storage.Open(t.Context(), storage.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	task := &ratchet.Task{
		Name: "add", Version: "1.0.0", Description: "Adds.", Language: ratchet.JavaScript,
		Code: "// ```\nexport default (i) => i.a + i.b", InputSchema: []byte(`{"type":"object"}`), OutputSchema: []byte(`{"type":"number"}`),
	}
	if err := db.CreateTask(t.Context(), task, "", ""); err != nil {
		t.Fatal(err)
	}
	run := &ratchet.Execution{TaskID: task.ID, TaskName: "add", TaskVersion: "1.0.0", Status: ratchet.StatusFailed, Input: []byte(`{"a":1}`)}
	if err := db.StoreExecution(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	return db, run.ID
}

func TestEveryPromptRenders(t *testing.T) {
	db, execution := filled(t)
	values := map[string]string{"task_id": "add", "execution_id": execution, "goal": "add two numbers"}
	from := prompts.Source{Store: db, Trace: func(_ context.Context, id string) (tools.GetTraceOut, error) {
		return tools.GetTraceOut{ExecutionID: id, SpansMissing: "it was not recorded", Trace: &tools.TraceView{Spans: []tools.SpanView{
			{Name: "fast", Kind: "function", Self: 5, Duration: 5}, {Name: "slow", Kind: "function", Line: 2, Count: 3, Self: 70, Duration: 90},
		}}}, nil
	}}
	for _, p := range prompts.All() {
		args, named := map[string]string{}, "add"
		for _, a := range p.Arguments {
			if a.Required {
				args[a.Name] = values[a.Name]
			}
		}
		messages, err := p.Messages(t.Context(), from, args)
		if err != nil || len(messages) != 1 || messages[0].Role != "user" {
			t.Errorf("%s: %+v %v", p.Name, messages, err)
			continue
		}
		if text := messages[0].Content.Text; p.Name == "explain_trace" && !strings.Contains(text, "slow (function, line 2): 70 µs own of 90 µs, 3 calls\n- fast (function)") {
			t.Errorf("the slowest span is not the first: %s", text)
		}
		if text := messages[0].Content.Text; p.Name == "debug_failed_execution" && (!strings.Contains(text, "ratchet_analyze_execution_error") || !strings.Contains(text, "ratchet_debug_task_execution")) {
			t.Errorf("the prompt does not name both the analysis and the debugger: %s", text)
		}
		if text := messages[0].Content.Text; !strings.Contains(text, named) || strings.Contains(text, "<no value>") {
			t.Errorf("%s: %s", p.Name, text)
		}
	}
}

func TestArgumentsAreChecked(t *testing.T) {
	db, _ := filled(t)
	from := prompts.Source{Store: db}
	for _, p := range prompts.All() {
		if _, err := p.Messages(t.Context(), from, nil); ratchet.CodeOf(err) != ratchet.CodeInvalid {
			t.Errorf("%s without arguments: %v", p.Name, err)
		}
		args := map[string]string{"gaol": "x"}
		for _, a := range p.Arguments {
			args[a.Name] = "x"
		}
		_, err := p.Messages(t.Context(), from, args)
		if ratchet.CodeOf(err) != ratchet.CodeInvalid || !strings.Contains(err.Error(), "gaol") {
			t.Errorf("%s with an unknown argument: %v", p.Name, err)
		}
	}
}

func TestAnswersOfOthers(t *testing.T) {
	ask := registry.InputRequired{Requests: map[string]registry.InputRequest{"name": {Elicit: &registry.Elicitation{Message: "Name?"}}}}
	p := prompts.Prompt{
		Name: "greet", Arguments: []prompts.Argument{{Name: "tone", Required: true}},
		Answer: func(_ context.Context, args map[string]string) ([]prompts.Message, error) {
			if args["tone"] == "ask" {
				return nil, ask
			}
			return []prompts.Message{{Role: "assistant", Content: registry.Block{Type: "image", Data: []byte{1}}}}, nil
		},
	}
	got, err := p.Messages(t.Context(), prompts.Source{}, map[string]string{"tone": "warm"})
	if err != nil || len(got) != 1 || got[0].Content.Type != "image" {
		t.Errorf("%+v %v", got, err)
	}
	_, err = p.Messages(t.Context(), prompts.Source{}, map[string]string{"tone": "ask"})
	if _, ok := errors.AsType[registry.InputRequired](err); !ok {
		t.Errorf("%v", err)
	}
	if _, err = p.Messages(t.Context(), prompts.Source{}, nil); ratchet.CodeOf(err) != ratchet.CodeInvalid {
		t.Errorf("%v", err)
	}
}
