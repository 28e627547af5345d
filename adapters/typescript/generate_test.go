package typescript_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet/adapters/typescript"
	"ratchet/tools"
)

func reg(t *testing.T) *registry.Registry {
	t.Helper()
	r, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sampleTasks() []typescript.Task {
	return []typescript.Task{
		{Name: "my-task", Description: "Adds.\nTwo lines."},
		{Name: "my_task", Input: json.RawMessage(`{"type":"object","properties":{"a":{"type":"number"}},"required":["a"]}`), Output: json.RawMessage(`{"type":"object","properties":{"sum":{"type":"number"}},"required":["sum"]}`)},
		{Name: "a", Input: json.RawMessage(`true`), Output: json.RawMessage(`{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}}}}}`)},
	}
}

// TestGenerate checks that every file is TypeScript, that every tool has its
// method, and that names which are alike after cleaning stay apart.
func TestGenerate(t *testing.T) {
	r := reg(t)
	files := map[string]string{}
	for _, f := range typescript.Generate(typescript.ToolsOf(r), sampleTasks(), "1.2.3") {
		files[f.Path] = f.Text
		if strings.HasSuffix(f.Path, ".ts") {
			parses(t, f.Text)
		} else if !json.Valid([]byte(f.Text)) {
			t.Errorf("%s is not JSON", f.Path)
		}
		if dir := os.Getenv("TYPES_OUT"); dir != "" { // to look at them
			path := filepath.Join(dir, f.Path)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(f.Text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	client := files["client/client.ts"]
	for _, tool := range r.List() {
		if !strings.Contains(client, `this.call("`+tool.Name+`", args, options)`) {
			t.Errorf("the client has no method for %s", tool.Name)
		}
	}
	for _, want := range []string{"(1.2.3)", "  executeTask(args: ExecuteTaskInput,", "  listTemplates(args: ListTemplatesInput = {},", "taskId: string;", "async run<N"} {
		if !strings.Contains(client, want) {
			t.Errorf("the client has no %q", want)
		}
	}
	if strings.Contains(client, "/*") && strings.Contains(client, "/*METHODS*/") {
		t.Error("a placeholder is left")
	}
	tasks := files["task/tasks.d.ts"]
	for _, want := range []string{
		`"my-task": { input: MyTaskInput; output: MyTaskOutput };`, "my_task: { input: MyTask2Input; output: MyTask2Output };",
		"export type AOutput = AOutputN;", "   * Two lines.",
	} {
		if !strings.Contains(tasks, want) {
			t.Errorf("tasks.d.ts has no %q:\n%s", want, tasks)
		}
	}
	if files["client/tasks.d.ts"] != tasks {
		t.Error("the folders differ")
	}
}

// TestClientWithoutRuns: a server that does not offer to execute has no run().
func TestClientWithoutRuns(t *testing.T) {
	r, err := reg(t).Select(registry.Selection{Only: []string{"ratchet_list_templates"}})
	if err != nil {
		t.Fatal(err)
	}
	text := typescript.Client(typescript.ToolsOf(r), "dev")
	parses(t, text)
	if strings.Contains(text, "async run<") {
		t.Error("run() needs tools that are not there")
	}
}

// TestNewTool: a tool that is registered has its method and types.
func TestNewTool(t *testing.T) {
	type in struct {
		SomeName string `json:"some_name"`
	}
	type out struct {
		TheResult string `json:"the_result"`
	}
	added := registry.Define(registry.Spec{
		Name: "ratchet_do_new_things", Title: "Do new things", Doc: "Call it in a test.", Toolset: "core", Category: "execution", Effect: registry.Writes,
		Examples: []registry.Example{{Title: "A new thing", Args: json.RawMessage(`{"some_name":"x"}`)}},
	}, func(context.Context, *registry.Deps, in) (out, error) { return out{}, nil })
	r, err := registry.New(append(tools.All(), added)...)
	if err != nil {
		t.Fatal(err)
	}
	text := typescript.Client(typescript.ToolsOf(r), "dev")
	for _, want := range []string{"doNewThings(args: DoNewThingsInput", "someName: string;", "theResult: string;", "ratchet_do_new_things: {"} {
		if !strings.Contains(text, want) {
			t.Errorf("the client has no %s", want)
		}
	}
}
