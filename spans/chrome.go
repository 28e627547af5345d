package spans

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

type chromeTrace struct {
	Events []chromeEvent  `json:"traceEvents"`
	Unit   string         `json:"displayTimeUnit"`
	Other  map[string]any `json:"otherData,omitempty"`
}

type chromeEvent struct {
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Phase    string         `json:"ph"` // X = complete, M = metadata
	At       float64        `json:"ts"` // microseconds
	Duration *float64       `json:"dur,omitempty"`
	PID      int            `json:"pid"`
	TID      int            `json:"tid"`
	Args     map[string]any `json:"args,omitempty"`
}

// Chrome writes trace events, for chrome://tracing and Perfetto, with the real
// times. Events of one row must nest, so spans that overlap get rows of their own.
func Chrome(r Run) ([]byte, error) {
	const pid = 1
	trace := chromeTrace{Unit: "ms", Events: []chromeEvent{
		{Name: "process_name", Phase: "M", PID: pid, Args: map[string]any{"name": r.Name}},
	}}
	if !r.Start.IsZero() {
		trace.Other = map[string]any{"start_time": r.Start.UTC().Format(time.RFC3339Nano)}
	}
	list := slices.Clone(r.Spans)
	slices.SortStableFunc(list, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.Duration, a.Duration))
	})
	rows := map[string]*[]row{}
	next := 1
	for _, s := range list {
		if rows[s.Kind] == nil {
			rows[s.Kind] = new([]row)
		}
		lane, added := place(rows[s.Kind], s, next)
		if added {
			trace.Events = append(trace.Events, chromeEvent{
				Name: "thread_name", Phase: "M", PID: pid, TID: lane, Args: map[string]any{"name": s.Kind},
			})
			next++
		}
		dur := micros(s.Duration)
		args := map[string]any{"span_id": s.ID, "self_us": s.Self.Microseconds()}
		if s.Line > 0 {
			args["line"] = s.Line
		}
		for k, v := range s.Tags {
			args[k] = v
		}
		trace.Events = append(trace.Events, chromeEvent{
			Name: s.Name, Category: s.Kind, Phase: "X", At: micros(s.Start), Duration: &dur, PID: pid, TID: lane, Args: args,
		})
	}
	out, err := json.Marshal(trace)
	if err != nil {
		return nil, fmt.Errorf("write trace events: %w", err)
	}
	return out, nil
}

// row is one line of the picture with the spans open on it.
type row struct {
	tid  int
	open []time.Duration // ends, outermost first
}

// place finds the first row on which s nests, or adds one.
func place(rows *[]row, s Span, next int) (tid int, added bool) {
	end := s.Start + s.Duration
	for i := range *rows {
		r := &(*rows)[i]
		for len(r.open) > 0 && r.open[len(r.open)-1] <= s.Start {
			r.open = r.open[:len(r.open)-1]
		}
		if len(r.open) == 0 || end <= r.open[len(r.open)-1] {
			r.open = append(r.open, end)
			return r.tid, false
		}
	}
	*rows = append(*rows, row{tid: next, open: []time.Duration{end}})
	return next, true
}
