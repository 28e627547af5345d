package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/executor"
	"ratchet/storage"
)

// EditTaskIn are the arguments of ratchet_edit_task.
type EditTaskIn struct {
	TaskID           string          `json:"task_id" jsonschema:"minLength=1" jsonschema_description:"name, UUID or number" shown:""`
	Code             *string         `json:"code,omitempty" jsonschema:"maxLength=1048576"`
	Description      *string         `json:"description,omitempty" jsonschema:"minLength=1,maxLength=10000"`
	InputSchema      json.RawMessage `json:"input_schema,omitempty" jsonschema:"type=object"`
	OutputSchema     json.RawMessage `json:"output_schema,omitempty" jsonschema:"type=object"`
	Tags             *[]string       `json:"tags,omitempty" jsonschema:"maxItems=50" jsonschema_description:"replaces the tags" shown:"replaces all"`
	Enabled          *bool           `json:"enabled,omitempty"`
	Metadata         json.RawMessage `json:"metadata,omitempty" jsonschema:"type=object" jsonschema_description:"merged; null deletes a key" shown:"merged; null deletes a key"`
	TestCases        *[]TestCaseIn   `json:"test_cases,omitempty" jsonschema:"maxItems=100" jsonschema_description:"replaces the stored tests" shown:"replaces all; form as in ratchet_create_task"`
	Files            json.RawMessage `json:"files,omitempty" jsonschema:"type=object" jsonschema_description:"files besides the code, merged; null removes one" shown:"merged; null removes one"`
	ValidateChanges  bool            `json:"validate_changes,omitempty" jsonschema:"default=true" jsonschema_description:"run all checks first" shown:"check first"`
	RequireTests     bool            `json:"require_tests,omitempty" jsonschema_description:"store nothing unless the tests pass" shown:"store only if tests pass"`
	CreateBackup     bool            `json:"create_backup,omitempty" jsonschema:"default=true" jsonschema_description:"store the former state" shown:"-"`
	Replace          bool            `json:"replace,omitempty" jsonschema_description:"what is left out gets its default, but files stay; needs description, code and both schemas" shown:"-"`
	ExpectedRevision string          `json:"expected_revision,omitempty" jsonschema_description:"refuse when anything of the task changed since" shown:"refuse when the task changed since"`
	ExpectedChecksum string          `json:"expected_checksum,omitempty" jsonschema_description:"refuse when the task changed since" shown:"-"`
}

// EditTaskOut is the result of ratchet_edit_task.
type EditTaskOut struct {
	TaskID              string               `json:"task_id"`
	TaskName            string               `json:"task_name"`
	Success             bool                 `json:"success"`
	ChangesApplied      []string             `json:"changes_applied"`
	BackupCreated       bool                 `json:"backup_created"`
	BackupID            string               `json:"backup_id,omitempty" jsonschema_description:"the former state; ratchet_restore_task brings it back"`
	ValidationPerformed bool                 `json:"validation_performed"`
	ValidationResults   []CheckResult        `json:"validation_results"`
	TestResults         *executor.TestReport `json:"test_results,omitempty"`
	Warnings            []string             `json:"warnings"`
	Checksum            string               `json:"checksum"`
	Revision            string               `json:"revision"`
	Message             string               `json:"message"`
	EditedAt            string               `json:"edited_at"`
}

// EditTask changes a stored task.
var EditTask = registry.Define(registry.Spec{
	Name: "ratchet_edit_task", Title: "Edit task", Toolset: "core", Category: "development",
	Forms: mockForms(),
	Doc: "Call this to change a stored task. What you leave out stays. Checks run first and a backup is kept (ratchet_restore_task). " +
		"The version stays; running executions keep their code. Next: ratchet_run_task_tests or ratchet_execute_task.",
	Omits:  slices.Concat([]string{"task_id", "backup_created", "validation_performed=true", "validation_results[status=passed]", "checksum", "edited_at", "test_results.test_run_id", "test_results.tests[status=passed]"}, leanTests("test_results")),
	Effect: registry.Writes, Executes: true,
	Also: map[string]string{"source_code": "code"},
	Routes: []registry.Route{
		{Method: "PATCH", Path: "/tasks/{task_id}", Field: "updateTask", Doc: "Update the given fields of a task"},
		{Method: "PUT", Path: "/tasks/{task_id}", Set: json.RawMessage(`{"replace":true}`), Doc: "Replace what an author wrote of a task"},
		{Method: "POST", Path: "/tasks/{task_id}/enable", Set: json.RawMessage(`{"enabled":true,"validate_changes":false}`), Doc: "Enable a task"},
		{Method: "POST", Path: "/tasks/{task_id}/disable", Set: json.RawMessage(`{"enabled":false,"validate_changes":false}`), Doc: "Disable a task"},
		{Method: "PATCH", Path: "/mcp/tasks/{task_id}", Field: "mcpEditTask"},
		{Field: "updateTaskStatus", Set: json.RawMessage(`{"validate_changes":false}`), Doc: "Enable or disable a task"},
	},
	Aliases: []string{"ratchet.update_task"},
	Misnomers: map[string]string{
		"name":     "a task keeps its name; create another with ratchet_create_task",
		"version":  "the version stays as it is; create another task with ratchet_create_task for another version",
		"language": "a task keeps its language; create another with ratchet_create_task",
	},
	Examples: []registry.Example{{
		Title: "Give a task a better description",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args}},
		Args:  json.RawMessage(`{"task_id":"add","description":"Adds two numbers, a and b."}`),
	}},
}, editTask)

// editTries bounds how often an edit is made anew because another one came first.
const editTries = 100

// editTask makes the edit anew when the task changed meanwhile, unless the caller says
// what it is to be made from: the edits of two callers do not exclude each other.
func editTask(ctx context.Context, d *registry.Deps, in EditTaskIn) (out EditTaskOut, err error) {
	for range editTries {
		out, err = editOnce(ctx, d, in)
		if !storage.IsStale(err) || in.ExpectedChecksum != "" || in.ExpectedRevision != "" || ctx.Err() != nil {
			break
		}
	}
	return out, err
}

func editOnce(ctx context.Context, d *registry.Deps, in EditTaskIn) (EditTaskOut, error) {
	t, err := activeTask(ctx, d, in.TaskID)
	if err != nil {
		return EditTaskOut{}, err
	}
	if err := changeable(d, t); err != nil {
		return EditTaskOut{}, err
	}
	before := t.Checksum
	if in.ExpectedChecksum != "" && in.ExpectedChecksum != before {
		return EditTaskOut{}, ratchet.Errorf(ratchet.CodeConflict, "task %s changed since: its checksum is %s", t.Name, before).
			At("/expected_checksum").WithHint("read the task again and apply your change to what it is now")
	}
	if in.ExpectedRevision != "" && in.ExpectedRevision != taskRevision(t) {
		return EditTaskOut{}, ratchet.Errorf(ratchet.CodeConflict, "task %s changed since: its revision is %s", t.Name, taskRevision(t)).
			At("/expected_revision").WithHint("read the task again and apply your change to what it is now")
	}
	revision, read := taskRevision(t), t.UpdatedAt
	if in.Replace {
		if in, err = in.whole(); err != nil {
			return EditTaskOut{}, err
		}
	}
	tests, files := t.Tests, t.Files
	changes, err := in.apply(t)
	if err != nil {
		return EditTaskOut{}, err
	}
	// What is tested is not what is stored: it must not share its caches.
	t.Checksum = ""
	if len(changes) == 0 && in.settled() {
		return EditTaskOut{
			TaskID: t.ID, TaskName: t.Name, Success: true, ChangesApplied: []string{}, ValidationResults: []CheckResult{}, Warnings: []string{},
			Checksum: before, Revision: revision, EditedAt: registry.Stamp(t.UpdatedAt), Message: fmt.Sprintf("task %s is so already", t.Name),
		}, nil
	}
	if len(changes) == 0 {
		return EditTaskOut{}, ratchet.Errorf(ratchet.CodeInvalid, "there is nothing to change: no argument differs from the stored task").
			WithHint("give at least one of code, description, input_schema, output_schema, tags, enabled, metadata, test_cases, files")
	}
	if slices.ContainsFunc(changes, func(part string) bool { return part != "enabled" && part != "description" && part != "tags" }) {
		if err := d.Store.MayDeclare(ctx, t); err != nil {
			return EditTaskOut{}, err
		}
	}
	found := &checks{results: []CheckResult{}}
	var report *executor.TestReport
	if in.ValidateChanges {
		if found, err = checkTask(ctx, d, t, in.Code != nil, false); err != nil {
			return EditTaskOut{}, err
		}
		if err := found.err(); err != nil {
			return EditTaskOut{}, ratchet.AsError(err).With("success", false).With("task_name", t.Name)
		}
	} else if slices.Contains(changes, "metadata") {
		// Checks can be skipped; the operator's bounds cannot.
		if _, err := d.Exec.Bounds().Policy(t.Metadata); err != nil {
			return EditTaskOut{}, err
		}
	}
	switch {
	case in.RequireTests:
		report, err = found.required(ctx, d, t)
	case in.ValidateChanges:
		report, err = found.tests(ctx, d, t)
	}
	if err != nil {
		return EditTaskOut{}, err
	}
	// Checked above against what was read; here against what is stored now.
	placeFolder(d, t)
	backup, err := d.Store.UpdateTask(ctx, t, storage.UpdateOptions{
		ExpectedChecksum: before, ExpectedUpdate: read, Note: "changed " + strings.Join(changes, ", "),
		Author: registry.CallerFrom(ctx).Principal, Backup: in.CreateBackup,
	})
	if err != nil {
		return EditTaskOut{}, err
	}
	warning := saveFolder(ctx, d, t, files)
	if in.ValidateChanges {
		markValidated(ctx, d, t, found)
	}
	publish(d, events.TaskUpdated, t)
	out := EditTaskOut{
		TaskID: t.ID, TaskName: t.Name, Success: true, ChangesApplied: changes, BackupCreated: backup != "", BackupID: backup,
		ValidationPerformed: in.ValidateChanges, ValidationResults: found.results, TestResults: report, Warnings: found.warnings(),
		Checksum: t.Checksum, Revision: taskRevision(t), EditedAt: registry.Stamp(t.UpdatedAt),
		Message: fmt.Sprintf("task %s: changed %s", t.Name, strings.Join(changes, ", ")),
	}
	if gone := removedTests(tests, t.Tests); len(gone) > 0 {
		out.Message += fmt.Sprintf("; test_cases replaced the stored tests: removed %s (restore them by sending all tests)", strings.Join(gone, ", "))
	}
	if warning != "" {
		out.Warnings = append(out.Warnings, warning)
	}
	return out, nil
}

// removedTests are the names that are in before and no longer in after.
func removedTests(before, after []ratchet.TestCase) []string {
	var gone []string
	for _, t := range before {
		if !slices.ContainsFunc(after, func(a ratchet.TestCase) bool { return a.Name == t.Name }) {
			gone = append(gone, t.Name)
		}
	}
	return gone
}

// taskRevision names a state of a task: every edit gives it another one.
func taskRevision(t *ratchet.Task) string {
	return t.Checksum[:min(16, len(t.Checksum))] + "-" + strconv.FormatInt(t.UpdatedAt.UnixMicro(), 36)
}

// whole is the edit that replaces a task: what is left out gets its default.
func (in EditTaskIn) whole() (EditTaskIn, error) {
	for name, missing := range map[string]bool{
		"code": in.Code == nil, "description": in.Description == nil, "input_schema": in.InputSchema == nil, "output_schema": in.OutputSchema == nil,
	} {
		if missing {
			return in, ratchet.Errorf(ratchet.CodeInvalid, "argument %s is required to replace a task", name).At("/" + name).
				WithHint("give code, description, input_schema and output_schema, or leave replace out to change a part")
		}
	}
	if in.Tags == nil {
		in.Tags = &[]string{}
	}
	if in.Enabled == nil {
		enabled := true
		in.Enabled = &enabled
	}
	if in.TestCases == nil {
		in.TestCases = &[]TestCaseIn{}
	}
	if in.Metadata == nil {
		in.Metadata = json.RawMessage("{}")
	}
	return in, nil
}

// settled says whether an edit without changes is what was wanted: the task
// is to be in a state, and is.
func (in EditTaskIn) settled() bool {
	alone := in
	alone.TaskID, alone.Enabled, alone.ExpectedChecksum, alone.ExpectedRevision, alone.ValidateChanges, alone.RequireTests, alone.CreateBackup = "", nil, "", "", false, false, false
	return in.Replace || (in.Enabled != nil && reflect.DeepEqual(alone, EditTaskIn{}))
}

// apply puts the given arguments into t and names those that differed.
func (in EditTaskIn) apply(t *ratchet.Task) ([]string, error) {
	var changes []string
	text := func(name string, to *string, from *string) {
		if from != nil && *from != *to {
			*to = *from
			changes = append(changes, name)
		}
	}
	raw := func(name string, to *json.RawMessage, from json.RawMessage) {
		if from != nil && !sameJSON(*to, from) {
			*to = from
			changes = append(changes, name)
		}
	}
	text("code", &t.Code, in.Code)
	text("description", &t.Description, in.Description)
	raw("input_schema", &t.InputSchema, in.InputSchema)
	raw("output_schema", &t.OutputSchema, in.OutputSchema)
	if in.Tags != nil && !slices.Equal(*in.Tags, t.Tags) {
		t.Tags = *in.Tags
		changes = append(changes, "tags")
	}
	if in.Enabled != nil && *in.Enabled != t.Enabled {
		t.Enabled = *in.Enabled
		changes = append(changes, "enabled")
	}
	switch {
	case in.Metadata != nil && in.Replace:
		raw("metadata", &t.Metadata, in.Metadata)
	case in.Metadata != nil:
		merged, err := mergeObject(t.Metadata, in.Metadata)
		if err != nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "metadata is not an object").At("/metadata").Wrap(err)
		}
		raw("metadata", &t.Metadata, merged)
	}
	if len(in.Files) > 0 {
		files, err := mergeFiles(t.Files, in.Files)
		if err != nil {
			return nil, err
		}
		if !maps.Equal(files, t.Files) {
			t.Files = files
			changes = append(changes, "files")
		}
	}
	if in.TestCases != nil {
		cases, err := testCases(*in.TestCases, "/test_cases")
		if err != nil {
			return nil, err
		}
		was, _ := json.Marshal(t.Tests)
		now, _ := json.Marshal(cases)
		if !sameJSON(was, now) && len(t.Tests)+len(cases) > 0 {
			t.Tests = cases
			changes = append(changes, "test_cases")
		}
	}
	return changes, nil
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	if json.Compact(&x, a) != nil || json.Compact(&y, b) != nil {
		return bytes.Equal(a, b)
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}

// mergeObject sets the keys of patch in base; null deletes.
func mergeObject(base, patch json.RawMessage) (json.RawMessage, error) {
	into, change := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	if len(base) > 0 {
		if err := json.Unmarshal(base, &into); err != nil {
			return nil, fmt.Errorf("read the stored object: %w", err)
		}
	}
	if err := json.Unmarshal(patch, &change); err != nil {
		return nil, fmt.Errorf("read the changes: %w", err)
	}
	touched := false
	for key, value := range change {
		old, had := into[key]
		if string(value) == "null" {
			delete(into, key)
			touched = touched || had
		} else if !had || !sameJSON(old, value) {
			into[key] = value
			touched = true
		}
	}
	if !touched && len(base) > 0 {
		return base, nil
	}
	return json.Marshal(into)
}
