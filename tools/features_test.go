package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/tools"
	"ratchet/tools/toolstest"
)

// TestEveryArgumentHasACase keeps arguments without a case or example from being added.
func TestEveryArgumentHasACase(t *testing.T) {
	for _, tool := range allTools(t).List() {
		var in struct {
			Properties map[string]json.RawMessage `json:"properties"`
		}
		if err := json.Unmarshal(tool.In, &in); err != nil {
			t.Fatal(err)
		}
		used := map[string]bool{}
		calls := toolstest.Args(t, filepath.Join("..", "testdata", "tools"), tool.Name)
		for _, ex := range tool.Examples {
			calls = append(calls, ex.Args)
		}
		for _, args := range calls {
			var given map[string]json.RawMessage
			if json.Unmarshal(args, &given) == nil {
				for name := range given {
					used[name] = true
				}
			}
		}
		for name := range in.Properties {
			if !used[name] {
				t.Errorf("%s: no case uses %s", tool.Name, name)
			}
		}
	}
}

// names are the tasks a list call finds.
func names(t *testing.T, call toolstest.Call, args string) []string {
	t.Helper()
	rows, _ := must(t, call, "ratchet_list_available_tasks", json.RawMessage(args))["tasks"].([]any)
	found := []string{}
	for _, row := range rows {
		fields, _ := row.(map[string]any)
		name, _ := fields["name"].(string)
		found = append(found, name)
	}
	return found
}

func TestListTasks_categoryIsCategoryOrTag(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", taskArgs(t, "a", "export default () => 1", map[string]any{"category": "reports"}))
	must(t, call, "ratchet_create_task", taskArgs(t, "b", "export default () => 1", map[string]any{"tags": []string{"reports", "x"}}))
	must(t, call, "ratchet_create_task", taskArgs(t, "c", "export default () => 1", nil))
	for args, want := range map[string][]string{
		`{"category":"reports"}`:              {"a", "b"},
		`{"category":"x"}`:                    {"b"},
		`{"category":"none"}`:                 {},
		`{"category":"reports","tags":["x"]}`: {"b"},
		`{"filters":[{"field":"category_or_tag","operator":"NE","value":"reports"}]}`:    {"c"},
		`{"filters":[{"field":"category_or_tag","operator":"CONTAINS","value":"PORT"}]}`: {"a", "b"},
	} {
		if got := names(t, call, args); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", args, got, want)
		}
	}
}

func TestValidation_isRemembered(t *testing.T) {
	call := fresh(t)
	const validated = `{"filters":[{"field":"has_validation","operator":"EQ","value":true}]}`
	tests := func(want int) []map[string]any {
		return []map[string]any{{"name": "t", "input": map[string]any{}, "expected_output": want}}
	}
	must(t, call, "ratchet_create_task", taskArgs(t, "good", "export default () => 1", map[string]any{"test_cases": tests(1)}))
	must(t, call, "ratchet_create_task", taskArgs(t, "bad", "export default () => 1", map[string]any{"test_cases": tests(2)}))
	if got := names(t, call, validated); !slices.Equal(got, []string{"good"}) {
		t.Errorf("after creation: %v", got)
	}
	must(t, call, "ratchet_edit_task", json.RawMessage(`{"task_id":"good","description":"e","validate_changes":false}`))
	if got := names(t, call, validated); len(got) != 0 {
		t.Errorf("after an unchecked edit: %v", got)
	}
	must(t, call, "ratchet_validate_task", json.RawMessage(`{"task_id":"good"}`))
	must(t, call, "ratchet_edit_task", json.RawMessage(`{"task_id":"bad","code":"export default () => 2"}`))
	if got := names(t, call, validated); !slices.Equal(got, []string{"bad", "good"}) {
		t.Errorf("after validation and a checked edit: %v", got)
	}
}

func TestValidate_storesNothing(t *testing.T) {
	d := deps(t)
	call := toolstest.Direct(d.Tools, d)
	must(t, call, "ratchet_create_task", tools.CreateTask.Examples[0].Args)
	task, err := d.Store.Task(t.Context(), "add")
	if err != nil {
		t.Fatal(err)
	}
	before := total(t, call, "ratchet_list_executions")
	out := must(t, call, "ratchet_validate_task", json.RawMessage(`{"task_id":"add","code":"export default () => ({sum: 6})"}`))
	report, _ := out["test_results"].(map[string]any)
	if out["valid"] != false || report["failed"] != 1.0 || report["task_id"] != task.ID {
		t.Errorf("the tests ran the stored code: %v", out)
	}
	if after := total(t, call, "ratchet_list_executions"); after != before {
		t.Errorf("%g executions before, %g after", before, after)
	}
	runs, err := d.Store.ListTestRuns(t.Context(), task.ID, 100)
	if err != nil || len(runs) != 1 {
		t.Errorf("%d test runs, want that of the creation: %v", len(runs), err)
	}
	if again, err := d.Store.Task(t.Context(), "add"); err != nil || again.Checksum != task.Checksum {
		t.Errorf("the task changed: %v", err)
	}
}

func TestEdit_requiredTestsStoreNothing(t *testing.T) {
	d := deps(t)
	call := toolstest.Direct(d.Tools, d)
	must(t, call, "ratchet_create_task", tools.CreateTask.Examples[0].Args)
	before := stored(t, d)
	_, err := call(t.Context(), "ratchet_edit_task", json.RawMessage(`{"task_id":"add","code":"export default () => ({sum: 7})","require_tests":true}`))
	if e := ratchet.AsError(err); err == nil || !strings.Contains(e.Message, "two and three") || !strings.Contains(e.Hint, "ratchet_validate_task") {
		t.Errorf("the error does not name the failing test and what to do: %v", err)
	}
	if after := stored(t, d); after != before {
		t.Errorf("stored before: %s\nafter: %s", before, after)
	}
	out := must(t, call, "ratchet_edit_task", json.RawMessage(`{"task_id":"add","code":"export default (i) => ({sum: i.b + i.a})","require_tests":true}`))
	if out["backup_created"] != true || stored(t, d) == before {
		t.Errorf("a change whose tests pass is not stored: %v", out)
	}
}

// TestSimilarErrors_keepTestRunsApart: a failing test is no earlier failure of a run.
func TestSimilarErrors_keepTestRunsApart(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", taskArgs(t, "broken", "export default () => { throw new RangeError('no') }", map[string]any{
		"test_cases": []map[string]any{{"name": "one", "input": map[string]any{}, "expected_output": 1}},
	}))
	similar := func() int {
		t.Helper()
		_, _ = call(t.Context(), "ratchet_execute_task", json.RawMessage(`{"task_id":"broken","input":{}}`)) // it fails
		rows, _ := must(t, call, "ratchet_list_executions", json.RawMessage(`{"task_id":"broken"}`))["executions"].([]any)
		newest, _ := rows[0].(map[string]any)
		args, _ := json.Marshal(map[string]any{"execution_id": newest["execution_id"]})
		list, _ := must(t, call, "ratchet_analyze_execution_error", args)["similar_errors"].([]any)
		return len(list)
	}
	if n := similar(); n != 0 {
		t.Errorf("%d failures are similar to the first, which only a test had before", n)
	}
	if n := similar(); n != 1 {
		t.Errorf("%d failures are similar to the second, want the first", n)
	}
}

// stored describes what is stored of the task add.
func stored(t *testing.T, d *registry.Deps) string {
	t.Helper()
	task, err := d.Store.Task(t.Context(), "add")
	if err != nil {
		t.Fatal(err)
	}
	runs, err := d.Store.ListTestRuns(t.Context(), task.ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	backups, err := d.Store.TaskBackups(t.Context(), task.ID)
	if err != nil {
		t.Fatal(err)
	}
	versions, err := d.Store.TaskVersions(t.Context(), task.ID)
	if err != nil {
		t.Fatal(err)
	}
	executions := total(t, toolstest.Direct(d.Tools, d), "ratchet_list_executions")
	return fmt.Sprint(task.Checksum, len(runs), len(backups), len(versions), executions)
}

func TestEdit_testsTheNewCode(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", tools.CreateTask.Examples[0].Args)
	must(t, call, "ratchet_execute_task", json.RawMessage(`{"task_id":"add","input":{"a":1,"b":2}}`))
	out := must(t, call, "ratchet_edit_task", json.RawMessage(`{"task_id":"add","code":"export default () => ({sum: 7})"}`))
	if report, _ := out["test_results"].(map[string]any); report["failed"] != 1.0 {
		t.Errorf("the tests ran the former code: %v", out)
	}
	run := must(t, call, "ratchet_execute_task", json.RawMessage(`{"task_id":"add","input":{"a":1,"b":2}}`))
	if sum, _ := run["output"].(map[string]any); sum["sum"] != 7.0 {
		t.Errorf("the run after the edit: %v", run)
	}
}

const steps = `export default async (i) => {
  for (const p of [0.1, 0.2, 0.5, 0.9]) {
    progress(p, 'step ' + p);
    await new Promise((done) => setTimeout(done, 30));
  }
  return 'done';
}`

// listener collects progress.
type listener struct {
	mu   sync.Mutex
	seen []float64
}

func (l *listener) context(ctx context.Context) context.Context {
	return registry.WithCaller(ctx, registry.Caller{Progress: func(_ context.Context, p registry.ProgressUpdate) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.seen = append(l.seen, p.Progress)
	}})
}

func TestProgress_reachesWaitingCalls(t *testing.T) {
	d := deps(t)
	call := toolstest.Direct(d.Tools, d)
	must(t, call, "ratchet_create_task", taskArgs(t, "steps", steps, nil))

	var all, some, late listener
	if _, err := call(all.context(t.Context()), "ratchet_execute_task", json.RawMessage(`{"task_id":"steps","input":{},"stream_progress":true}`)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(all.seen, []float64{0.1, 0.2, 0.5, 0.9}) {
		t.Errorf("all reports: %v", all.seen)
	}
	filtered := json.RawMessage(`{"task_id":"steps","input":{},"stream_progress":true,"progress_filter":{"min_progress_delta":0.3}}`)
	if _, err := call(some.context(t.Context()), "ratchet_execute_task", filtered); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(some.seen, []float64{0.1, 0.5, 0.9}) {
		t.Errorf("reports at least 0.3 apart: %v", some.seen)
	}
	handle := must(t, call, "ratchet_execute_task", json.RawMessage(`{"task_id":"steps","input":{},"wait":0}`))
	args, _ := json.Marshal(map[string]any{"execution_id": handle["execution_id"], "wait": 20})
	if _, err := call(late.context(t.Context()), "ratchet_get_execution_status", args); err != nil {
		t.Fatal(err)
	}
	if len(late.seen) == 0 || late.seen[len(late.seen)-1] != 0.9 {
		t.Errorf("reports while waiting for the status: %v", late.seen)
	}
}

func TestBigResults_areCutAndLinked(t *testing.T) {
	d := deps(t)
	d.Settings.MaxResultBytes = 2000
	must(t, toolstest.Direct(d.Tools, d), "ratchet_create_task", taskArgs(t, "big", "export default () => 'y'.repeat(10000)", nil))
	for _, c := range []struct{ tool, args string }{
		{"ratchet_execute_task", `{"task_id":"big","input":{}}`},
		{"ratchet_get_execution_status", `{"execution_id":"1"}`},
		{"ratchet_get_results", `{}`},
		{"ratchet_list_executions", `{"include_output":true}`},
	} {
		tool, _ := d.Tools.Lookup(c.tool)
		out, err := tool.Call(t.Context(), d, json.RawMessage(c.args))
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(out)
		if err != nil || len(text) > 4000 || !strings.Contains(string(text), `"truncated_fields":["output"]`) {
			t.Errorf("%s: %d bytes, %v: %.300s", c.tool, len(text), err, text)
		}
		linked, ok := out.(registry.Linked)
		if !ok {
			t.Errorf("%s: its results have no links", c.tool)
			continue
		}
		links := linked.Links()
		if len(links) != 1 || !strings.HasSuffix(links[0].URI, "/output") || !strings.HasPrefix(links[0].URI, "ratchet://executions/") {
			t.Errorf("%s: links %+v", c.tool, links)
		}
	}
	row, err := d.Store.Execution(t.Context(), "1")
	if err != nil || len(row.Output) != 10002 {
		t.Errorf("the stored output has %d bytes: %v", len(row.Output), err)
	}
}

func TestRunTests_waitsOnByHandle(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", taskArgs(t, "late", "export default () => new Promise((done) => setTimeout(done, 200, 1))", map[string]any{
		"test_cases": []map[string]any{{"name": "t", "input": map[string]any{}, "expected_output": 1}},
	}))
	must(t, call, "ratchet_create_task", taskArgs(t, "other", "export default () => 1", nil))
	handle := must(t, call, "ratchet_run_task_tests", json.RawMessage(`{"task_id":"late","wait":0}`))
	if handle["status"] != "running" {
		t.Fatalf("wait 0: %v", handle)
	}
	args := func(task string) json.RawMessage {
		data, _ := json.Marshal(map[string]any{"task_id": task, "test_run_id": handle["test_run_id"], "wait": 20})
		return data
	}
	out := must(t, call, "ratchet_run_task_tests", args("late"))
	if out["status"] != "completed" || out["passed"] != 1.0 || out["test_run_id"] != handle["test_run_id"] {
		t.Errorf("waited on: %v", out)
	}
	if again := must(t, call, "ratchet_run_task_tests", args("late")); again["passed"] != 1.0 {
		t.Errorf("read once more, from the store: %v", again)
	}
	if _, err := call(t.Context(), "ratchet_run_task_tests", args("other")); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Errorf("the run of another task: %v", err)
	}
}
