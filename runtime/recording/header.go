package recording

import (
	"encoding/hex"
	"time"

	"ratchet/runtime"
)

// HeaderOf is the header of a tape.
func HeaderOf(t *runtime.Tape) Header {
	h := t.Header
	return Header{
		FormatVersion: FormatVersion, TapeVersion: runtime.TapeVersion, TaskChecksum: h.SourceHash,
		Engine: h.Engine, Go: h.Go, Polyfills: h.Polyfills, Seed: hex.EncodeToString(h.Seed[:]),
		Start: h.Start, Clock: h.Clock, Complete: t.Complete,
		Limits: limitsOf(&h.Limits), Context: contextOf(&h.Context), Attempt: h.Context.Attempt,
		Secrets: h.Secrets, ThrowOnError: h.ThrowOnError,
	}
}

func (h *Header) apply(to *runtime.TapeHeader) error {
	seed, err := seedOf(h.Seed)
	if err != nil {
		return err
	}
	*to = runtime.TapeHeader{
		Version: runtime.TapeVersion, Engine: h.Engine, Go: h.Go, Polyfills: h.Polyfills, SourceHash: h.TaskChecksum,
		Seed: seed, Clock: h.Clock, Start: h.Start, Secrets: h.Secrets, ThrowOnError: h.ThrowOnError,
	}
	for _, f := range limitFields(&to.Limits) {
		f.set(h.Limits[f.name])
	}
	for _, f := range contextFields(&to.Context) {
		*f.value = h.Context[f.name]
	}
	to.Context.Attempt = h.Attempt
	return nil
}

type contextField struct {
	name  string
	value *string
}

func contextFields(c *runtime.TaskContext) []contextField {
	return []contextField{
		{"execution_id", &c.ExecutionID},
		{"task_id", &c.TaskID},
		{"task_name", &c.TaskName},
		{"task_version", &c.TaskVersion},
		{"job_id", &c.JobID},
		{"schedule_id", &c.ScheduleID},
		{"batch_id", &c.BatchID},
		{"workflow_run_id", &c.WorkflowRunID},
		{"idempotency_key", &c.IdempotencyKey},
		{"trace_id", &c.TraceID},
	}
}

func contextOf(c *runtime.TaskContext) map[string]string {
	out := map[string]string{}
	for _, f := range contextFields(c) {
		if *f.value != "" {
			out[f.name] = *f.value
		}
	}
	return out
}

// limitField is one limit by name; times are in nanoseconds.
type limitField struct {
	name string
	get  func() int64
	set  func(int64)
}

func limitFields(l *runtime.Limits) []limitField {
	number := func(name string, p *int) limitField {
		return limitField{name, func() int64 { return int64(*p) }, func(n int64) { *p = int(n) }}
	}
	span := func(name string, p *time.Duration) limitField {
		return limitField{name, func() int64 { return int64(*p) }, func(n int64) { *p = time.Duration(n) }}
	}
	return []limitField{
		span("wall_ns", &l.Wall), span("cpu_ns", &l.CPU),
		{"memory_bytes", func() int64 { return l.Memory }, func(n int64) { l.Memory = n }},
		number("call_depth", &l.CallDepth), number("output_bytes", &l.OutputBytes), number("response_bytes", &l.ResponseBytes),
		number("fetch_running", &l.FetchRunning), number("fetch_waiting", &l.FetchWaiting), number("log_lines", &l.LogLines),
		number("log_line_bytes", &l.LogLineBytes), number("recorded_events", &l.RecordedEvents), number("tape_bytes", &l.TapeBytes),
	}
}

func limitsOf(l *runtime.Limits) map[string]int64 {
	out := map[string]int64{}
	for _, f := range limitFields(l) {
		out[f.name] = f.get()
	}
	return out
}
