package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/executor"
)

// CreateTaskIn are the arguments of ratchet_create_task.
type CreateTaskIn struct {
	Name           string          `json:"name" jsonschema:"pattern=^[A-Za-z0-9_-]{1\\,100}$" jsonschema_description:"unique; letters, digits, _ and -" shown:"letters, digits, _ and -"`
	Description    string          `json:"description" jsonschema:"minLength=1,maxLength=10000"`
	Code           string          `json:"code" jsonschema:"maxLength=1048576" jsonschema_description:"JavaScript or TypeScript, e.g. export default async (input, context) => ({…})" shown:"e.g. export default async (input, context) => ({…})"`
	InputSchema    json.RawMessage `json:"input_schema" jsonschema:"type=object" jsonschema_description:"JSON Schema (draft-07 or 2020-12) of the input" shown:"JSON Schema"`
	OutputSchema   json.RawMessage `json:"output_schema" jsonschema:"type=object" jsonschema_description:"JSON Schema of what the code returns" shown:"JSON Schema"`
	Version        string          `json:"version,omitempty" jsonschema:"default=0.1.0" jsonschema_description:"semantic version" shown:""`
	Enabled        bool            `json:"enabled,omitempty" jsonschema:"default=true" shown:""`
	Tags           []string        `json:"tags,omitempty" jsonschema:"maxItems=50" shown:""`
	Metadata       json.RawMessage `json:"metadata,omitempty" jsonschema:"type=object" jsonschema_description:"e.g. timeout (seconds), http.allow_hosts, secrets" shown:"e.g. {timeout (seconds), http: {allow_hosts: […]}, secrets: […]}"`
	TestCases      []TestCaseIn    `json:"test_cases,omitempty" jsonschema:"maxItems=100" shown:"[{name, input, expected_output or should_fail + expected_error {type, message}, match: exact subset schema types, mock: {http: [{url, method, response}]}}]"`
	Files          json.RawMessage `json:"files,omitempty" jsonschema:"type=object" jsonschema_description:"further files by name: lib/NAME.ts, imported as ./lib/NAME; data; config.json" shown:"{lib/NAME.ts: text}, imported as ./lib/NAME"`
	Language       string          `json:"language,omitempty" jsonschema:"enum=auto,enum=javascript,enum=typescript,default=auto"`
	Label          string          `json:"label,omitempty" shown:"-"`
	Category       string          `json:"category,omitempty" shown:"-"`
	IdempotencyKey string          `json:"idempotency_key,omitempty" jsonschema:"maxLength=255" shown:""`
}

// CreateTaskOut is the result of ratchet_create_task.
type CreateTaskOut struct {
	TaskID      string               `json:"task_id"`
	DatabaseID  string               `json:"database_id"`
	Name        string               `json:"name"`
	Version     string               `json:"version"`
	Language    string               `json:"language"`
	Path        *string              `json:"path" jsonschema:"nullable"`
	Enabled     bool                 `json:"enabled"`
	Entry       string               `json:"entry" jsonschema_description:"entry form that was found"`
	Checksum    string               `json:"checksum"`
	Revision    string               `json:"revision"`
	Warnings    []string             `json:"warnings"`
	TestResults *executor.TestReport `json:"test_results,omitempty"`
	Message     string               `json:"message"`
	URI         string               `json:"uri"`
	registry.Replayed
}

// CreateTask stores a new task.
var CreateTask = registry.Define(registry.Spec{
	Name: "ratchet_create_task", Title: "Create task", Toolset: "core", Category: "development",
	Forms:   mockForms(),
	Creates: true, Rate: registry.RateCreate,
	Doc: "Call this to store a new JavaScript or TypeScript task with schemas and tests. " +
		"The code and schemas are checked first, and the tests run offline. " +
		"Failing tests do not prevent creation; warnings and test_results name them. Next: ratchet_execute_task.",
	Omits:  slices.Concat([]string{"database_id", "language", "enabled=true", "entry", "checksum", "message", "uri", "test_results.test_run_id", "test_results.tests[status=passed]"}, leanTests("test_results")),
	Effect: registry.Writes, Executes: true,
	Also: map[string]string{"source_code": "code"},
	Routes: []registry.Route{
		{Method: "POST", Path: "/tasks", Field: "createTask", Created: "/tasks/{task_id}"},
		{Method: "POST", Path: "/mcp/tasks", Field: "mcpCreateTask", Created: "/tasks/{task_id}"},
	},
	Examples: []registry.Example{{
		Title: "A task that adds two numbers, with a test",
		Args: json.RawMessage(`{"name":"add","description":"Adds a and b.","code":"export default (input) => ({ sum: input.a + input.b })",` +
			`"input_schema":{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"],"additionalProperties":false},` +
			`"output_schema":{"type":"object","properties":{"sum":{"type":"number"}},"required":["sum"]},` +
			`"test_cases":[{"name":"two and three","input":{"a":2,"b":3},"expected_output":{"sum":5}}]}`),
	}},
}, createTask)

func createTask(ctx context.Context, d *registry.Deps, in CreateTaskIn) (CreateTaskOut, error) {
	key := in.IdempotencyKey
	in.IdempotencyKey = ""
	return registry.Once(ctx, d, "ratchet_create_task", key, in, func(o *CreateTaskOut) { o.IdempotentReplay = true }, registry.Work[CreateTaskOut]{
		Do: func(ctx context.Context) (CreateTaskOut, error) {
			cases, err := testCases(in.TestCases, "/test_cases")
			if err != nil {
				return CreateTaskOut{}, err
			}
			files, err := mergeFiles(nil, in.Files)
			if err != nil {
				return CreateTaskOut{}, err
			}
			t := &ratchet.Task{
				Name: in.Name, Label: in.Label, Version: in.Version, Description: in.Description, Category: in.Category,
				Tags: in.Tags, Enabled: in.Enabled, Language: ratchet.Language(in.Language), Code: in.Code, Files: files,
				InputSchema: in.InputSchema, OutputSchema: in.OutputSchema, Metadata: in.Metadata, Tests: cases,
			}
			return storeTask(ctx, d, t, in.Language == "auto", true)
		},
		Resume: func(ctx context.Context, id string) (CreateTaskOut, error) {
			t, err := d.Store.Task(ctx, id)
			if err != nil {
				return CreateTaskOut{}, err
			}
			found, err := checkTask(ctx, d, t, false, false)
			if err != nil {
				return CreateTaskOut{}, err
			}
			return storedTask(ctx, d, t, found, true), nil
		},
	})
}

// storeTask checks and stores a new task, then runs its tests.
func storeTask(ctx context.Context, d *registry.Deps, t *ratchet.Task, auto, runTests bool) (CreateTaskOut, error) {
	if t.Label == "" {
		t.Label = t.Name
	}
	if t.Metadata == nil {
		t.Metadata = json.RawMessage("{}")
	}
	if err := d.Store.MayDeclare(ctx, t); err != nil {
		return CreateTaskOut{}, err
	}
	found, err := checkTask(ctx, d, t, auto, false)
	if err != nil {
		return CreateTaskOut{}, err
	}
	if err := found.err(); err != nil {
		return CreateTaskOut{}, err
	}
	placeFolder(d, t)
	if err := d.Store.CreateTask(ctx, t, "created", registry.CallerFrom(ctx).Principal); err != nil {
		return CreateTaskOut{}, err
	}
	publish(d, events.TaskCreated, t)
	return storedTask(ctx, d, t, found, runTests), nil
}

// storedTask does what follows when a task is stored, and describes it.
func storedTask(ctx context.Context, d *registry.Deps, t *ratchet.Task, found *checks, runTests bool) CreateTaskOut {
	saveWarning := saveFolder(ctx, d, t, nil)
	out := CreateTaskOut{
		TaskID: t.ID, DatabaseID: fmt.Sprint(t.Number), Name: t.Name, Version: t.Version, Language: string(t.Language),
		Enabled: t.Enabled, Entry: found.entry, Checksum: t.Checksum, Revision: taskRevision(t), URI: "ratchet://tasks/" + t.Name,
	}
	if t.Path != "" && saveWarning == "" {
		out.Path = &t.Path
	}
	out.Message = fmt.Sprintf("task %s is stored", t.Name)
	if runTests {
		// The task is stored: a failure to run its tests is a warning.
		report, err := found.tests(ctx, d, t)
		if err != nil {
			found.add(CheckResult{Type: "tests", Status: "warning", Message: "the tests could not be run: " + ratchet.AsError(err).Message})
		}
		out.TestResults = report
		markValidated(ctx, d, t, found)
	}
	out.Warnings = found.warnings()
	if saveWarning != "" {
		out.Warnings = append(out.Warnings, saveWarning)
	}
	return out
}
