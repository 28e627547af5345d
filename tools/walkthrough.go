package tools

import (
	"context"
	"encoding/json"
	"fmt"

	"ratchet/registry"
)

// Step is one step of the walkthrough: its calls are data, executed by the tests.
type Step struct {
	Title string
	Text  string
	Call  registry.Call
}

// Steps is the walkthrough, in order. Each call works after the ones before it.
func Steps() []Step {
	return []Step{
		{
			"Look for a template", "A template may already do most of the work.",
			registry.Call{Tool: "ratchet_list_templates", Args: json.RawMessage(`{}`)},
		},
		{
			"Generate a draft", "Without create nothing is stored: you get code, schemas and tests to change.",
			registry.Call{Tool: "ratchet_generate_from_template", Args: json.RawMessage(`{"template":"data_transform","name":"walk_transform","parameters":{}}`)},
		},
		{
			"Check the code first", "Nothing is stored; each problem has its line and a remedy.",
			registry.Call{Tool: "ratchet_validate_task", Args: json.RawMessage(`{"task_id":"walk_greet","code":"export default (input) => ({ greeting: 'Hello ' + input.name })",` +
				`"input_schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false},` +
				`"output_schema":{"type":"object","properties":{"greeting":{"type":"string"}},"required":["greeting"]}}`)},
		},
		{
			"Create the task", "It is compiled, stored, and its tests run offline.",
			registry.Call{Tool: "ratchet_create_task", Args: json.RawMessage(`{"name":"walk_greet","description":"Greets a person by name.",` +
				`"code":"export default (input) => ({ greeting: 'Hello ' + input.name })",` +
				`"input_schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false},` +
				`"output_schema":{"type":"object","properties":{"greeting":{"type":"string"}},"required":["greeting"]},` +
				`"test_cases":[{"name":"greets","input":{"name":"Ada"},"expected_output":{"greeting":"Hello Ada"}}]}`)},
		},
		{
			"Run its tests", "Add tests until they say what the task is for.",
			registry.Call{Tool: "ratchet_run_task_tests", Args: json.RawMessage(`{"task_id":"walk_greet"}`)},
		},
		{
			"Execute it", "The answer holds the output, or status running and an id when it takes longer than the wait.",
			registry.Call{Tool: "ratchet_execute_task", Args: json.RawMessage(`{"task_id":"walk_greet","input":{"name":"Grace"}}`)},
		},
		{
			"Debug a run", "A run that stops at a line and shows what it sees there, each time. With action start it pauses instead, and you step.",
			registry.Call{Tool: "ratchet_debug_task_execution", Args: json.RawMessage(`{"task_id":"walk_greet","input":{"name":"Grace"},"breakpoints":[1],"watches":["input.name"]}`)},
		},
		{
			"Trace a run", "Where its time went. 1 is the first execution of a server: take the execution_id that ratchet_execute_task answered.",
			registry.Call{Tool: "ratchet_get_execution_trace", Args: json.RawMessage(`{"execution_id":"1","function_spans":true}`)},
		},
		{
			"Find the execution again", "History survives restarts.",
			registry.Call{Tool: "ratchet_list_executions", Args: json.RawMessage(`{"limit":5}`)},
		},
		{
			"Change it", "All checks run first; the former state is kept as a backup, which ratchet_restore_task brings back.",
			registry.Call{Tool: "ratchet_edit_task", Args: json.RawMessage(`{"task_id":"walk_greet","description":"Greets a person by name, politely."}`)},
		},
		{
			"Clean up", "The history of its executions stays.",
			registry.Call{Tool: "ratchet_delete_task", Args: json.RawMessage(`{"task_id":"walk_greet"}`)},
		},
	}
}

// Walkthrough leads from nothing to a tested task that ran.
var Walkthrough = registry.Define(registry.Spec{
	Name: "ratchet_get_developer_guide_walkthrough", Title: "Walkthrough", Toolset: "core", Category: "documentation",
	Doc:      "Call this on first use: a walk from template to a task that was tested, executed, debugged and traced.",
	Effect:   registry.Reads,
	Examples: []registry.Example{{Title: "The whole walk", Args: json.RawMessage(`{}`)}},
}, func(_ context.Context, d *registry.Deps, in GuideIn) (registry.Markdown, error) {
	var sections []section
	for _, s := range Steps() {
		if _, offered := d.Tools.Lookup(s.Call.Tool); !offered {
			continue // a guide names only what this server offers
		}
		text := fmt.Sprintf("%s Call `%s` with:\n\n%s", s.Text, s.Call.Tool, codeBlock(s.Call.Args))
		sections = append(sections, section{title: s.Title, text: text})
	}
	return render(d, "walkthrough", "Walkthrough", sections, in.Section)
})
