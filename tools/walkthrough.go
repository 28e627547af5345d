package tools

import (
	"context"
	"encoding/json"
	"fmt"
)

// Step is one step of the walkthrough: its calls are data, executed by the tests.
type Step struct {
	Title string
	Text  string
	Call  Call
}

// Steps is the walkthrough, in order. Each call works after the ones before it.
func Steps() []Step {
	return []Step{
		{
			"Look for a template", "A template may already do most of the work.",
			Call{"ratchet_list_templates", json.RawMessage(`{}`)},
		},
		{
			"Generate a draft", "Without create nothing is stored: you get code, schemas and tests to change.",
			Call{"ratchet_generate_from_template", json.RawMessage(`{"template":"data_transform","name":"walk_transform","parameters":{}}`)},
		},
		{
			"Check the code first", "Nothing is stored; each problem has its line and a remedy.",
			Call{"ratchet_validate_task", json.RawMessage(`{"task_id":"walk_greet","code":"export default (input) => ({ greeting: 'Hello ' + input.name })",` +
				`"input_schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false},` +
				`"output_schema":{"type":"object","properties":{"greeting":{"type":"string"}},"required":["greeting"]}}`)},
		},
		{
			"Create the task", "It is compiled, stored, and its tests run offline.",
			Call{"ratchet_create_task", json.RawMessage(`{"name":"walk_greet","description":"Greets somebody by name.",` +
				`"code":"export default (input) => ({ greeting: 'Hello ' + input.name })",` +
				`"input_schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false},` +
				`"output_schema":{"type":"object","properties":{"greeting":{"type":"string"}},"required":["greeting"]},` +
				`"test_cases":[{"name":"greets","input":{"name":"Ada"},"expected_output":{"greeting":"Hello Ada"}}]}`)},
		},
		{
			"Run its tests", "Add tests until they say what the task is for.",
			Call{"ratchet_run_task_tests", json.RawMessage(`{"task_id":"walk_greet"}`)},
		},
		{
			"Execute it", "The answer holds the output, or status running and an id when it takes longer than the wait.",
			Call{"ratchet_execute_task", json.RawMessage(`{"task_id":"walk_greet","input":{"name":"Grace"}}`)},
		},
		{
			"Debug a run", "A run that stops at a line and shows what it sees there, each time. With action start it pauses instead, and you step.",
			Call{"ratchet_debug_task_execution", json.RawMessage(`{"task_id":"walk_greet","input":{"name":"Grace"},"breakpoints":[1],"watches":["input.name"]}`)},
		},
		{
			"Trace a run", "Where its time went. 1 is the first execution of a server: take the execution_id that ratchet_execute_task answered.",
			Call{"ratchet_get_execution_trace", json.RawMessage(`{"execution_id":"1","function_spans":true}`)},
		},
		{
			"Find the execution again", "History survives restarts.",
			Call{"ratchet_list_executions", json.RawMessage(`{"limit":5}`)},
		},
		{
			"Change it", "All checks run first; the former state is kept as a backup, which ratchet_restore_task brings back.",
			Call{"ratchet_edit_task", json.RawMessage(`{"task_id":"walk_greet","description":"Greets somebody by name, politely."}`)},
		},
		{
			"Clean up", "The history of its executions stays.",
			Call{"ratchet_delete_task", json.RawMessage(`{"task_id":"walk_greet"}`)},
		},
	}
}

// Walkthrough leads from nothing to a tested task that ran.
var Walkthrough = Define(Spec{
	Name: "ratchet_get_developer_guide_walkthrough", Title: "Walkthrough", Toolset: "core", Category: "documentation",
	Doc:      "Call this on first use: a walk from template to a task that was tested, executed, debugged and traced.",
	Effect:   Reads,
	Examples: []Example{{Title: "The whole walk", Args: json.RawMessage(`{}`)}},
}, func(_ context.Context, d *Deps, in GuideIn) (Markdown, error) {
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
