package resources

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/recording"
	"ratchet/storage"
)

// maxLogLines bounds one read of a log; ?from= reads on.
const maxLogLines = 10_000

// executionView is an execution as JSON, without its payloads.
type executionView struct {
	ID          string                  `json:"execution_id"`
	TaskID      string                  `json:"task_id,omitempty"`
	TaskName    string                  `json:"task_name"`
	TaskVersion string                  `json:"task_version,omitempty"`
	Status      ratchet.Status          `json:"status"`
	Origin      ratchet.Origin          `json:"origin"`
	Attempt     int                     `json:"attempt,omitempty"`
	RetryOf     string                  `json:"retry_of,omitempty"`
	QueuedAt    string                  `json:"queued_at,omitempty"`
	StartedAt   string                  `json:"started_at,omitempty"`
	CompletedAt string                  `json:"completed_at,omitempty"`
	DurationMS  float64                 `json:"duration_ms"`
	Progress    *ratchet.Progress       `json:"progress,omitempty"`
	Error       *ratchet.ExecutionError `json:"error,omitempty"`
	Usage       *ratchet.Usage          `json:"usage,omitempty"`
	Isolation   string                  `json:"isolation,omitempty"`
	Input       json.RawMessage         `json:"input,omitempty"`
	Output      string                  `json:"output_uri,omitempty"`
	Log         string                  `json:"log_uri"`
	Trace       string                  `json:"trace_uri"`
	Recording   string                  `json:"recording_uri,omitempty"`
}

func readExecution(ctx context.Context, s Source, a address) (Document, error) {
	e, err := s.Store.Execution(ctx, a.name)
	if err != nil {
		return Document{}, err
	}
	base := "ratchet://executions/" + e.ID
	view := executionView{
		ID: e.ID, TaskID: e.TaskID, TaskName: e.TaskName, TaskVersion: e.TaskVersion,
		Status: e.Status, Origin: e.Origin, Attempt: e.Attempt, RetryOf: e.RetryOf,
		QueuedAt: stamp(e.QueuedAt), StartedAt: stamp(e.StartedAt), CompletedAt: stamp(e.CompletedAt),
		DurationMS: float64(e.Duration().Microseconds()) / 1000, Progress: e.Progress, Error: e.Error,
		Usage: e.Usage, Isolation: e.Isolation, Input: e.Input, Log: base + "/log", Trace: base + "/trace",
	}
	if e.Output != nil {
		view.Output = base + "/output"
	}
	if e.Recorded {
		view.Recording = base + "/recording"
	}
	return asJSON(view)
}

func readLog(ctx context.Context, s Source, a address) (Document, error) {
	q := storage.LogQuery{MinLevel: a.query.Get("level"), Limit: maxLogLines}
	switch q.MinLevel {
	case "", "trace", "debug", "info", "warn", "error":
	default:
		return Document{}, ratchet.Errorf(ratchet.CodeInvalid, "there is no log level %q", clip(q.MinLevel)).
			With(ratchet.FieldAllowed, []string{"trace", "debug", "info", "warn", "error"}).At("/uri")
	}
	if from := a.query.Get("from"); from != "" {
		n, err := strconv.Atoi(from)
		if err != nil || n < 1 {
			return Document{}, ratchet.Errorf(ratchet.CodeInvalid, "from must be a line number from 1 on").At("/uri")
		}
		q.AfterLine = n - 1
	}
	e, err := s.Store.Execution(ctx, a.name)
	if err != nil {
		return Document{}, err
	}
	page, err := s.Store.Logs(ctx, e.ID, q)
	if err != nil {
		return Document{}, err
	}
	return asLines(page.Lines)
}

func readOutput(ctx context.Context, s Source, a address) (Document, error) {
	e, err := s.Store.Execution(ctx, a.name)
	if err != nil {
		return Document{}, err
	}
	if e.Output == nil {
		return Document{}, ratchet.Errorf(ratchet.CodeNotFound, "execution %s is %s and has no output", e.ID, e.Status).
			WithHint("read ratchet://executions/%s for its state and error", e.ID)
	}
	return Document{Text: string(e.Output)}, nil
}

func readRecording(ctx context.Context, s Source, a address) (Document, error) {
	e, err := s.Store.Execution(ctx, a.name)
	if err != nil {
		return Document{}, err
	}
	if !e.Recorded {
		return Document{}, ratchet.Errorf(ratchet.CodeNotFound, "execution %s has no recording", e.ID).
			WithHint("recordings are kept for finished runs only")
	}
	raw, err := s.Store.Tape(ctx, e.ID)
	if err != nil {
		return Document{}, err
	}
	tape, err := runtime.DecodeTape(raw)
	if err != nil {
		return Document{}, err
	}
	var text strings.Builder
	if err := recording.WriteEvents(&text, tape); err != nil {
		return Document{}, err
	}
	return Document{Text: text.String()}, nil
}

func asJSON(v any) (Document, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return Document{}, err
	}
	return Document{Text: string(bytes.TrimRight(buf.Bytes(), "\n"))}, nil
}

// asLines is one JSON value a line.
func asLines[T any](list []T) (Document, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	for _, v := range list {
		if err := enc.Encode(v); err != nil {
			return Document{}, err
		}
	}
	return Document{Text: buf.String()}, nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
