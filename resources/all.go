package resources

import (
	"context"

	"ratchet/storage"
	"ratchet/tools"
)

// Source is what resources are read from.
type Source struct {
	Store *storage.DB
	Tools *tools.Registry
	Debug func(ctx context.Context) []tools.DebugSessionView // the caller's debug sessions; nil = there are none
	More  []Entry                                            // resources beyond the product's own; read first
}

// Resource is one entry of the list.
type Resource struct {
	URI, Name, Title, Description, MIMEType string
}

// Document is the content of a resource.
type Document struct {
	URI, MIMEType, Text string
	Blob                []byte // for content that is not text; Text is empty then
}

// Template is one form of address. Pattern is an RFC 6570 template.
type Template struct {
	Pattern, Name, Title, Description, MIMEType string

	read func(context.Context, Source, address) (Document, error)
}

const (
	typeJSON     = "application/json"
	typeLines    = "application/jsonl"
	typeMarkdown = "text/markdown"
)

// All lists every form of address. Reading it is reading what can be read.
func All() []Template {
	return []Template{
		{"ratchet://tasks/{name}{?version}", "task", "Task", "A task's definition: schemas, metadata, version", typeJSON, readTask},
		{"ratchet://tasks/{name}/source{?version}", "task_source", "Task source", "The source text of a task", "text/plain", readTaskSource},
		{"ratchet://tasks/{name}/tests{?version}", "task_tests", "Task tests", "The stored tests of a task", typeJSON, readTaskTests},
		{"ratchet://executions/{id}", "execution", "Execution", "One run: status, times, error, usage", typeJSON, readExecution},
		{"ratchet://executions/{id}/log{?level,from}", "execution_log", "Execution log", "Log lines of a run, from a line number and a level on", typeLines, readLog},
		{"ratchet://executions/{id}/output", "execution_output", "Execution output", "The whole output of a run", typeJSON, readOutput},
		{"ratchet://executions/{id}/recording", "execution_recording", "Execution recording", "The header of the tape, then every event of the run in order with its seq: requests, results, time, timers; secrets by name only", typeLines, readRecording},
		{"ratchet://debug-sessions/{id}", "debug_session", "Debug session", "Where a debug session stands", typeJSON, readDebugSession},
		{"ratchet://docs/{page}", "docs", "Documentation", "A page of the documentation", typeMarkdown, readPage},
		{"ratchet://templates/{name}", "template", "Task template", "A template with its parameters", typeJSON, readTemplate},
	}
}
