package tools

import (
	"context"
	"encoding/json"
	"slices"

	"ratchet/registry"

	"ratchet"
)

// GetResultsIn are the arguments of ratchet_get_results.
type GetResultsIn struct {
	TaskID        string           `json:"task_id,omitempty" jsonschema_description:"name, UUID or number" shown:""`
	ExecutionID   string           `json:"execution_id,omitempty" jsonschema_description:"UUID or number" shown:""`
	Status        []string         `json:"status,omitempty" jsonschema:"enum=pending,enum=queued,enum=running,enum=completed,enum=success,enum=failed,enum=cancelled,enum=timed_out" synonyms:"queued,success"`
	Limit         int              `json:"limit,omitempty" jsonschema:"minimum=1,maximum=1000,default=50"`
	Offset        int              `json:"offset,omitempty" jsonschema:"minimum=0" shown:"-"`
	Page          int              `json:"page,omitempty" jsonschema:"minimum=0" jsonschema_description:"0-based; instead of offset" shown:"-"`
	Cursor        string           `json:"cursor,omitempty" jsonschema_description:"next_cursor of the page before; instead of offset" shown:"next_cursor"`
	IncludeData   bool             `json:"include_data,omitempty" jsonschema:"default=true" jsonschema_description:"input, output, http_requests, recording_path" shown:""`
	IncludeErrors bool             `json:"include_errors,omitempty" jsonschema:"default=true" jsonschema_description:"error_message and error_details" shown:"-"`
	SortBy        string           `json:"sort_by,omitempty" jsonschema:"enum=queued_at,enum=started_at,enum=completed_at,enum=duration_ms,enum=status,default=queued_at" shown:"-"`
	SortOrder     string           `json:"sort_order,omitempty" jsonschema:"enum=asc,enum=desc,default=desc"`
	Origin        []string         `json:"origin,omitempty" jsonschema:"enum=direct,enum=test,enum=retry,enum=external,enum=fork,enum=all" jsonschema_description:"how they came about; without it all but test runs" shown:"-"`
	Filters       []ratchet.Filter `json:"filters,omitempty" shown:"-"`
}

// ResultItem is one stored result.
type ResultItem struct {
	ExecutionRef
	TaskUUID      string          `json:"task_uuid"`
	Origin        string          `json:"origin"`
	Input         json.RawMessage `json:"input,omitempty"`
	Output        json.RawMessage `json:"output,omitempty"`
	HTTPRequests  json.RawMessage `json:"http_requests,omitempty"`
	RecordingPath string          `json:"recording_path,omitempty"`
	ErrorMessage  string          `json:"error_message,omitempty"`
	ErrorDetails  *RunError       `json:"error_details,omitempty"`

	TruncatedFields []string `json:"truncated_fields,omitempty" jsonschema_description:"cut to a preview; the whole is behind the link"`
}

// bigs are the fields that may be too big.
func (r *ResultItem) bigs() []registry.Big {
	fields := []registry.Big{{Name: "input", JSON: &r.Input}, {Name: "output", JSON: &r.Output}, {Name: "http_requests", JSON: &r.HTTPRequests}}
	if r.ErrorDetails != nil {
		fields = append(fields, registry.Big{Name: "error_details.details", JSON: &r.ErrorDetails.Details})
	}
	return fields
}

// GetResultsOut is the result of ratchet_get_results.
type GetResultsOut struct {
	Executions    []ResultItem `json:"executions"`
	TotalCount    int64        `json:"total_count"`
	LowerBound    bool         `json:"total_is_lower_bound,omitempty" jsonschema_description:"true: total_count is at least this"`
	ReturnedCount int          `json:"returned_count"`
	Offset        int          `json:"offset"`
	Limit         int          `json:"limit"`
	HasMore       bool         `json:"has_more"`
	NextCursor    string       `json:"next_cursor,omitempty"`
	Note          string       `json:"note,omitempty" jsonschema_description:"why there is less than limit on this page"`
	RetrievedAt   string       `json:"retrieved_at"`
}

// Links implements Linked: what was cut is behind links.
func (o GetResultsOut) Links() []registry.Link {
	var links []registry.Link
	for _, x := range o.Executions {
		links = append(links, executionLinks(x.ExecutionID, x.TruncatedFields)...)
	}
	return links
}

// GetResults reads stored results.
var GetResults = registry.Define(registry.Spec{
	Name: "ratchet_get_results", Title: "Get results", Toolset: "core", Category: "monitoring",
	Doc: "Call this to read inputs and outputs of past executions, by task or by execution. " +
		"Next: ratchet_get_execution_logs for one of them.",
	Omits:  slices.Concat(leanError("executions.error_details"), below("executions", "task_id", "task_uuid", "task_version", "started_at", "completed_at", `origin="direct"`), []string{"returned_count", "offset=0", "limit", "has_more=false", "retrieved_at"}),
	Effect: registry.Reads, Routes: []registry.Route{
		{Method: "GET", Path: "/results", Field: "results"},
		{Method: "GET", Path: "/mcp/results/{task_id}", Doc: "Results of one task"},
	},
	Examples: []registry.Example{{Title: "The newest results", Args: json.RawMessage(`{"limit":5}`)}},
}, getResults)

func getResults(ctx context.Context, d *registry.Deps, in GetResultsIn) (GetResultsOut, error) {
	if in.Offset > 0 && (in.Cursor != "" || in.Page > 0) {
		return GetResultsOut{}, ratchet.Errorf(ratchet.CodeInvalid, "offset excludes cursor and page").At("/offset").
			WithHint("pass one of offset, page and cursor")
	}
	filters := ListExecutionsIn{TaskID: in.TaskID, Status: in.Status, Origin: in.Origin, ListIn: registry.ListIn{Filters: in.Filters}}
	if in.ExecutionID != "" && len(in.Origin) == 0 {
		filters.Origin = []string{"all"} // one that is named is not left out
	}
	extra, err := filters.filters(ctx, d)
	if err != nil {
		return GetResultsOut{}, err
	}
	if in.ExecutionID != "" {
		if err := checkExecutionID(in.ExecutionID); err != nil {
			return GetResultsOut{}, err
		}
		x, err := d.Store.Execution(ctx, in.ExecutionID)
		if err != nil {
			return GetResultsOut{}, err
		}
		extra = append(extra, ratchet.Filter{Field: "id", Operator: ratchet.OpEQ, Value: x.ID})
	}
	list := registry.ListIn{Page: in.Page, Limit: in.Limit, Cursor: in.Cursor, SortOrder: in.SortOrder, Filters: in.Filters}
	q, err := list.Query(in.SortBy, extra...)
	if err != nil {
		return GetResultsOut{}, err
	}
	q.Filters = append(q.Filters, filters.origins()...)
	q.Offset = max(q.Offset, in.Offset)
	page, err := d.Store.ListExecutions(ctx, q)
	if err != nil {
		return GetResultsOut{}, err
	}
	d.Exec.Overlay(page.Items)
	out := GetResultsOut{
		Executions: make([]ResultItem, len(page.Items)), TotalCount: page.Total, LowerBound: page.LowerBound, ReturnedCount: len(page.Items),
		Offset: q.Offset, Limit: q.Limit, HasMore: page.NextCursor != "", NextCursor: page.NextCursor, RetrievedAt: registry.Stamp(d.Now()),
	}
	if page.Incomplete {
		out.Note = registry.Unfinished
	}
	for i := range page.Items {
		out.Executions[i] = resultItem(&page.Items[i], in)
	}
	for i, cut := range registry.CutItems(d.Settings.ResultLimit(), len(out.Executions), func(i int) []registry.Big { return out.Executions[i].bigs() }) {
		out.Executions[i].TruncatedFields = cut
	}
	return out, nil
}

func resultItem(x *ratchet.Execution, in GetResultsIn) ResultItem {
	r := ResultItem{ExecutionRef: executionRef(x), TaskUUID: x.TaskID, Origin: string(x.Origin)}
	if in.IncludeData {
		r.Input, r.Output, r.HTTPRequests, r.RecordingPath = x.Input, x.Output, x.HTTPRequests, x.RecordingPath
	}
	if in.IncludeErrors && x.Error != nil {
		r.ErrorMessage, r.ErrorDetails = x.Error.Message, runError(x.Error)
	}
	return r
}
