package executor

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// step is one row of where the time of a run went.
type step struct {
	Name     string         `json:"step"`
	StartMS  float64        `json:"start_ms"` // since the first step began
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
	At       int64          `json:"start_us"` // since the start of the script
	Duration int64          `json:"duration_us"`
	Self     int64          `json:"self_us"`
	Line     int            `json:"line,omitempty"`
	Count    int            `json:"count,omitempty"` // calls added up in it; 0 = one
	Tags     map[string]any `json:"tags,omitempty"`
}

// Steps renders where the time of an ended execution went, as JSON; nil when
// it was not traced. Nothing of it is stored but six durations: the calls
// below the main step are read from the recording.
func (e *Executor) Steps(ctx context.Context, x *ratchet.Execution) (json.RawMessage, error) {
	if x.Phases == nil {
		return nil, nil
	}
	calls, err := e.RecordedCalls(ctx, x)
	if err != nil {
		return nil, err
	}
	return json.Marshal(stepsOf(x.Phases, calls))
}

// RecordedCalls are the calls on the recording of an execution. They start when
// the script made them, by its clock: that of the recorder runs since the row
// was queued.
func (e *Executor) RecordedCalls(ctx context.Context, x *ratchet.Execution) ([]runtime.TapeCall, error) {
	if !x.Recorded {
		return nil, nil
	}
	raw, err := e.cfg.Store.Tape(ctx, x.ID)
	if err != nil || raw == nil {
		return nil, err
	}
	tape, err := runtime.DecodeTape(raw)
	if err != nil {
		return nil, fmt.Errorf("read the recording of execution %s: %w", x.ID, err)
	}
	made := make(map[int64]int64, len(tape.Calls))
	for _, e := range tape.Events {
		if e.Kind == runtime.TapeIssue {
			made[e.ID] = e.At
		}
	}
	for i := range tape.Calls {
		c := &tape.Calls[i]
		if at, known := made[c.Call.Seq]; known {
			c.Start, c.End = at, at+c.End-c.Start
		}
	}
	return tape.Calls, nil
}

// stepsOf puts the phases one after another.
func stepsOf(p *ratchet.Phases, calls []runtime.TapeCall) []step {
	at := time.Duration(0)
	next := func(name string, d time.Duration) step {
		s := step{Name: name, StartMS: ms(at), Duration: ms(d)}
		at += d
		return s
	}
	list := []step{
		next("input_validation", p.Input), next("queue", p.Queue), next("initialization", p.Startup),
		next("main_execution", p.Main), next("output_processing", p.Output), next("cleanup", p.Cleanup),
	}
	main := &list[3]
	for _, c := range calls {
		main.Children = append(main.Children, step{
			Name: callName(c), StartMS: main.StartMS + float64(c.Start)/1000, Duration: float64(c.End-c.Start) / 1000,
		})
	}
	return list
}

// functionSpans renders the function spans of a profiled run. The others
// follow from the row and the recording.
func functionSpans(x *ratchet.Execution, functions []runtime.Span, ended time.Time) json.RawMessage {
	started := x.StartedAt
	if started.IsZero() {
		started = ended
	}
	list := make([]span, 0, len(functions))
	for _, f := range functions {
		parent := "run"
		if f.Parent != 0 {
			parent = "fn-" + strconv.Itoa(f.Parent)
		}
		list = append(list, span{
			ID: "fn-" + strconv.Itoa(f.ID), Parent: parent, Name: f.Function, Kind: "function", Line: f.Line,
			Start: stamp(started.Add(f.Start)), End: stamp(started.Add(f.Start + f.Duration)),
			At: f.Start.Microseconds(), Duration: f.Duration.Microseconds(), Self: f.Self.Microseconds(), Count: f.Count,
		})
	}
	raw, _ := json.Marshal(list) // plain data
	return raw
}

func callName(c runtime.TapeCall) string {
	if c.Call.Fetch != nil {
		return "fetch " + c.Call.Fetch.Method + " " + c.Call.Fetch.URL
	}
	if c.Call.Kind.Secret() {
		return "secret " + c.Call.Secret
	}
	return string(c.Call.Kind)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
