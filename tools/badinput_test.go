package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ratchet"
	"ratchet/tools/toolstest"
)

// taskArgs are arguments of create_task for code that takes any object.
func taskArgs(t testing.TB, name, code string, more map[string]any) json.RawMessage {
	t.Helper()
	args := map[string]any{
		"name": name, "description": "d", "code": code,
		"input_schema": map[string]any{"type": "object"}, "output_schema": map[string]any{},
	}
	for key, value := range more {
		args[key] = value
	}
	data, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// must calls a tool and reads its result.
func must(t testing.TB, call toolstest.Call, tool string, args json.RawMessage) map[string]any {
	t.Helper()
	out, err := call(t.Context(), tool, args)
	if err != nil {
		t.Fatalf("%s: %v (%v)", tool, err, ratchet.AsError(err).Err)
	}
	var fields map[string]any
	if err := json.Unmarshal(out, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// total is how many rows a list has.
func total(t testing.TB, call toolstest.Call, tool string) float64 {
	t.Helper()
	page, _ := must(t, call, tool, json.RawMessage(`{}`))["pagination"].(map[string]any)
	n, _ := page["total_count"].(float64)
	return n
}

// noStackOfOurs fails when text shows where in our source something happened.
func noStackOfOurs(t testing.TB, text string) {
	t.Helper()
	for _, part := range []string{".go:", "goroutine ", "runtime.", "panic", "ratchet/"} {
		if strings.Contains(text, part) {
			t.Errorf("the answer shows %q of our insides: %.2000s", part, text)
		}
	}
}

// refused calls a tool, wants a refusal with a hint that changed nothing, and
// returns its body.
func refused(t *testing.T, call toolstest.Call, tool, args, code string) ratchet.ErrorBody {
	t.Helper()
	tasks, runs := total(t, call, "ratchet_list_available_tasks"), total(t, call, "ratchet_list_executions")
	_, err := call(t.Context(), tool, json.RawMessage(args))
	if err == nil {
		t.Fatalf("%s accepted %.200s", tool, args)
	}
	body := ratchet.Body(err, "")
	if body.Code != code || body.Message == "" || body.Hint == "" {
		t.Errorf("%s %.200s: %+v", tool, args, body)
	}
	text, _ := json.Marshal(body)
	noStackOfOurs(t, string(text))
	if tasks != total(t, call, "ratchet_list_available_tasks") || runs != total(t, call, "ratchet_list_executions") {
		t.Errorf("%s %.200s: refused, and yet something was stored", tool, args)
	}
	return body
}

func TestBadInput_malformedJSON(t *testing.T) {
	call := fresh(t)
	for _, args := range []string{`{"task_id":`, `{"task_id":"a",}`, "{\"task_id\":\"\x00\"}", `nonsense`, `{"a":1}{"b":2}`, `[]`, `"x"`, `5`} {
		refused(t, call, "ratchet_execute_task", args, "VALIDATION_ERROR")
	}
}

func TestBadInput_wrongTypes(t *testing.T) {
	call := fresh(t)
	for args, field := range map[string]string{
		`{"task_id":["a","b"],"input":{}}`:           "/task_id",
		`{"task_id":"a","input":[1]}`:                "/input",
		`{"task_id":"a","input":{},"wait":"soon"}`:   "/wait",
		`{"task_id":"a","input":{},"timeout":1.5}`:   "/timeout",
		`{"task_id":"a","input":{},"trace":"maybe"}`: "/trace",
	} {
		if body := refused(t, call, "ratchet_execute_task", args, "VALIDATION_ERROR"); body.Field != field {
			t.Errorf("%s: the field is %s, want %s", args, body.Field, field)
		}
	}
}

func TestBadInput_unknownArgument(t *testing.T) {
	for _, tool := range allTools(t).List() {
		body := refused(t, fresh(t), tool.Name, `{"no_such_thing":1}`, "VALIDATION_ERROR")
		if body.Field == "" {
			t.Errorf("%s: no field: %+v", tool.Name, body)
		}
	}
	body := refused(t, fresh(t), "ratchet_execute_task", `{"task_id":"a","inptu":{}}`, "VALIDATION_ERROR")
	if body.Nearest != "input" || !strings.Contains(body.Message, `did you mean "input"`) {
		t.Errorf("nearest: %+v", body)
	}
}

func TestBadInput_missingTask(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", taskArgs(t, "daily_report", "export default () => 1", nil))
	for _, tool := range []string{
		"ratchet_execute_task", "ratchet_edit_task", "ratchet_delete_task", "ratchet_validate_task", "ratchet_run_task_tests",
		"ratchet_store_result", "ratchet_list_executions", "ratchet_get_results",
	} {
		args := map[string]string{
			"ratchet_execute_task": `{"task_id":"daily_reprot","input":{}}`,
			"ratchet_edit_task":    `{"task_id":"daily_reprot","enabled":false}`,
			"ratchet_store_result": `{"task_id":"daily_reprot","input":{},"output":{}}`,
		}[tool]
		if args == "" {
			args = `{"task_id":"daily_reprot"}`
		}
		if body := refused(t, call, tool, args, "NOT_FOUND"); body.Nearest != "daily_report" || body.Field != "/task_id" {
			t.Errorf("%s: %+v", tool, body)
		}
	}
}

func TestBadInput_disabledTask(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", taskArgs(t, "off", "export default () => 1", map[string]any{"enabled": false}))
	if body := refused(t, call, "ratchet_execute_task", `{"task_id":"off","input":{}}`, "CONFLICT"); body.NextTool == nil {
		t.Errorf("no next tool: %+v", body)
	}
	must(t, call, "ratchet_edit_task", json.RawMessage(`{"task_id":"off","enabled":true}`))
	must(t, call, "ratchet_execute_task", json.RawMessage(`{"task_id":"off","input":{}}`))
}

func TestBadInput_invalidSchema(t *testing.T) {
	call := fresh(t)
	for _, part := range []string{"input_schema", "output_schema"} {
		for schema, pointer := range map[string]string{
			`{"type":"objekt"}`:                       "/type",
			`{"properties":{"a":{"minimum":"x"}}}`:    "/properties/a/minimum",
			`{"$ref":"https://example.com/schema"}`:   "",
			`{"properties":{"a":{"$ref":"#/$defs"}}}`: "",
		} {
			args := taskArgs(t, "x", "export default () => 1", map[string]any{part: json.RawMessage(schema)})
			body := refused(t, call, "ratchet_create_task", string(args), "VALIDATION_ERROR")
			if !strings.HasPrefix(body.Field, "/"+part+pointer) {
				t.Errorf("%s %s: the field is %s", part, schema, body.Field)
			}
		}
	}
}

func TestBadInput_syntaxError(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", taskArgs(t, "kept", "export default () => 1", nil))
	for name, c := range map[string]struct {
		code         string
		line, column int
	}{
		"JavaScript": {"export default () => {\n  const a = 1;\n  return a +;\n}", 3, 13},
		"TypeScript": {"interface In {\n  n: number\n}\nexport default (i: In): number => {\n  return i.n +;\n}", 5, 15},
	} {
		t.Run(name, func(t *testing.T) {
			args := taskArgs(t, "broken", c.code, nil)
			edit, _ := json.Marshal(map[string]any{"task_id": "kept", "code": c.code})
			for tool, args := range map[string]string{"ratchet_create_task": string(args), "ratchet_edit_task": string(edit)} {
				body := refused(t, call, tool, args, "VALIDATION_ERROR")
				line, column := fmt.Sprint(body.Details["line"]), fmt.Sprint(body.Details["column"])
				if line != fmt.Sprint(c.line) || column != fmt.Sprint(c.column) || body.Field != "/code" {
					t.Errorf("%s: at %s:%s, want %d:%d: %+v", tool, line, column, c.line, c.column, body)
				}
			}
			out := must(t, call, "ratchet_validate_task", edit)
			results, _ := out["validation_results"].([]any)
			found, _ := json.Marshal(results)
			if out["valid"] != false || !strings.Contains(string(found), fmt.Sprintf(`"line":%d`, c.line)) {
				t.Errorf("validate: %s", found)
			}
		})
	}
	must(t, call, "ratchet_execute_task", json.RawMessage(`{"task_id":"kept","input":{}}`))
}

// runOf stores a task and runs it.
func runOf(t *testing.T, call toolstest.Call, code string, more map[string]any) map[string]any {
	t.Helper()
	must(t, call, "ratchet_create_task", taskArgs(t, "task", code, more))
	return must(t, call, "ratchet_execute_task", json.RawMessage(`{"task_id":"task","input":{}}`))
}

func TestBadInput_nothingReturned(t *testing.T) {
	out := runOf(t, fresh(t), "export default () => {}", nil)
	if out["status"] != "completed" || out["output"] != nil {
		t.Errorf("a task that returns nothing: %v", out)
	}
	out = runOf(t, fresh(t), "export default () => {}", map[string]any{"output_schema": map[string]any{"type": "object"}})
	failedWith(t, out, "output_validation_error", "")
}

// failedWith wants a failed run whose error and log can be found afterwards.
func failedWith(t *testing.T, out map[string]any, name, cause string) map[string]any {
	t.Helper()
	e, _ := out["error"].(map[string]any)
	if out["status"] != "failed" || (name != "" && e["name"] != name) || (cause != "" && e["cause"] != cause) || e["message"] == "" {
		t.Errorf("status %v, error %v", out["status"], e)
	}
	if e["hint"] == nil && e["line"] == nil {
		t.Errorf("neither hint nor line: %v", e)
	}
	if out["next_tool"] == nil {
		t.Error("no next tool")
	}
	text, _ := json.Marshal(e)
	noStackOfOurs(t, string(text))
	return e
}

func TestBadInput_circularValue(t *testing.T) {
	call := fresh(t)
	e := failedWith(t, runOf(t, call, "export default () => { const a = { b: {} }; a.b.c = a; return a; }", nil), "", "")
	if message, _ := e["message"].(string); !strings.Contains(message, "refers to itself at result.b.c") {
		t.Errorf("the message does not say where the circle is: %v", e)
	}
	row := must(t, call, "ratchet_get_execution_status", json.RawMessage(`{"execution_id":"1"}`))
	if row["status"] != "failed" || row["error_message"] != e["message"] {
		t.Errorf("the row: %v", row)
	}
}

func TestBadInput_hugeOutput(t *testing.T) {
	call := fresh(t)
	out := runOf(t, call, "export default () => 'x'.repeat(100 * 1024 * 1024)", nil)
	for out["status"] == "running" { // slow machines need more than one wait
		out = must(t, call, "ratchet_get_execution_status", json.RawMessage(`{"execution_id":"1","wait":25}`))
		out["error"] = out["error_details"]
	}
	failedWith(t, out, "", "output")
	// The next run is not the worse for it.
	must(t, call, "ratchet_create_task", taskArgs(t, "calm", "export default () => 1", nil))
	if out := must(t, call, "ratchet_execute_task", json.RawMessage(`{"task_id":"calm","input":{}}`)); out["status"] != "completed" {
		t.Errorf("after it: %v", out)
	}
}

func TestBadInput_inputBreaksSchema(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", taskArgs(t, "pick", "export default (i) => i", map[string]any{
		"input_schema": json.RawMessage(`{"type":"object","properties":{"n":{"type":"integer"},"unit":{"enum":["metre","mile"]}},"required":["n"],"additionalProperties":false}`),
	}))
	for args, field := range map[string]string{
		`{"task_id":"pick","input":{}}`:                          "/input/n",
		`{"task_id":"pick","input":{"n":"x"}}`:                   "/input/n",
		`{"task_id":"pick","input":{"n":1,"unit":"meter"}}`:      "/input/unit",
		`{"task_id":"pick","input":{"n":1,"units":"metre"}}`:     "/input/units",
		`{"task_id":"pick","input":{"n":"x","unit":3},"wait":0}`: "/input/",
	} {
		body := refused(t, call, "ratchet_execute_task", args, "VALIDATION_ERROR")
		if !strings.HasPrefix(body.Field, field) || body.Details["violations"] == nil {
			t.Errorf("%s: %+v", args, body)
		}
	}
	body := refused(t, call, "ratchet_execute_task", `{"task_id":"pick","input":{"n":1,"unit":"meter"}}`, "VALIDATION_ERROR")
	if body.Nearest != "metre" || body.Allowed == nil {
		t.Errorf("nearest of an enum: %+v", body)
	}
}
