package resources

import (
	"context"

	"ratchet"

	"ratchet/registry"

	"ratchet/storage"
	"ratchet/tools"
)

// Source is what resources are read from.
type Source struct {
	Store *storage.DB
	Tools *registry.Registry
	Debug func(ctx context.Context) []tools.DebugSessionView // the caller's debug sessions; nil = there are none

	// These ask the tools as the caller, so that their permissions, limits and
	// audit hold here too. Nil = this server cannot tell.
	Trace   func(ctx context.Context, execution, format string) (tools.GetTraceOut, error)
	TestRun func(ctx context.Context, id string) (any, error)      // as far as it is
	Guide   func(ctx context.Context, tool string) (string, error) // what a documentation tool says

	// May refuses a caller who may call none of the named tools: who may not
	// ask a tool for something may not read it as a resource either. Nil = all may.
	May  func(ctx context.Context, tools ...string) error
	More []Entry // resources beyond the product's own; read first
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

	// Tools tell the same: the caller must be allowed one of them. None = it is
	// for everyone.
	Tools []string

	read func(context.Context, Source, address) (Document, error)
}

const (
	typeJSON     = "application/json"
	typeLines    = "application/jsonl"
	typeMarkdown = "text/markdown"
)

// The tools that tell what resources do.
const (
	toolTask       = ratchet.ToolGetTask
	toolTasks      = ratchet.ToolListAvailableTasks
	toolVersions   = ratchet.ToolListTaskVersions
	toolStatus     = ratchet.ToolGetExecutionStatus
	toolLogs       = ratchet.ToolGetExecutionLogs
	toolRecording  = ratchet.ToolGetExecutionRecording
	toolExecutions = ratchet.ToolListExecutions
	toolDebug      = ratchet.ToolDebugTaskExecution
	toolTrace      = ratchet.ToolGetExecutionTrace
	toolTests      = ratchet.ToolRunTaskTests
	toolTemplates  = ratchet.ToolListTemplates
	toolGenerate   = ratchet.ToolGenerateFromTemplate
)

// may is May, where there is one.
func (s Source) may(ctx context.Context, tools ...string) error {
	if s.May == nil || len(tools) == 0 {
		return nil
	}
	return s.May(ctx, tools...)
}

// All lists every form of address. Reading it is reading what can be read.
func All() []Template {
	return []Template{
		{"ratchet://tasks/{name}{?version}", "task", "Task", "A task's definition: schemas, metadata, version", typeJSON, []string{toolTask}, readTask},
		{"ratchet://tasks/{name}/source{?version}", "task_source", "Task source", "The source text of a task", "text/plain", []string{toolTask}, readTaskSource},
		{"ratchet://tasks/{name}/tests{?version}", "task_tests", "Task tests", "The stored tests of a task", typeJSON, []string{toolTask}, readTaskTests},
		{"ratchet://executions/{id}", "execution", "Execution", "One run: status, times, error, usage", typeJSON, []string{toolStatus}, readExecution},
		{"ratchet://executions/{id}/log{?level,from}", "execution_log", "Execution log", "Log lines of a run, from a line number and a level on", typeLines, []string{toolLogs}, readLog},
		{"ratchet://executions/{id}/output", "execution_output", "Execution output", "The whole output of a run", typeJSON, []string{toolStatus}, readOutput},
		{"ratchet://executions/{id}/recording", "execution_recording", "Execution recording", "The header of the tape, then every event of the run in order with its seq: requests, results, time, timers; secrets by name only", typeLines, []string{toolRecording}, readRecording},
		{"ratchet://executions/{id}/trace{?format}", "execution_trace", "Execution trace", "Where the time of a run went: phases, requests, function spans; format json, flamegraph or speedscope", typeJSON, []string{toolTrace}, readTrace},
		{"ratchet://test-runs/{id}", "test_run", "Test run", "How far a run of a task's tests is, or what came of it", typeJSON, []string{toolTests}, readTestRun},
		{"ratchet://debug-sessions/{id}", "debug_session", "Debug session", "Where a debug session stands", typeJSON, []string{toolDebug}, readDebugSession},
		{"ratchet://docs/{page}{?section}", "docs", "Documentation", "A page of the documentation, or one section of it by its title", typeMarkdown, nil, readPage},
		{"ratchet://templates/{name}", "template", "Task template", "A template with its parameters", typeJSON, []string{toolTemplates, toolGenerate}, readTemplate},
	}
}
