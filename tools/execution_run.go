package tools

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// RunOut is the result of ratchet_execute_task and ratchet_retry_execution.
type RunOut struct {
	ExecutionRef
	Output            json.RawMessage `json:"output" jsonschema_description:"null unless completed"`
	TraceEnabled      bool            `json:"trace_enabled"`
	Streaming         bool            `json:"streaming" jsonschema_description:"progress notifications were sent during this call"`
	IsolationLevel    *string         `json:"isolation_level" jsonschema:"nullable"`
	WaitingReason     string          `json:"waiting_reason,omitempty"`
	RetryOf           string          `json:"retry_of,omitempty"`
	ForkedFrom        string          `json:"forked_from,omitempty"`
	DeprecationNotice string          `json:"deprecation_notice,omitempty"`
	Warnings          []string        `json:"warnings,omitempty" jsonschema_description:"what the code most likely did not mean"`
	Error             *RunError       `json:"error,omitempty"`
	LogsTail          []LogView       `json:"logs_tail,omitempty" jsonschema_description:"the last five lines of a failed run"`
	TruncatedFields   []string        `json:"truncated_fields,omitempty"`
	NextTool          *NextCall       `json:"next_tool,omitempty"`
	registry.Replayed

	failure *ratchet.Error
}

// NextCall names a call worth making next.
type NextCall struct {
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments,omitempty"`
}

// Running is the execution that goes on; empty = it has ended.
func (o RunOut) Running() string {
	if ratchet.Status(o.Status).Terminal() {
		return ""
	}
	return o.ExecutionID
}

// Finished is what ratchet_execute_task answers of an execution that has ended.
func Finished(ctx context.Context, d *registry.Deps, x *ratchet.Execution) (any, error) {
	t, ok := d.Tools.Lookup(ExecuteTask.Name)
	if !ok {
		return runOut(ctx, d, x), nil
	}
	return t.Lean().Brief(ctx, json.RawMessage("{}"), runOut(ctx, d, x))
}

// Failure implements Failed.
func (o RunOut) Failure() *ratchet.Error { return o.failure }

// Links implements Linked: what was cut is behind a link.
func (o RunOut) Links() []registry.Link {
	return executionLinks(o.ExecutionID, o.TruncatedFields)
}

// executionLinks points to the whole of what was cut.
func executionLinks(id string, cut []string) []registry.Link {
	var links []registry.Link
	base := "ratchet://executions/" + id
	for _, field := range cut {
		link := registry.Link{URI: base, Name: "execution", Description: "the execution with its whole " + field, MIMEType: "application/json"}
		if field == "output" {
			link.URI, link.Name, link.Description = base+"/output", "output", "the whole output"
		}
		if !slices.Contains(links, link) {
			links = append(links, link)
		}
	}
	return links
}

// startAndWait starts a run, forwards its progress and renders what is known
// after wait.
func startAndWait(ctx context.Context, d *registry.Deps, req executor.Request, wait time.Duration, filter *ProgressFilter) (RunOut, error) {
	caller := registry.CallerFrom(ctx)
	req.Principal, req.Trace = caller.Principal, caller.Trace
	feed := newProgressFeed(ctx, filter, d.Now)
	if feed != nil {
		req.OnProgress = feed.report
		defer feed.close()
	}
	h, err := d.Exec.Start(ctx, req)
	if err != nil {
		return RunOut{}, err
	}
	x, err := h.Wait(ctx, wait)
	if err != nil {
		return RunOut{}, err
	}
	out := runOut(ctx, d, x)
	out.Warnings = h.Advice()
	out.Streaming, out.IdempotentReplay = feed != nil, h.Replay
	return out, nil
}

func runOut(ctx context.Context, d *registry.Deps, x *ratchet.Execution) RunOut {
	out := RunOut{
		ExecutionRef: executionRef(x), Output: x.Output, TraceEnabled: x.Trace, IsolationLevel: orNull(x.Isolation),
		RetryOf: x.RetryOf, ForkedFrom: x.ForkedFrom, Error: runError(x.Error),
	}
	id := map[string]any{"execution_id": x.ID}
	switch {
	case !x.Status.Terminal():
		out.WaitingReason = d.Exec.WaitingReason(x.ID)
		out.NextTool = &NextCall{"ratchet_get_execution_status", map[string]any{"execution_id": x.ID, "wait": 25}}
	case x.Error != nil:
		out.LogsTail = logsTail(ctx, d, x.ID)
		out.NextTool = &NextCall{"ratchet_get_execution_logs", id}
		if x.Error.Code == ratchet.CodeScript && x.Error.Line > 0 {
			out.NextTool = &NextCall{"ratchet_edit_task", map[string]any{"task_id": x.TaskName}}
		}
		out.failure = runFailure(x, out.NextTool)
	}
	out.DeprecationNotice = d.Exec.DeprecationNotice(ctx, x.TaskID)
	if len(out.Output) == 0 {
		out.Output = json.RawMessage("null")
	}
	fields := []registry.Big{{Name: "output", JSON: &out.Output}}
	if out.Error != nil && len(out.Error.Details) > 0 {
		fields = append(fields, registry.Big{Name: "error.details", JSON: &out.Error.Details})
	}
	out.TruncatedFields = registry.Cut(d.Settings.ResultLimit(), fields...)
	return out
}

func runFailure(x *ratchet.Execution, next *NextCall) *ratchet.Error {
	e := ratchet.Errorf(x.Error.Code, "%s", x.Error.Message).Next(next.Name, next.Arguments)
	e.Hint = x.Error.Hint
	if x.Error.Cause != "" {
		e.With(ratchet.FieldCause, string(x.Error.Cause))
	}
	if x.Error.Type == "output_validation_error" {
		e.With("error_type", x.Error.Type)
	}
	return e.With(ratchet.FieldName, x.Error.Type).With("execution_id", x.ID)
}

// logsTail are the last lines of a run, if the caller may read lines.
func logsTail(ctx context.Context, d *registry.Deps, id string) []LogView {
	if !registry.CallerFrom(ctx).Identity.Scope.Has(ratchet.RightLogs) {
		return nil
	}
	lines, err := d.Exec.Tail(ctx, id)
	if err != nil {
		d.Log.Warn("read the last log lines", "execution", id, "error", err)
	}
	return logViews(lines, "")
}
