package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// planted are tasks with a bug, and a debugging session that shows it. A step
// is the arguments of one call, and what its result must say.
var planted = []struct {
	name  string // of its folder in testdata/planted
	steps []debugStep
}{
	{name: "closure", steps: []debugStep{
		{`{"action":"start","breakpoints":[{"line":4,"column":25}],"watches":["i","input.names.length"]}`, map[string]string{
			"status": "paused", "location.line": "4", "frames.2.function": "main", "watches.0.value": "2", "variables.closure.i": "2",
		}},
		{`{"action":"evaluate","expression":"input.names[i]"}`, map[string]string{"value.preview": "undefined"}},
	}},
	{name: "race", steps: []debugStep{
		{`{"action":"start","breakpoints":[5],"watches":["before"]}`, map[string]string{
			"status": "paused", "variables.local.amount": "20", "watches.0.value": "100", "frames.1.function": "main", "frames.1.async": "true",
		}},
		{`{"action":"continue"}`, map[string]string{
			"variables.local.amount": "30", "variables.module.balance": "80", "watches.0.value": "100",
		}},
	}},
	{name: "generator", steps: []debugStep{
		{`{"action":"start","breakpoints":[{"line":3,"hit_count":2}]}`, map[string]string{
			"status": "paused", "location.line": "3", "variables.block.from": "10", "frames.1.function": "main",
		}},
		{`{"action":"step_out"}`, map[string]string{"location.line": "9", "variables.local.seen": "10"}},
		{`{"action":"run_to","line":11}`, map[string]string{"location.line": "11", "variables.local.seen": "20"}},
	}},
	{name: "caught", steps: []debugStep{
		{`{"action":"start","exception_breakpoints":"all"}`, map[string]string{
			"status": "paused", "reason": "exception", "exception.name": "SyntaxError", "exception.uncaught": "false",
			"location.line": "3", "variables.local.text": `"{price: 3}"`,
		}},
		{`{"action":"step_back"}`, map[string]string{"status": "paused", "location.line": "3"}},
		{`{"action":"step_back"}`, map[string]string{"location.line": "2", "frames.0.function": "price"}},
	}},
	{name: "class", steps: []debugStep{
		{`{"action":"start","breakpoints":[8]}`, map[string]string{
			"status": "paused", "location.line": "8", "location.source": "main.ts", "frames.0.function": "add", "variables.local.known": "0", "variables.local.item": `{sku: "x", count: 4}`,
		}},
		{`{"action":"evaluate","expression":"known + item.count"}`, map[string]string{"value.preview": "4"}},
		{`{"action":"inspect","path":"this.items"}`, map[string]string{"value.type": "Map", "value.preview": "Map {}"}},
	}},
}

type debugStep struct {
	args string
	want map[string]string // by path
}

// plantedFile is the text of a file of a planted task.
func plantedFile(t *testing.T, task, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "planted", task, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// plant creates a planted task and returns its input.
func plant(t *testing.T, call debugCall, name string) json.RawMessage {
	t.Helper()
	file, language := "main.js", "javascript"
	if name == "class" {
		file, language = "main.ts", "typescript"
	}
	made := call(t, "ratchet_create_task", map[string]any{
		"name": name, "description": "has a bug", "code": plantedFile(t, name, file), "language": language,
		"input_schema": map[string]any{"type": "object"}, "output_schema": map[string]any{},
	})
	if made["name"] != name {
		t.Fatalf("create: %v", made)
	}
	return json.RawMessage(plantedFile(t, name, "input.json"))
}

// debugCall calls a tool as one client and returns its structured result.
type debugCall func(t *testing.T, tool string, args map[string]any) map[string]any

// playDebug plays the steps of a session and ends it. With several clients
// each step is the next one's, who knows nothing but the id of the session.
func playDebug(t *testing.T, steps []debugStep, what map[string]any, clients ...debugCall) {
	t.Helper()
	session, turn := "", 0
	play := func(args map[string]any) map[string]any {
		call := clients[turn%len(clients)]
		turn++
		return call(t, "ratchet_debug_task_execution", args)
	}
	for _, step := range steps {
		args := map[string]any{}
		if err := json.Unmarshal([]byte(step.args), &args); err != nil {
			t.Fatal(err)
		}
		if args["action"] == "start" {
			for k, v := range what {
				args[k] = v
			}
		} else {
			args["session_id"] = session
		}
		out := play(args)
		if session == "" {
			session, _ = out["session_id"].(string)
		}
		for path, want := range step.want {
			if got := fmt.Sprint(dig(out, path)); got != want {
				t.Fatalf("%s: %s is %s, want %s\n%v", step.args, path, got, want, out)
			}
		}
	}
	if out := play(map[string]any{"action": "stop", "session_id": session}); out["status"] != "stopped" {
		t.Errorf("stop: %v", out)
	}
}

func dig(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}
