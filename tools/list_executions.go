package tools

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
	"ratchet/storage"
)

// ListExecutionsIn are the arguments of ratchet_list_executions.
type ListExecutionsIn struct {
	TaskID           string   `json:"task_id,omitempty" jsonschema_description:"name, UUID or number" shown:""`
	Status           []string `json:"status,omitempty" jsonschema:"enum=pending,enum=queued,enum=running,enum=completed,enum=success,enum=failed,enum=cancelled,enum=timed_out" jsonschema_description:"one status or several" synonyms:"queued,success"`
	Origin           []string `json:"origin,omitempty" jsonschema:"enum=direct,enum=test,enum=retry,enum=external,enum=fork,enum=all" jsonschema_description:"how they came about; without it all but test runs" shown:"test runs are left out unless named; or all"`
	JobID            string   `json:"job_id,omitempty" shown:"-"`
	ScheduleID       string   `json:"schedule_id,omitempty" shown:"-"`
	BatchID          string   `json:"batch_id,omitempty" shown:"-"`
	CorrelationToken string   `json:"correlation_token,omitempty" shown:"-"`
	Since            string   `json:"since,omitempty" jsonschema_description:"RFC 3339; queued at or after" shown:"RFC 3339"`
	Until            string   `json:"until,omitempty" jsonschema_description:"RFC 3339; queued at or before" shown:""`
	IncludeOutput    bool     `json:"include_output,omitempty" jsonschema_description:"adds output and error_details" shown:"-"`
	SortBy           string   `json:"sort_by,omitempty" jsonschema:"enum=queued_at,enum=started_at,enum=completed_at,enum=duration_ms,enum=status,default=queued_at"`
	registry.ListIn
}

// ExecutionItem is an execution in a list.
type ExecutionItem struct {
	ID string `json:"id"`
	ExecutionRef
	Progress           *float64        `json:"progress" jsonschema:"nullable" jsonschema_description:"last reported, 0 to 1"`
	ErrorMessage       *string         `json:"error_message" jsonschema:"nullable"`
	JobID              *string         `json:"job_id" jsonschema:"nullable"`
	BatchID            *string         `json:"batch_id" jsonschema:"nullable"`
	RecordingAvailable bool            `json:"recording_available"`
	Output             json.RawMessage `json:"output,omitempty"`
	ErrorDetails       *RunError       `json:"error_details,omitempty"`
	TruncatedFields    []string        `json:"truncated_fields,omitempty" jsonschema_description:"cut to a preview; the whole is behind the link"`
}

// Links implements Linked: what was cut is behind a link.
func (x ExecutionItem) Links() []registry.Link {
	return executionLinks(x.ExecutionID, x.TruncatedFields)
}

func (x *ExecutionItem) bigs() []registry.Big {
	fields := []registry.Big{{Name: "output", JSON: &x.Output}}
	if x.ErrorDetails != nil {
		fields = append(fields, registry.Big{Name: "error_details.details", JSON: &x.ErrorDetails.Details})
	}
	return fields
}

// ListExecutionsOut is the result of ratchet_list_executions.
type ListExecutionsOut struct {
	Executions []registry.Row[ExecutionItem] `json:"executions"`
	registry.ListOut
}

// Links implements Linked.
func (o ListExecutionsOut) Links() []registry.Link {
	var links []registry.Link
	for _, row := range o.Executions {
		links = append(links, row.Links()...)
	}
	return links
}

// ListExecutions finds executions.
var ListExecutions = registry.Define(registry.Spec{
	Name: "ratchet_list_executions", Title: "List executions", Toolset: "core", Category: "monitoring",
	Doc: "Call this to find executions by task, status or time, newest first. Runs of tests are left out unless origin says test or all. " +
		"Next: ratchet_get_execution_status or ratchet_get_execution_logs.",
	Omits:  slices.Concat(leanList("executions", "id", "task_id", "task_version", "started_at", "completed_at", "duration_ms", "recording_available"), leanError("executions.error_details")),
	Effect: registry.Reads, Routes: []registry.Route{{Method: "GET", Path: "/executions", Field: "executions"}},
	Aliases: []string{"ratchet.list_executions_paginated"}, Filters: storage.ExecutionFilters,
	Examples: []registry.Example{{Title: "The newest failures", Args: json.RawMessage(`{"status":["failed","timed_out"],"limit":10}`)}},
}, listExecutions)

func listExecutions(ctx context.Context, d *registry.Deps, in ListExecutionsIn) (ListExecutionsOut, error) {
	extra, err := in.filters(ctx, d)
	if err != nil {
		return ListExecutionsOut{}, err
	}
	if in.SortOrder == "" {
		in.SortOrder = "desc"
	}
	q, err := in.Query(in.SortBy, extra...)
	if err != nil {
		return ListExecutionsOut{}, err
	}
	q.Filters = append(q.Filters, in.origins()...) // last, so that errors count the caller's from 0
	list := d.Store.ListExecutionHeads
	if in.IncludeOutput {
		list = d.Store.ListExecutions
	}
	page, err := list(ctx, q)
	if err != nil {
		return ListExecutionsOut{}, err
	}
	d.Exec.Overlay(page.Items)
	items := make([]ExecutionItem, len(page.Items))
	for i := range page.Items {
		items[i] = executionItem(&page.Items[i], in.IncludeOutput)
	}
	for i, cut := range registry.CutItems(d.Settings.ResultLimit(), len(items), func(i int) []registry.Big { return items[i].bigs() }) {
		items[i].TruncatedFields = cut
	}
	rows, err := registry.Rows(items, in.Fields)
	if err != nil {
		return ListExecutionsOut{}, err
	}
	out := ListExecutionsOut{Executions: rows, ListOut: registry.NewListOut(q, page.Total, page.NextCursor)}
	if page.LowerBound {
		out.ListOut = out.AtLeast()
	}
	if page.Incomplete {
		out.ListOut = out.Incomplete()
	}
	return out, nil
}

func (in ListExecutionsIn) filters(ctx context.Context, d *registry.Deps) ([]ratchet.Filter, error) {
	var extra []ratchet.Filter
	where := func(field string, op ratchet.Operator, value string) {
		if value != "" {
			extra = append(extra, ratchet.Filter{Field: field, Operator: op, Value: value})
		}
	}
	if in.TaskID != "" {
		t, err := executor.FindTask(ctx, d.Store, in.TaskID)
		if err != nil {
			return nil, err
		}
		where("task_id", ratchet.OpEQ, t.ID)
	}
	where("job_id", ratchet.OpEQ, in.JobID)
	where("schedule_id", ratchet.OpEQ, in.ScheduleID)
	where("batch_id", ratchet.OpEQ, in.BatchID)
	where("correlation_token", ratchet.OpEQ, in.CorrelationToken)
	if _, _, err := timeRange(in.Since, in.Until); err != nil {
		return nil, err
	}
	where("queued_at", ratchet.OpGTE, in.Since)
	where("queued_at", ratchet.OpLTE, in.Until)
	if f, ok := statusFilter(in.Status); ok {
		extra = append(extra, f)
	}
	return extra, nil
}

// origins are the filters on the origin. Test runs are left out unless an
// argument says which origins, or which executions, are wanted.
func (in ListExecutionsIn) origins() []ratchet.Filter {
	switch {
	case slices.Contains(in.Origin, "all"):
		return nil
	case len(in.Origin) > 0:
		return []ratchet.Filter{{Field: "origin", Operator: ratchet.OpIn, Value: in.Origin}}
	case slices.ContainsFunc(in.Filters, func(f ratchet.Filter) bool { return f.Field == "origin" || f.Field == "id" || f.Field == "uuid" }):
		return nil
	default:
		return []ratchet.Filter{withoutTests()}
	}
}

// withoutTests leaves out test runs.
func withoutTests() ratchet.Filter {
	return ratchet.Filter{Field: "origin", Operator: ratchet.OpNE, Value: ratchet.OriginTest}
}

// likewise keeps to test runs for a test run, and leaves them out for others:
// what fails under mocks is not a failure of the other kind.
func likewise(x *ratchet.Execution) ratchet.Filter {
	f := withoutTests()
	if x.Origin == ratchet.OriginTest {
		f.Operator = ratchet.OpEQ
	}
	return f
}

// timeRange reads the optional arguments since and until.
func timeRange(since, until string) (from, to time.Time, err error) {
	if from, err = timeArgument("since", since); err != nil {
		return from, to, err
	}
	if to, err = timeArgument("until", until); err != nil {
		return from, to, err
	}
	if since != "" && until != "" && from.After(to) {
		return from, to, ratchet.Errorf(ratchet.CodeInvalid, "since %s is after until %s: nothing can match", since, until).
			At("/since").WithHint("exchange the two")
	}
	return from, to, nil
}

// timeArgument reads an optional RFC 3339 time; empty is the zero time.
func timeArgument(name, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return at, ratchet.Errorf(ratchet.CodeInvalid, "%s %q is not an RFC 3339 time", name, value).
			At("/"+name).With(ratchet.FieldExample, "2026-01-31T08:00:00Z").WithHint("write the time as in the example")
	}
	return at, nil
}

func executionItem(x *ratchet.Execution, payload bool) ExecutionItem {
	item := ExecutionItem{
		ID: strconv.Itoa(int(x.Number)), ExecutionRef: executionRef(x), JobID: orNull(x.JobID), BatchID: orNull(x.BatchID),
		RecordingAvailable: x.Recorded,
	}
	if x.Progress != nil {
		item.Progress = &x.Progress.Fraction
	}
	if x.Error != nil {
		item.ErrorMessage = &x.Error.Message
	}
	if payload {
		item.Output, item.ErrorDetails = x.Output, runError(x.Error)
	}
	return item
}
