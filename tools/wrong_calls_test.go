package tools_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/tools"
)

// TestWrongToolNames: names that callers make up lead to the tool they mean.
func TestWrongToolNames(t *testing.T) {
	r, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"start_task":               "ratchet_execute_task",
		"ratchet_invoke_task":      "ratchet_execute_task",
		"runTask":                  "ratchet_execute_task",
		"ratchet_modify_task":      "ratchet_edit_task",
		"ratchet_save_task":        "ratchet_create_task",
		"ratchet_search_tasks":     "ratchet_list_available_tasks",
		"list_runs":                "ratchet_list_executions",
		"ratchet_read_task":        "ratchet_get_task",
		"ratchet_fetch_logs":       "ratchet_get_execution_logs",
		"ratchet_await_execution":  "ratchet_get_execution_status",
		"ratchet_stop_execution":   "ratchet_cancel_execution",
		"ratchet_rerun_execution":  "ratchet_retry_execution",
		"ratchet_explain_error":    "ratchet_analyze_execution_error",
		"ratchet_run_tests":        "ratchet_run_task_tests",
		"ratchet_exectue_task":     "ratchet_execute_task",
		"ratchet_debug_task":       "ratchet_debug_task_execution",
		"ratchet_check_task":       "ratchet_validate_task",
		"ratchet_make_api_key":     "ratchet_create_api_key",
		"ratchet_remove_execution": "ratchet_delete_execution",
	} {
		e := r.Unknown(name)
		if e.Fields[ratchet.FieldNearest] != want {
			t.Errorf("%s: %s, %v, want %s", name, e.Message, e.Fields[ratchet.FieldNearest], want)
		}
	}
	if e := r.Unknown("weather_forecast"); e.Fields[ratchet.FieldNearest] != nil {
		t.Errorf("a name that is like none: %v", e.Fields)
	}
}

// TestWrongArguments: the answer to a wrong argument holds what is meant, and
// never what would do something else.
func TestWrongArguments(t *testing.T) {
	r, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ tool, args, want, not string }{
		{"ratchet_list_executions", `{"per_page":5}`, `"limit":5`, `"page":5`},
		{"ratchet_list_executions", `{"order_by":"queued_at"}`, `did you mean \"sort_by\"`, ""},
		{"ratchet_list_executions", `{"filters":{"status":"failed"}}`, `{"field":"status","operator":"EQ","value":"failed"}`, ""},
		{"ratchet_list_executions", `{"status":"Failed"}`, "did you mean failed", ""},
		{"ratchet_list_executions", `{"status":"failed,cancelled"}`, `["failed","cancelled"]`, ""},
		{"ratchet_execute_task", `{"task_id":"a","input":{},"priority":9}`, "one of low, normal", ""},
		{"ratchet_execute_task", `{"task_id":"a","input":{},"version":"2.0.0"}`, "adder@1.0.0", ""},
		{"ratchet_execute_task", `{"task_id":"a","params":{}}`, `did you mean \"input\"`, ""},
		{"ratchet_edit_task", `{"task_id":"a","name":"b"}`, "ratchet_create_task", ""},
		{"ratchet_debug_task_execution", `{"action":"step","session_id":"s"}`, "did you mean step_over", `"action":"stop"`},
		{"ratchet_debug_task_execution", `{"action":"frobnicate","session_id":"s"}`, "is not one of", `"example"`},
		{"ratchet_create_user", `{"username":"eve","role":"guest"}`, "readonly", `"role":"admin"`},
		{"ratchet_update_user", `{"username":"bob","role":"user"}`, "user_id", `"user_id":"ada"`},
		{"ratchet_query_audit", `{"type":"task_updated"}`, "resource_updated", ""},
		{"ratchet_create_task", `{"name":"a","description":"d","code":"export default () => 1","input_schema":{},"output_schema":{},"tags":"x, y"}`, `["x","y"]`, ""},
	} {
		tool, ok := r.Lookup(c.tool)
		if !ok {
			t.Fatalf("there is no %s", c.tool)
		}
		var e *ratchet.Error
		if err := tool.Check(json.RawMessage(c.args)); !errors.As(err, &e) {
			t.Errorf("%s %s: %v", c.tool, c.args, err)
			continue
		}
		fields, err := json.Marshal(e.Fields)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%q %q %s", e.Message, e.Hint, fields)
		if !strings.Contains(text, c.want) || c.not != "" && strings.Contains(text, c.not) {
			t.Errorf("%s %s: %s", c.tool, c.args, text)
		}
	}
}

// TestNothingFound: calls that can match nothing say so.
func TestNothingFound(t *testing.T) {
	call := fresh(t)
	ask := func(tool, args string) string {
		out, err := call(t.Context(), tool, json.RawMessage(args))
		if e, ok := errors.AsType[*ratchet.Error](err); ok {
			return e.Message + " " + e.Hint
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	ask("ratchet_create_task", `{"name":"add","description":"d","code":"export default () => 1","input_schema":{},"output_schema":{}}`)
	for _, c := range [][3]string{
		{"ratchet_list_available_tasks", `{"page":1}`, "pages count from 0"},
		{"ratchet_list_available_tasks", `{"offset":50}`, "before this page"},
		{"ratchet_list_available_tasks", `{"filter":"^a.*d$"}`, "not a pattern"},
		{"ratchet_list_executions", `{"since":"2026-02-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}`, "is after until"},
		{"ratchet_get_execution_stats", `{"since":"2026-02-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}`, "is after until"},
		{"ratchet_query_audit", `{"since":"2026-02-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}`, "is after until"},
		{"ratchet_create_api_key", `{"name":"k","allowed_task_patterns":["^add$"]}`, "prefix*"},
		{"ratchet_create_api_key", `{"name":"k","denied_task_patterns":["a*b"]}`, "prefix*"},
		{"ratchet_generate_from_template", `{"template":"scheduled_job","name":"j","parameters":{"job_name":"x","schedule":"daily at 5"}}`, "five fields"},
		{"ratchet_generate_from_template", `{"template":"scheduled_job","name":"j","parameters":{"job_name":"x","schedule":"0 */5 * * * *"}}`, "five fields"},
		{"ratchet_generate_from_template", `{"template":"scheduled_job","name":"j","parameters":{"job_name":"x","schedule":"*/5 * * * 1-5"}}`, `"schedule":"*/5 * * * 1-5"`},
	} {
		if said := ask(c[0], c[1]); !strings.Contains(said, c[2]) {
			t.Errorf("%s %s: %s", c[0], c[1], said)
		}
	}
	if said := ask("ratchet_list_available_tasks", `{}`); strings.Contains(said, `"note"`) {
		t.Error(said)
	}
}
