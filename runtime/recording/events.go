package recording

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"ratchet/runtime"
	"ratchet/schema"
)

// ErrFormat is returned for what is no recording this build can read.
var ErrFormat = errors.New("not a readable recording")

// kinds are the names of events. A call is named by what it asks for.
var kinds = map[runtime.TapeKind]string{
	runtime.TapeNow: "time", runtime.TapeAdvance: "time_moved", runtime.TapeElapsed: "running_timer", runtime.TapeTimer: "timer", runtime.TapeIssue: "call",
	runtime.TapeDone: "reply", runtime.TapeProgress: "progress", runtime.TapeStop: "stop", runtime.TapeClosed: "closed",
	runtime.TapeBreak: "break", runtime.TapeEnd: "end",
}

// Kinds are the kinds that events may have, sorted.
func Kinds() []string {
	list := []string{string(runtime.CallFetch), string(runtime.CallSecret), string(runtime.CallSecretRef)}
	return slices.Sorted(slices.Values(slices.AppendSeq(list, maps.Values(kinds))))
}

// Events are the events of a tape in order, with the requests and results of
// its calls. Calls that no event mentions come last, without a seq.
func Events(tape *runtime.Tape) []Event {
	calls := make(map[int64]*runtime.TapeCall, len(tape.Calls))
	for i := range tape.Calls {
		calls[tape.Calls[i].Call.Seq] = &tape.Calls[i]
	}
	list := make([]Event, 0, len(tape.Events))
	delivered := map[int64]bool{}
	for _, e := range tape.Events {
		delivered[e.ID] = delivered[e.ID] || e.Kind == runtime.TapeDone
	}
	asked := map[int64]bool{}
	for i, e := range tape.Events {
		line := Event{Seq: i + 1, Kind: kinds[e.Kind], Call: e.ID, AtMS: float64(e.At) / 1000, Value: e.Value}
		if c := calls[e.ID]; c != nil {
			switch e.Kind {
			case runtime.TapeIssue:
				asked[e.ID] = true
				line.Kind, line.Request, line.StartUS, line.EndUS = string(c.Call.Kind), newRequest(&c.Call), c.Start, c.End
				if !delivered[e.ID] {
					line.Result = newResult(&c.Reply)
				}
			case runtime.TapeDone:
				line.Result = newResult(&c.Reply)
			}
		}
		list = append(list, line)
	}
	for i := range tape.Calls {
		if c := &tape.Calls[i]; !asked[c.Call.Seq] {
			list = append(list, Event{
				Kind: string(c.Call.Kind), Call: c.Call.Seq, Request: newRequest(&c.Call), Result: newResult(&c.Reply), StartUS: c.Start, EndUS: c.End,
			})
		}
	}
	return list
}

// WriteEvents writes a tape as JSON lines: a header, then its events.
func WriteEvents(w io.Writer, tape *runtime.Tape) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(HeaderOf(tape)); err != nil {
		return fmt.Errorf("write the header of a recording: %w", err)
	}
	for _, e := range Events(tape) {
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("write an event of a recording: %w", err)
		}
	}
	return nil
}

// ReadEvents reads what WriteEvents wrote. Errors are ErrFormat and name the line.
func ReadEvents(r io.Reader) (*runtime.Tape, error) {
	lines := bufio.NewReader(r)
	dec := json.NewDecoder(lines)
	var h Header
	if err := strict(dec, &h); err != nil {
		return nil, fmt.Errorf("%w: line 1 is no header: %w", ErrFormat, err)
	}
	if h.FormatVersion != FormatVersion || h.TapeVersion != runtime.TapeVersion {
		return nil, fmt.Errorf("%w: format version %d.%d, this build reads %d.%d", ErrFormat, h.FormatVersion, h.TapeVersion, FormatVersion, runtime.TapeVersion)
	}
	t := &runtime.Tape{Complete: h.Complete}
	if err := h.apply(&t.Header); err != nil {
		return nil, err
	}
	calls := map[int64]int{}
	for n := 2; ; n++ {
		var e Event
		switch err := strict(dec, &e); {
		case errors.Is(err, io.EOF):
			return t, nil
		case err != nil:
			return nil, fmt.Errorf("%w: line %d: %w", ErrFormat, n, err)
		}
		if err := add(t, calls, &e); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrFormat, n, err)
		}
	}
}

// strict reads the next value as strictly as calls of tools do.
func strict(dec *json.Decoder, into any) error {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return err
	}
	return decode(raw, into)
}

// decode reads JSON in UTF-8 without lone surrogates and without keys that are
// there twice.
func decode(raw []byte, into any) error {
	if err := schema.CheckSyntax(raw); err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// add puts one line on the tape.
func add(t *runtime.Tape, calls map[int64]int, e *Event) error {
	kind, known := kindOf(e.Kind)
	if !known {
		return fmt.Errorf("unknown kind %q", e.Kind)
	}
	if e.Seq > 0 {
		if e.Seq != len(t.Events)+1 {
			return fmt.Errorf("event %d follows event %d", e.Seq, len(t.Events))
		}
		t.Events = append(t.Events, runtime.TapeEvent{Kind: kind, ID: e.Call, At: int64(e.AtMS*1000 + 0.5), Value: e.Value})
	}
	if e.Request != nil {
		call, err := e.Request.call(e.Kind, e.Call)
		if err != nil {
			return err
		}
		calls[e.Call] = len(t.Calls)
		t.Calls = append(t.Calls, runtime.TapeCall{Call: call, Start: e.StartUS, End: e.EndUS})
	}
	if e.Result != nil {
		i, ok := calls[e.Call]
		if !ok {
			return fmt.Errorf("a result for call %d, which no event asks", e.Call)
		}
		reply, err := e.Result.reply()
		if err != nil {
			return err
		}
		t.Calls[i].Reply = reply
	}
	return nil
}

func kindOf(name string) (runtime.TapeKind, bool) {
	if name == string(runtime.CallFetch) || runtime.CallKind(name).Secret() {
		return runtime.TapeIssue, true
	}
	for kind := range maps.Keys(kinds) {
		if kinds[kind] == name {
			return kind, true
		}
	}
	return 0, false
}

func seedOf(text string) (seed [32]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(seed) {
		return seed, fmt.Errorf("%w: the seed is not 64 hex digits", ErrFormat)
	}
	return [32]byte(b), nil
}
