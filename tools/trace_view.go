package tools

import (
	"encoding/json"

	"ratchet"
)

// TraceView is the trace of an execution.
type TraceView struct {
	Start       *string         `json:"start_time" jsonschema:"nullable"`
	End         *string         `json:"end_time" jsonschema:"nullable"`
	Duration    *int64          `json:"duration_ms" jsonschema:"nullable"`
	Status      ratchet.Status  `json:"status"`
	Steps       json.RawMessage `json:"steps" jsonschema_description:"phases one after another, requests below the main one; null when the run was not traced"`
	Spans       []SpanView      `json:"spans"`
	Events      []LogView       `json:"events" jsonschema_description:"the newest log lines"`
	Timing      TraceTiming     `json:"timing"`
	HTTPCalls   json.RawMessage `json:"http_calls"`
	Performance TracePerform    `json:"performance_metrics"`
	TotalEvents int             `json:"total_events"`
	Functions   bool            `json:"function_spans" jsonschema_description:"spans holds calls of functions"`
	Complete    bool            `json:"trace_complete" jsonschema_description:"false while it runs, or when the run was not traced"`
	Truncated   bool            `json:"truncated" jsonschema_description:"some spans are added up, or older log lines are left out"`
}

// SpanView is one timed piece of a run.
type SpanView struct {
	ID       string         `json:"span_id"`
	Parent   *string        `json:"parent_id" jsonschema:"nullable"`
	Name     string         `json:"operation_name"`
	Kind     string         `json:"kind" jsonschema:"enum=function,enum=host,enum=system"`
	Start    string         `json:"start_time"`
	End      string         `json:"end_time"`
	At       int64          `json:"start_us" jsonschema_description:"since the first phase began"`
	Duration int64          `json:"duration_us"`
	Self     int64          `json:"self_us" jsonschema_description:"without what it called and waited for"`
	Count    int            `json:"count" jsonschema_description:"more than 1 where calls are added up"`
	Line     int            `json:"line,omitempty"`
	Tags     map[string]any `json:"tags,omitempty"`
}

// TraceTiming are the times of an execution.
type TraceTiming struct {
	Total    *int64  `json:"total_duration_ms" jsonschema:"nullable" jsonschema_description:"from queued to ended"`
	Queue    *int64  `json:"queue_duration_ms" jsonschema:"nullable"`
	Start    *string `json:"execution_start" jsonschema:"nullable"`
	End      *string `json:"execution_end" jsonschema:"nullable"`
	Queued   bool    `json:"was_queued" jsonschema_description:"it waited for a worker for a millisecond or more"`
	Complete bool    `json:"is_complete"`
}

// TracePerform is what a run used; null = not measured.
type TracePerform struct {
	CPU    *float64 `json:"cpu_time_ms" jsonschema:"nullable"`
	Memory *float64 `json:"memory_peak_mb" jsonschema:"nullable"`
}

func timingOf(x *ratchet.Execution) TraceTiming {
	t := TraceTiming{Start: stampOrNull(x.StartedAt), End: stampOrNull(x.CompletedAt), Complete: x.Status.Terminal()}
	if !x.StartedAt.IsZero() {
		queue := x.StartedAt.Sub(x.QueuedAt).Milliseconds()
		t.Queue, t.Queued = &queue, queue > 0
	}
	if !x.CompletedAt.IsZero() {
		total := x.CompletedAt.Sub(x.QueuedAt).Milliseconds()
		t.Total = &total
	}
	return t
}

func performanceOf(x *ratchet.Execution) TracePerform {
	var p TracePerform
	if u := x.Usage; u != nil {
		if u.CPU > 0 {
			cpu := float64(u.CPU.Microseconds()) / 1000
			p.CPU = &cpu
		}
		if u.HeapPeak > 0 {
			memory := float64(u.HeapPeak*10/(1<<20)) / 10
			p.Memory = &memory
		}
	}
	return p
}
