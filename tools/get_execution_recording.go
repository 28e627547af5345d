package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/recording"
)

// GetRecordingIn are the arguments of ratchet_get_execution_recording.
type GetRecordingIn struct {
	ExecutionID string   `json:"execution_id" jsonschema_description:"UUID or number of an ended execution"`
	Format      string   `json:"format,omitempty" jsonschema:"enum=events,enum=har,default=events" jsonschema_description:"har = its requests as HAR 1.2"`
	Kinds       []string `json:"kinds,omitempty" jsonschema_description:"only events of these kinds, e.g. fetch and reply"`
	AfterEvent  int      `json:"after_event,omitempty" jsonschema:"minimum=0" jsonschema_description:"only events behind this seq: next_event of the call before"`
	Limit       int      `json:"limit,omitempty" jsonschema:"minimum=1,maximum=1000,default=100" jsonschema_description:"events in one answer"`
}

// RecordedEvent is one thing that passed between a run and the world.
type RecordedEvent struct {
	Seq     int             `json:"seq" jsonschema_description:"what ratchet_fork_execution calls a step; 0 = the run ended before it"`
	Kind    string          `json:"kind" jsonschema_description:"fetch, secret, reply, time, timer, progress, …"`
	Call    int64           `json:"call,omitempty" jsonschema_description:"number of the call, timer or report"`
	AtMS    float64         `json:"at_ms" jsonschema_description:"since the run began"`
	Value   int64           `json:"value,omitempty" jsonschema_description:"of a reading of the clock: microseconds"`
	Request json.RawMessage `json:"request,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
}

// RecordingHeader says what a recorded run was made of.
type RecordingHeader struct {
	FormatVersion int              `json:"format_version"`
	TapeVersion   int              `json:"tape_version"`
	TaskChecksum  string           `json:"task_checksum" jsonschema_description:"SHA-256 of the source"`
	Engine        string           `json:"engine"`
	Polyfills     string           `json:"polyfills"`
	Started       string           `json:"started"`
	Limits        map[string]int64 `json:"limits"`
	Secrets       []string         `json:"secrets" jsonschema_description:"names; values are never recorded"`
}

// GetRecordingOut is the result of ratchet_get_execution_recording.
type GetRecordingOut struct {
	ExecutionID string             `json:"execution_id"`
	Format      string             `json:"format"`
	Complete    bool               `json:"complete" jsonschema_description:"false = a limit of the recording was passed; what is missing cannot be replayed"`
	Header      RecordingHeader    `json:"header"`
	TotalEvents int                `json:"total_events"`
	Events      []RecordedEvent    `json:"events,omitempty"`
	NextEvent   *int               `json:"next_event" jsonschema:"nullable" jsonschema_description:"after_event of the next call; null = these were the last"`
	HAR         *recording.Archive `json:"har,omitempty"`
}

// GetExecutionRecording shows what a run asked of the world and was answered.
var GetExecutionRecording = registry.Define(registry.Spec{
	Name: "ratchet_get_execution_recording", Title: "Get the recording of an execution", Toolset: "control", Category: "debugging",
	Doc: "Call this to see what an ended run asked of the world and was answered, event by event: requests, replies, readings of the clock, timers, progress. " +
		"kinds narrows, after_event reads on, format har gives the requests as HAR 1.2. " +
		"Next: ratchet_fork_execution with at_step set to the seq of an event, ratchet_debug_task_execution, or ratchet_promote_to_test.",
	Needs: []ratchet.Right{ratchet.RightTraces}, Effect: registry.Reads,
	Routes: []registry.Route{{Method: "GET", Path: "/executions/{execution_id}/recording", Field: "executionRecording"}},
	Examples: []registry.Example{{
		Title: "What a run did", Setup: ranOnce(), Args: json.RawMessage(`{"execution_id":"1","limit":10}`),
	}},
}, getExecutionRecording)

func getExecutionRecording(ctx context.Context, d *registry.Deps, in GetRecordingIn) (GetRecordingOut, error) {
	if err := checkExecutionID(in.ExecutionID); err != nil {
		return GetRecordingOut{}, err
	}
	x, tape, err := d.Exec.Recording(ctx, in.ExecutionID)
	if err != nil {
		return GetRecordingOut{}, err
	}
	events := recording.Events(tape)
	out := GetRecordingOut{
		ExecutionID: x.ID, Format: in.Format, Complete: tape.Complete, Header: recordingHeader(tape), TotalEvents: len(events),
	}
	if in.Format == "har" {
		har := recording.HAR(tape, cmp.Or(d.Version, "dev"))
		out.HAR = &har
		return out, nil
	}
	return out, out.page(events, in)
}

func recordingHeader(tape *runtime.Tape) RecordingHeader {
	h := recording.HeaderOf(tape)
	secrets := h.Secrets
	if secrets == nil {
		secrets = []string{}
	}
	return RecordingHeader{
		FormatVersion: h.FormatVersion, TapeVersion: h.TapeVersion, TaskChecksum: h.TaskChecksum, Engine: h.Engine,
		Polyfills: h.Polyfills, Started: registry.Stamp(time.UnixMicro(h.Start)), Limits: h.Limits, Secrets: secrets,
	}
}

// kindMeant is the kind of event that another word was meant for, and how to ask.
func kindMeant(word string) (kind, hint string) {
	switch strings.ToLower(word) {
	case "http", "https", "request", "requests", "network", "http_request", "host", "url", "api":
		return "fetch", "fetch are the requests, and reply what was answered to calls: kinds [\"fetch\", \"reply\"]"
	case "response", "responses", "http_response", "answer", "answers", "result":
		return "reply", "reply is what was answered to calls, and fetch are the requests: kinds [\"fetch\", \"reply\"]"
	case "clock", "now", "date", "timestamp":
		return "time", "time are readings of the clock"
	case "sleep", "timeout", "settimeout", "interval", "timers":
		return "timer", "timer are timers that fired"
	case "secrets":
		return "secret", "secret are values that were read, and secret_ref stand-ins for them"
	}
	return "", ""
}

// page takes the events that were asked for. Calls that no event mentions come
// last and have no seq: they are on the page that reaches the end.
func (out *GetRecordingOut) page(events []recording.Event, in GetRecordingIn) error {
	out.Events = []RecordedEvent{}
	for i, kind := range in.Kinds {
		if !slices.Contains(recording.Kinds(), kind) {
			e := ratchet.Errorf(ratchet.CodeInvalid, "no event is of kind %q", kind).At("/kinds/"+strconv.Itoa(i)).
				With(ratchet.FieldAllowed, recording.Kinds())
			if near, hint := kindMeant(kind); near != "" {
				e.With(ratchet.FieldNearest, near).WithHint("%s", hint)
			}
			return e
		}
	}
	for _, e := range events {
		if e.Seq > 0 && e.Seq <= in.AfterEvent || len(in.Kinds) > 0 && !slices.Contains(in.Kinds, e.Kind) {
			continue
		}
		if len(out.Events) == in.Limit {
			last := out.Events[len(out.Events)-1].Seq
			out.NextEvent = &last
			return nil
		}
		shown := RecordedEvent{Seq: e.Seq, Kind: e.Kind, Call: e.Call, AtMS: e.AtMS, Value: e.Value}
		var err error
		if e.Request != nil {
			if shown.Request, err = json.Marshal(e.Request); err != nil {
				return err
			}
		}
		if e.Result != nil {
			if shown.Result, err = json.Marshal(e.Result); err != nil {
				return err
			}
		}
		out.Events = append(out.Events, shown)
	}
	return nil
}
