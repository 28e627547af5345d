package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/storage"
)

// GetLogsIn are the arguments of ratchet_get_execution_logs.
type GetLogsIn struct {
	ExecutionID string `json:"execution_id" jsonschema_description:"UUID or number" shown:""`
	Level       string `json:"level,omitempty" jsonschema:"enum=trace,enum=debug,enum=info,enum=warn,enum=error,default=info" jsonschema_description:"lowest level wanted" shown:"lowest"`
	Limit       int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=1000,default=100" jsonschema_description:"newest lines kept, oldest first" shown:""`
	Format      string `json:"format,omitempty" jsonschema:"enum=json,enum=text,default=json" shown:""`
	Cursor      string `json:"cursor,omitempty" jsonschema_description:"next_cursor of a call before: further lines" shown:"next_cursor"`
	Search      string `json:"search,omitempty" jsonschema:"maxLength=200" jsonschema_description:"plain text in the message" shown:"text in the message"`
	AfterLine   int    `json:"after_line,omitempty" jsonschema:"minimum=0" jsonschema_description:"only lines after this number" shown:"only lines behind this number"`
}

// LogView is one log line.
type LogView struct {
	Timestamp  string            `json:"timestamp"`
	Level      string            `json:"level"`
	Message    string            `json:"message"`
	Logger     string            `json:"logger"`
	Fields     json.RawMessage   `json:"fields,omitempty"`
	Error      json.RawMessage   `json:"error,omitempty"`
	TraceID    string            `json:"trace_id,omitempty"`
	LineNumber int               `json:"line_number"`
	Source     *ratchet.Position `json:"source,omitempty"`
}

// GetLogsOut is the result of ratchet_get_execution_logs.
type GetLogsOut struct {
	ExecutionID    string          `json:"execution_id"`
	Logs           []LogView       `json:"logs,omitempty"`
	Text           *string         `json:"text,omitempty"`
	TotalFound     int             `json:"total_found"`
	LimitApplied   int             `json:"limit_applied"`
	MinLevel       string          `json:"min_level"`
	SearchStats    *LogSearchStats `json:"search_stats,omitempty"`
	SearchCriteria *LogCriteria    `json:"search_criteria,omitempty"`
	NextCursor     string          `json:"next_cursor,omitempty"`
	LogFile        *string         `json:"log_file" jsonschema:"nullable"`
}

// LogSearchStats is what a search cost.
type LogSearchStats struct {
	Scanned    int     `json:"scanned"`
	Matched    int     `json:"matched"`
	DurationMS float64 `json:"duration_ms"`
}

// LogCriteria is the search as understood.
type LogCriteria struct {
	Level     string `json:"level"`
	Search    string `json:"search,omitempty"`
	AfterLine int    `json:"after_line,omitempty"`
}

// GetExecutionLogs reads the log lines of one execution.
var GetExecutionLogs = registry.Define(registry.Spec{
	Name: "ratchet_get_execution_logs", Title: "Get execution logs", Toolset: "core", Category: "monitoring",
	Inspected: true,
	Rate:      registry.RateLogs,
	Doc: "Call this to read what a task logged, running or ended: the newest lines, oldest first. after_line tails a run. " +
		"Next: ratchet_edit_task.",
	Omits: append(leanLog("logs"), "limit_applied", "min_level", "search_stats", "search_criteria"),
	Needs: []ratchet.Right{ratchet.RightLogs}, Effect: registry.Reads, Failure: "logs_retrieval_error",
	Routes: []registry.Route{{Method: "GET", Path: "/executions/{execution_id}/logs", Field: "executionLogs"}}, Aliases: []string{"ratchet.get_logs"},
	Examples: []registry.Example{{Title: "What an execution warned about", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1","level":"warn"}`)}},
}, getExecutionLogs)

func getExecutionLogs(ctx context.Context, d *registry.Deps, in GetLogsIn) (GetLogsOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return GetLogsOut{}, err
	}
	x, err := d.Exec.Execution(ctx, in.ExecutionID)
	if err != nil {
		return GetLogsOut{}, err
	}
	q := storage.LogQuery{MinLevel: in.Level, Search: in.Search, Limit: in.Limit, AfterLine: in.AfterLine}
	if in.Cursor != "" {
		before, err := strconv.Atoi(strings.TrimPrefix(in.Cursor, "before-"))
		if after, isAfter := strings.CutPrefix(in.Cursor, "after-"); isAfter {
			before = 0
			q.AfterLine, err = strconv.Atoi(after)
		}
		if err != nil || before < 0 || q.AfterLine < 0 {
			return GetLogsOut{}, ratchet.Errorf(ratchet.CodeInvalid, "the cursor is not one of this tool").At("/cursor").
				WithHint("pass next_cursor of the call before, or leave it out")
		}
		q.BeforeLine = before
	}
	page, err := d.Store.Logs(ctx, x.ID, q)
	if err != nil {
		return GetLogsOut{}, err
	}
	out := GetLogsOut{ExecutionID: x.ID, TotalFound: page.Total, LimitApplied: in.Limit, MinLevel: in.Level}
	if page.More && len(page.Lines) > 0 {
		out.NextCursor = "before-" + strconv.Itoa(page.Lines[0].Number)
		if q.AfterLine > 0 {
			out.NextCursor = "after-" + strconv.Itoa(page.Lines[len(page.Lines)-1].Number)
		}
	}
	if in.Format == "text" {
		text := logText(page.Lines)
		out.Text = &text
		return out, nil
	}
	out.Logs = logViews(page.Lines, x.TraceID)
	out.SearchStats = &LogSearchStats{page.Scanned, page.Total, float64(page.Took.Microseconds()) / 1000}
	out.SearchCriteria = &LogCriteria{in.Level, in.Search, in.AfterLine}
	return out, nil
}

func logViews(lines []ratchet.LogLine, traceID string) []LogView {
	views := make([]LogView, len(lines))
	for i, l := range lines {
		views[i] = LogView{
			Timestamp: registry.Stamp(l.At), Level: l.Level, Message: l.Message, Logger: l.Logger, Fields: l.Fields,
			Error: l.Error, TraceID: traceID, LineNumber: l.Number, Source: l.Source,
		}
	}
	return views
}

func logText(lines []ratchet.LogLine) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %-5s %s", registry.Stamp(l.At), strings.ToUpper(l.Level), strings.ReplaceAll(l.Message, "\n", "\\n"))
		if len(l.Fields) > 0 {
			b.WriteString(" " + string(l.Fields))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
