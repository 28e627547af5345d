package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"ratchet"
	"ratchet/tools"
)

// TestEveryNamedBackupIsRestorable follows the backup_id of each result: of
// edits, of a deletion, and of restoring itself.
func TestEveryNamedBackupIsRestorable(t *testing.T) {
	call := fresh(t)
	must(t, call, "ratchet_create_task", tools.CreateTask.Examples[0].Args)
	code := func() string {
		task, _ := must(t, call, "ratchet_get_task", json.RawMessage(`{"task_id":"add"}`))["code"].(string)
		return task
	}
	first := code()
	edited := must(t, call, "ratchet_edit_task", json.RawMessage(`{"task_id":"add","code":"export default (i) => ({ sum: i.b + i.a })"}`))
	second := code()
	deleted := must(t, call, "ratchet_delete_task", json.RawMessage(`{"task_id":"add"}`))
	if text, _ := deleted["message"].(string); !strings.Contains(text, "ratchet_restore_task") {
		t.Errorf("the deletion does not say what brings it back: %q", text)
	}
	restore := func(id any, confirm bool, want string) map[string]any {
		t.Helper()
		args, err := json.Marshal(map[string]any{"backup_id": id, "confirm": confirm})
		if err != nil {
			t.Fatal(err)
		}
		out := must(t, call, "ratchet_restore_task", args)
		if got := code(); got != want {
			t.Errorf("the code is %q, want %q", got, want)
		}
		return out
	}
	restore(deleted["backup_id"], false, second)
	back := restore(edited["backup_id"], true, first)
	restore(back["replaced_backup_id"], true, second)
	run := must(t, call, "ratchet_execute_task", json.RawMessage(`{"task_id":"add","input":{"a":1,"b":2}}`))
	if run["status"] != "completed" {
		t.Errorf("the restored task does not run: %v", run)
	}
	// Another task took the name: nothing is replaced.
	gone := must(t, call, "ratchet_delete_task", json.RawMessage(`{"task_id":"add"}`))
	must(t, call, "ratchet_create_task", tools.CreateTask.Examples[0].Args)
	args, err := json.Marshal(map[string]any{"backup_id": gone["backup_id"], "confirm": true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call(t.Context(), "ratchet_restore_task", args); ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Errorf("the name is taken: %v", err)
	}
}

// TestEdit_atTheSameTime: edits that name no revision are all made.
func TestEdit_atTheSameTime(t *testing.T) {
	call := fresh(t)
	if _, err := call(t.Context(), "ratchet_create_task", json.RawMessage(`{"name":"busy","description":"d","code":"export default () => 1","input_schema":{"type":"object"},"output_schema":{}}`)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			defer ratchet.Recover("edit", func(err error) { t.Error(err) })
			if _, err := call(t.Context(), "ratchet_edit_task", json.RawMessage(fmt.Sprintf(`{"task_id":"busy","description":"edit %d"}`, i))); err != nil {
				t.Errorf("edit %d: %v", i, err)
			}
		})
	}
	all.Wait()
}
