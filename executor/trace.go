package executor

import (
	"encoding/json"
	"strconv"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// step is one row of where the time of a run went.
type step struct {
	Name     string         `json:"step"`
	StartMS  float64        `json:"start_ms"` // since the row was queued
	Duration float64        `json:"duration_ms"`
	Details  map[string]any `json:"details,omitempty"`
	Children []step         `json:"children,omitempty"`
}

// span is one timed piece of work.
type span struct {
	ID       string         `json:"span_id"`
	Parent   string         `json:"parent_id,omitempty"`
	Name     string         `json:"operation_name"`
	Kind     string         `json:"kind"` // function, host or system
	Start    string         `json:"start_time"`
	End      string         `json:"end_time"`
	Duration int64          `json:"duration_us"`
	Self     int64          `json:"self_us"`
	Line     int            `json:"line,omitempty"`
	Tags     map[string]any `json:"tags,omitempty"`
}

// traceOf renders the steps and spans of an ended run.
func traceOf(x *ratchet.Execution, calls []runtime.TapeCall, functions []runtime.Span, ended, now time.Time) (steps, spans json.RawMessage) {
	started := x.StartedAt
	if started.IsZero() {
		started = ended
	}
	since := func(t time.Time) float64 { return ms(t.Sub(x.QueuedAt)) }
	main := step{Name: "main_execution", StartMS: since(started), Duration: ms(ended.Sub(started))}
	for _, c := range calls {
		main.Children = append(main.Children, step{
			Name: callName(c), StartMS: main.StartMS + float64(c.Start)/1000, Duration: float64(c.End-c.Start) / 1000,
		})
	}
	list := []step{
		{Name: "queue", Duration: ms(started.Sub(x.QueuedAt))},
		main,
		{Name: "output_processing", StartMS: since(ended), Duration: ms(now.Sub(ended))},
	}
	steps, _ = json.Marshal(list)
	spans, _ = json.Marshal(spansOf(x, calls, functions, started, ended))
	return steps, spans
}

func spansOf(x *ratchet.Execution, calls []runtime.TapeCall, functions []runtime.Span, started, ended time.Time) []span {
	list := make([]span, 0, 1+len(calls)+len(functions))
	list = append(list, span{
		ID: "run", Name: x.TaskName, Kind: "system", Start: stamp(started), End: stamp(ended),
		Duration: ended.Sub(started).Microseconds(), Self: ended.Sub(started).Microseconds(),
	})
	for _, c := range calls {
		at := started.Add(time.Duration(c.Start) * time.Microsecond)
		list = append(list, span{
			ID: "host-" + strconv.FormatInt(c.Call.Seq, 10), Parent: "run", Name: callName(c), Kind: "host",
			Start: stamp(at), End: stamp(started.Add(time.Duration(c.End) * time.Microsecond)),
			Duration: c.End - c.Start, Self: c.End - c.Start,
		})
	}
	for _, f := range functions {
		parent := "run"
		if f.Parent != 0 {
			parent = "fn-" + strconv.Itoa(f.Parent)
		}
		list = append(list, span{
			ID: "fn-" + strconv.Itoa(f.ID), Parent: parent, Name: f.Function, Kind: "function", Line: f.Line,
			Start: stamp(started.Add(f.Start)), End: stamp(started.Add(f.Start + f.Duration)),
			Duration: f.Duration.Microseconds(), Self: f.Self.Microseconds(),
		})
	}
	return list
}

func callName(c runtime.TapeCall) string {
	if c.Call.Fetch != nil {
		return "fetch " + c.Call.Fetch.Method + " " + c.Call.Fetch.URL
	}
	if c.Call.Kind == runtime.CallSecret {
		return "secret " + c.Call.Secret
	}
	return string(c.Call.Kind)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
