package ratchet

import (
	"encoding/json"
	"time"
)

// TestCase is one stored test of a task, in the field names of a test file.
type TestCase struct {
	Name           string          `json:"name"`
	Description    string          `json:"description,omitempty"`
	Tags           []string        `json:"tags,omitempty"`
	Input          json.RawMessage `json:"input"`
	ExpectedOutput json.RawMessage `json:"expected_output,omitempty"` // nil = no expectation; "expected" is read too
	Match          string          `json:"match,omitempty"`           // exact (default), subset, schema or types
	ShouldFail     bool            `json:"should_fail,omitempty"`
	ExpectedError  *ExpectedError  `json:"expected_error,omitempty"` // only with ShouldFail
	Mock           *Mock           `json:"mock,omitempty"`           // any mock takes the run offline
	TimeoutMS      int             `json:"timeout_ms,omitempty"`     // 0 = the task's limit
	Skip           bool            `json:"skip,omitempty"`
	Only           bool            `json:"only,omitempty"`
}

// ExpectedError says which failure a test wants. Empty fields match anything.
type ExpectedError struct {
	Type    string `json:"type,omitempty"`    // error class or error_type
	Message string `json:"message,omitempty"` // plain part of the message, or /regular expression/
	Status  int    `json:"status,omitempty"`  // HTTP status of an HttpError
}

// Mock answers host calls of one run instead of the world.
type Mock struct {
	HTTP    []HTTPMock        `json:"http,omitempty"`    // one object or a list is read
	Time    string            `json:"time,omitempty"`    // RFC 3339: the clock starts here and moves with timers only
	Random  *uint64           `json:"random,omitempty"`  // seed of the random source
	Seed    string            `json:"seed,omitempty"`    // the whole seed of a recorded run, 64 hex digits; before Random
	Secrets map[string]string `json:"secrets,omitempty"` // values by name
}

// HTTPMock answers fetches of one method and URL.
type HTTPMock struct {
	URL         string          `json:"url"`                    // exact, then pattern with *, then a case-insensitive part
	Method      string          `json:"method,omitempty"`       // any case; empty = any method
	RequestBody json.RawMessage `json:"request_body,omitempty"` // must deep-equal the body when set
	Response    json.RawMessage `json:"response,omitempty"`     // {status,…} or {ok,…} is the response, else the body of a 200
	Times       int             `json:"times,omitempty"`        // 0 = any number of uses
	DelayMS     int             `json:"delay_ms,omitempty"`     // by the mocked clock when Mock.Time is set, else real time
	Error       string          `json:"error,omitempty"`        // network or timeout
}

// TestStatus is the outcome of one test.
type TestStatus string

// The outcomes of a test.
const (
	TestPassed  TestStatus = "passed"
	TestFailed  TestStatus = "failed"
	TestSkipped TestStatus = "skipped"
)

// TestRun is one run of a task's tests.
type TestRun struct {
	ID         string // UUID
	TaskID     string
	TaskName   string
	Status     Status          // running, completed, or failed when the server died in between
	Results    json.RawMessage // what run_task_tests answers; nil while running
	StartedAt  time.Time
	FinishedAt time.Time // zero while running
}
