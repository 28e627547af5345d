package executor

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"ratchet/executor/compare"

	"ratchet"
	"ratchet/runtime"
)

// PromoteRequest asks for a test made from a recorded execution.
type PromoteRequest struct {
	Execution   string // id or number
	Name        string // of the test
	Description string
	Match       string // exact (default), subset, schema or types
	Principal   string
	Trace       ratchet.TraceContext // of the test run, as in TestOptions
}

// Promotion is a test that was made and has passed. It is not stored yet.
type Promotion struct {
	Task   *ratchet.Task // with the test as its last
	Test   ratchet.TestCase
	Report *TestReport
}

// Promote makes a test from a recorded execution: its input, its output or
// error as the expectation, and mocks from the recording. The test is run once
// offline; when it does not pass there is no promotion.
func (e *Executor) Promote(ctx context.Context, req PromoteRequest) (*Promotion, error) {
	r, err := e.openRecording(ctx, req.Execution, "", "")
	if err != nil {
		return nil, err
	}
	if r.x.TaskDeleted {
		return nil, ratchet.Errorf(ratchet.CodeConflict, "task %s was deleted; there is nothing to add a test to", r.x.TaskName).At("/execution_id")
	}
	current, err := e.cfg.Store.Task(ctx, r.x.TaskID)
	if err != nil {
		return nil, err
	}
	for _, c := range current.Tests {
		if c.Name == req.Name {
			return nil, ratchet.Errorf(ratchet.CodeConflict, "task %s has a test %q already", current.Name, req.Name).At("/test_name").
				WithHint("choose another test_name")
		}
	}
	test, err := r.testCase(req, current)
	if err != nil {
		return nil, err
	}
	p := &Promotion{Task: current, Test: test}
	if p.Report, err = e.tryTest(ctx, current, test, req); err != nil {
		return nil, err
	}
	if !p.Report.AllPassed {
		return nil, unpassed(r.x, test, p.Report)
	}
	t := *current
	t.Tests = append(append([]ratchet.TestCase(nil), current.Tests...), test)
	p.Task = &t
	return p, nil
}

// tryTest runs one test that no task has yet, and keeps no rows of it.
func (e *Executor) tryTest(ctx context.Context, task *ratchet.Task, test ratchet.TestCase, req PromoteRequest) (*TestReport, error) {
	t := *task
	t.ID, t.Checksum, t.Tests = "", "", []ratchet.TestCase{test}
	return e.RunTests(ctx, &t, TestOptions{NoTraces: true, Principal: req.Principal, Trace: req.Trace})
}

func unpassed(x *ratchet.Execution, test ratchet.TestCase, report *TestReport) error {
	reason := report.Message
	var diff any
	if len(report.Tests) == 1 {
		reason = report.Tests[0].Reason
		diff = report.Tests[0].Diff
	}
	e := ratchet.Errorf(ratchet.CodeConflict, "the test made from execution %s does not pass offline, so it was not stored: %s", x.ID, reason).
		At("/execution_id").
		WithHint("the task changed since, or its result depends on what a mock cannot hold, such as elapsed time: try match types or subset, or look at the difference with "+ratchet.ToolReplayExecution).
		Next(ratchet.ToolReplayExecution, map[string]any{"execution_id": x.ID})
	if diff != nil {
		e = e.With("diff", diff)
	}
	return e.With("test", test)
}

// testCase is the test without having been run.
func (r *recorded) testCase(req PromoteRequest, current *ratchet.Task) (ratchet.TestCase, error) {
	c := ratchet.TestCase{Name: req.Name, Description: req.Description, Input: r.x.Input, Match: req.Match}
	if c.Description == "" {
		c.Description = "Recorded as execution " + r.x.ID + "."
	}
	if c.Match == "exact" {
		c.Match = ""
	}
	var err error
	if failure := r.x.Error; failure != nil {
		if failure.Code != ratchet.CodeScript && failure.Cause != ratchet.CauseStack && failure.Cause != ratchet.CauseOutput {
			return c, ratchet.Errorf(ratchet.CodeConflict, "execution %s was ended from outside (%s): that is nothing a test could expect", r.x.ID, failure.Type).
				At("/execution_id").WithHint("promote an execution that completed or that the task's code failed")
		}
		if c.Match != "" {
			return c, ratchet.Errorf(ratchet.CodeInvalid, "match %s compares outputs, and execution %s failed: its error is the expectation", c.Match, r.x.ID).At("/match").
				WithHint("leave match out")
		}
		c.ShouldFail = true
		c.ExpectedError = &ratchet.ExpectedError{Type: failure.Type, Message: plainMessage(failure.Message)}
	} else if c.ExpectedOutput, err = compare.Expectation(c.Match, r.x.Output, current.OutputSchema); err != nil {
		return c, err
	}
	if c.Mock, err = MockOf(r.tape); err != nil {
		return c, ratchet.AsError(err).At("/execution_id")
	}
	return c, nil
}

// plainMessage keeps a message that begins like a regular expression from
// being read as one.
func plainMessage(message string) string {
	if strings.HasPrefix(message, "/") {
		return "/^" + regexp.QuoteMeta(message) + "$/"
	}
	return message
}

// MockOf is what a recording says of the outside. One without the order of its
// events, such as a HAR file, tells requests and answers only.
func MockOf(tape *runtime.Tape) (*ratchet.Mock, error) {
	m := &ratchet.Mock{}
	clock := newVirtualClock(tape)
	ordered := len(tape.Events) > 0 || tape.Complete
	if ordered {
		m.Seed = hex.EncodeToString(tape.Header.Seed[:])
		m.Time = time.UnixMicro(clock.start).UTC().Format(time.RFC3339Nano)
	}
	for i := range tape.Calls {
		c := &tape.Calls[i]
		switch {
		case c.Call.Kind.Secret() && c.Reply.Error == nil:
			if m.Secrets == nil {
				m.Secrets = map[string]string{}
			}
			m.Secrets[c.Call.Secret] = Redacted
		case c.Call.Fetch != nil && (clock.delivered(c.Call.Seq) || !ordered):
			mock, err := httpMock(c)
			if err != nil {
				return nil, err
			}
			mock.DelayMS = clock.delay(c.Call.Seq)
			m.HTTP = append(m.HTTP, *mock)
		}
	}
	return m, nil
}

// httpMock answers one request as it was answered.
func httpMock(c *runtime.TapeCall) (*ratchet.HTTPMock, error) {
	f := c.Call.Fetch
	m := &ratchet.HTTPMock{URL: f.URL, Method: f.Method, Times: 1}
	if len(f.Body) > 0 {
		if !utf8.Valid(f.Body) {
			return nil, unmockable(c, "its body is not text")
		}
		m.RequestBody = jsonOrText(f.Body)
	}
	if e := c.Reply.Error; e != nil {
		switch e.Class {
		case "NetworkError":
			m.Error = "network"
		case "TimeoutError":
			m.Error = "timeout"
		default:
			return nil, unmockable(c, "it was refused: "+e.Class)
		}
		return m, nil
	}
	response := c.Reply.Fetch
	if !utf8.Valid(response.Body) {
		return nil, unmockable(c, "the body of its response is not text")
	}
	full := struct {
		Status     int               `json:"status"`
		StatusText string            `json:"statusText,omitempty"`
		Headers    map[string]string `json:"headers"`
		Body       json.RawMessage   `json:"body,omitempty"`
	}{Status: response.Status, StatusText: response.StatusText, Headers: map[string]string{}}
	for _, h := range response.Header {
		if before, ok := full.Headers[h[0]]; ok {
			full.Headers[h[0]] = before + ", " + h[1]
		} else {
			full.Headers[h[0]] = h[1]
		}
	}
	if len(response.Body) > 0 {
		full.Body = jsonOrText(response.Body)
	}
	var err error
	m.Response, err = json.Marshal(full)
	return m, err
}

func unmockable(c *runtime.TapeCall, why string) error {
	return ratchet.Errorf(ratchet.CodeConflict, "call %d (%s) cannot become a mock: %s", c.Call.Seq, callName(*c), why).
		WithHint("replay the execution with " + ratchet.ToolReplayExecution + " instead; it needs no mocks")
}

// jsonOrText is a body as a mock holds it: objects and arrays as they are,
// anything else as a string.
func jsonOrText(body []byte) json.RawMessage {
	trimmed := strings.TrimSpace(string(body))
	if json.Valid(body) && (strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[")) {
		return json.RawMessage(trimmed)
	}
	text, _ := json.Marshal(string(body)) // a string has no errors
	return text
}
