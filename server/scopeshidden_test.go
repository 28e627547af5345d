package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"ratchet/storage"
)

// missing are names of the form of the things that the matrix hides.
const (
	missingTask = "sec-z"
	missingRun  = "01900000-0000-7000-8000-000000000000"
	missingKey  = "wholf"
	missingUser = "somebody"
)

// varies is what no two answers have in common.
var varies = regexp.MustCompile(`req_[a-z0-9]+|\d{4}-\d\d-\d\dT[0-9:.]+Z|"(trace_?id|traceId)":"[^"]*"`)

// hiddenRows name what a key may not know of in each argument of each tool
// that names such a thing: the answer must be that to a name nobody has.
func (m *matrix) hiddenRows() {
	m.t.Helper()
	backup := m.backupOf("sec-b")
	for _, tool := range m.s.registry.Whole().List() {
		var in struct {
			Properties map[string]json.RawMessage
			Required   []string
		}
		if err := json.Unmarshal(tool.In, &in); err != nil {
			m.t.Fatal(err)
		}
		for _, name := range slices.Sorted(maps.Keys(in.Properties)) {
			var hidden, none string
			task := true
			switch name {
			case "task_id":
				hidden, none = "sec-b", missingTask
			case "execution_id", "replay_id", "test_run_id":
				hidden, none = m.ids["sec-b"], missingRun
			case "backup_id":
				hidden, none = backup, missingRun
			case "key_id":
				hidden, none, task = "whole", missingKey, false
			case "user_id":
				hidden, none, task = "readonly", missingUser, false
			case "session_id", "worker_id", "job_id", "schedule_id", "batch_id":
				continue // of the caller itself, of the machine, and labels that callers choose
			default:
				if strings.HasSuffix(name, "_id") || name == "id" || name == "with" {
					m.t.Errorf("%s: say what the argument %s names", tool.Name, name)
				}
				continue
			}
			m.row("tool "+tool.Name+" told a hidden "+name, func(i int) string {
				if m.overREST(tool, m.headers[i]) == "no" {
					return "no"
				}
				if task && !m.hides(i, "sec-b") {
					return "-"
				}
				answer := func(value string) string {
					args := map[string]any{}
					for _, r := range in.Required {
						args[r] = sampleOf(in.Properties[r])
					}
					args[name] = value
					raw, _ := json.Marshal(args)
					body := m.send("POST", "/api/v1/tools/"+tool.Name, string(raw), m.headers[i]...).Body
					return varies.ReplaceAllString(strings.ReplaceAll(body, value, "THING"), "")
				}
				if diff := cmp.Diff(answer(hidden), answer(none)); diff != "" {
					m.t.Errorf("%s as %s: what is hidden and what is not there differ:\n%s", tool.Name, m.keys[i].Name, diff)
					return "tells"
				}
				return "hid"
			})
		}
	}
}

// backupOf makes a backup of a task.
func (m *matrix) backupOf(name string) string {
	m.t.Helper()
	t, err := m.s.deps.Store.Task(m.t.Context(), name)
	if err != nil {
		m.t.Fatal(err)
	}
	id, err := m.s.deps.Store.UpdateTask(m.t.Context(), t, storage.UpdateOptions{Backup: true})
	if err != nil || id == "" {
		m.t.Fatalf("backup %q, %v", id, err)
	}
	return id
}

// sampleOf is a value of a schema.
func sampleOf(raw json.RawMessage) any {
	var s struct {
		Type    any
		Enum    []any
		Minimum float64
	}
	if json.Unmarshal(raw, &s) != nil {
		return map[string]any{}
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	switch fmt.Sprint(s.Type) {
	case "string":
		return "sample"
	case "integer", "number":
		return max(1, s.Minimum)
	case "boolean":
		return false
	case "array":
		return []any{}
	}
	return map[string]any{}
}
