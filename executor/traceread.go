package executor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ratchet"
	"ratchet/runtime"
	"ratchet/spans"
)

// TraceRequest says what of a trace is wanted.
type TraceRequest struct {
	Functions bool // calls of the task's functions: taken live when the run was profiled, else from a replay
	Principal string
}

// Trace is where the time of an execution went.
type Trace struct {
	Steps     json.RawMessage // null when the run was not traced
	Spans     []spans.Span    // system, host and function spans
	Began     time.Time       // what the spans start at: the first phase, or the run
	Wall      time.Duration   // of the run, which the function spans share
	Source    string          // of the function spans: live or replay; empty = there are none
	Missing   string          // why there are no function spans although they were asked for
	HTTPCalls json.RawMessage // as the trace shows them; nil = none
}

// Trace reads the trace of an execution, as far as it has come.
func (e *Executor) Trace(ctx context.Context, x *ratchet.Execution, req TraceRequest) (*Trace, error) {
	t := &Trace{}
	if x.Usage != nil {
		t.Wall = x.Usage.Wall
	}
	calls, err := e.RecordedCalls(ctx, x)
	if err != nil {
		return nil, err
	}
	if x.Phases != nil {
		if t.Steps, err = json.Marshal(stepsOf(x.Phases, calls)); err != nil {
			return nil, fmt.Errorf("write the steps of execution %s: %w", x.ID, err)
		}
		t.Spans = append(t.Spans, systemSpans(x.Phases)...)
	}
	t.Spans = append(t.Spans, hostSpans(calls)...)
	t.HTTPCalls = httpCalls(calls)
	if req.Functions {
		err = e.functionTrace(ctx, x, req, t)
	}
	t.Began = x.StartedAt
	if p := x.Phases; p != nil {
		t.Began = x.QueuedAt.Add(-p.Input) // which is validated before the row is queued
		for i := range t.Spans {
			t.Spans[i].Start += p.Input + p.Queue + p.Startup
		}
	}
	return t, err
}

// functionTrace adds the function spans, or says why there are none.
func (e *Executor) functionTrace(ctx context.Context, x *ratchet.Execution, req TraceRequest, t *Trace) error {
	live, err := e.cfg.Store.Spans(ctx, x.ID)
	if err != nil {
		return err
	}
	if len(live) > 0 {
		t.Source = "live"
		return t.addLive(live)
	}
	switch {
	case !x.Status.Terminal():
		t.Missing = "the execution is still running"
	case !x.Recorded:
		t.Missing = "the execution has no recording to replay"
	}
	if t.Missing != "" {
		return nil
	}
	replay, err := e.Replay(ctx, ReplayRequest{Execution: x.ID, Profile: true, Principal: req.Principal})
	if err != nil {
		if known, ok := errors.AsType[*ratchet.Error](err); ok && known.Code != ratchet.CodeInternal {
			t.Missing = "its recording cannot be replayed: " + known.Message
			return nil
		}
		return err
	}
	t.Source = "replay"
	if t.Wall == 0 { // the worker did not live to tell
		t.Wall = replay.Usage.Wall
	}
	if d := replay.Followed.Divergence; d != nil {
		t.Missing = fmt.Sprintf("the replay left the recording at event %d: the spans end there", d.Event)
	} else if !replay.Followed.Complete {
		t.Missing = "the recording is not complete: the spans end with it"
	}
	// A replay that measures functions is slower than the run was.
	scale := min(1, float64(t.Wall)/float64(max(replay.Usage.Wall, 1)))
	for _, f := range replay.Spans {
		f.Start, f.Duration, f.Self = scaled(f.Start, scale), scaled(f.Duration, scale), scaled(f.Self, scale)
		t.Spans = append(t.Spans, functionSpan(f))
	}
	return nil
}

func scaled(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }

// addLive adds the spans that a profiled run stored.
func (t *Trace) addLive(raw json.RawMessage) error {
	var list []span
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("read the spans of a run: %w", err)
	}
	for _, s := range list {
		t.Spans = append(t.Spans, spans.Span{
			ID: s.ID, Parent: s.Parent, Name: s.Name, Kind: spans.Function, Line: s.Line,
			Start: micro(s.At), Duration: micro(s.Duration), Self: micro(s.Self), Count: s.Count,
		})
	}
	return nil
}

func functionSpan(f runtime.Span) spans.Span {
	parent := ""
	if f.Parent != 0 {
		parent = "fn-" + strconv.Itoa(f.Parent)
	}
	return spans.Span{
		ID: "fn-" + strconv.Itoa(f.ID), Parent: parent, Name: f.Function, Kind: spans.Function, Line: f.Line,
		Start: f.Start, Duration: max(f.Duration, 0), Self: f.Self, Count: f.Count,
	}
}

// hostSpans are the recorded host calls, at the times they had live.
func hostSpans(calls []runtime.TapeCall) []spans.Span {
	list := make([]spans.Span, 0, len(calls))
	for _, c := range calls {
		s := spans.Span{
			ID: "host-" + strconv.FormatInt(c.Call.Seq, 10), Name: callName(c), Kind: spans.Host,
			Start: micro(c.Start), Duration: micro(c.End - c.Start), Self: micro(c.End - c.Start),
		}
		if r := c.Reply.Fetch; r != nil {
			s.Tags = map[string]any{"http.response.status_code": r.Status, "http.response.body.size": len(r.Body)}
		}
		if c.Reply.Error != nil {
			s.Tags = map[string]any{"error.type": c.Reply.Error.Class}
		}
		list = append(list, s)
	}
	return list
}

// systemSpans are the phases, counted from the start of the script: those before
// it are below zero.
func systemSpans(p *ratchet.Phases) []spans.Span {
	list := stepsOf(p, nil)
	main := list[3].StartMS
	out := make([]spans.Span, 0, len(list))
	for _, s := range list {
		d := time.Duration(s.Duration * float64(time.Millisecond))
		out = append(out, spans.Span{
			ID: s.Name, Name: s.Name, Kind: spans.System, Duration: d, Self: d,
			Start: time.Duration((s.StartMS - main) * float64(time.Millisecond)),
		})
	}
	return out
}

func micro(us int64) time.Duration { return time.Duration(us) * time.Microsecond }
