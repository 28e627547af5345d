package recording

import (
	"encoding/base64"
	"unicode/utf8"

	"ratchet/runtime"
)

// FormatVersion is the version of events.jsonl that this build writes and reads.
const FormatVersion = 1

// Header is the first line of events.jsonl: what the run was made of.
type Header struct {
	FormatVersion int               `json:"format_version"`
	TapeVersion   int               `json:"tape_version"`
	TaskChecksum  string            `json:"task_checksum"` // SHA-256 of the source
	Engine        string            `json:"engine"`
	Go            string            `json:"go"`
	Polyfills     string            `json:"polyfills"`
	Seed          string            `json:"seed"`
	Start         int64             `json:"start_us"`
	Clock         int64             `json:"clock_us,omitempty"`
	Complete      bool              `json:"complete"`
	Limits        map[string]int64  `json:"limits"`
	Context       map[string]string `json:"context,omitempty"`
	Attempt       int               `json:"attempt,omitempty"`
	Secrets       []string          `json:"secrets,omitempty"`
	ThrowOnError  bool              `json:"throw_on_error,omitempty"`
}

// Event is one line of events.jsonl after the header.
type Event struct {
	Seq     int      `json:"seq,omitempty"` // from 1; 0 = a call whose request or reply is not among the events
	Kind    string   `json:"kind"`
	Call    int64    `json:"call,omitempty"` // number of the call, timer or report
	AtMS    float64  `json:"at_ms"`
	Value   int64    `json:"value,omitempty"`
	Request *request `json:"request,omitempty"`
	Result  *result  `json:"result,omitempty"`
	StartUS int64    `json:"start_us,omitempty"`
	EndUS   int64    `json:"end_us,omitempty"`
}

type request struct {
	Secret         string      `json:"secret,omitempty"` // name
	Method         string      `json:"method,omitempty"`
	URL            string      `json:"url,omitempty"`
	Header         [][2]string `json:"headers,omitempty"`
	Body           *body       `json:"body,omitempty"`
	TimeoutMS      int         `json:"timeout_ms,omitempty"`
	Redirect       string      `json:"redirect,omitempty"`
	IdempotencyKey string      `json:"idempotency_key,omitempty"`
}

type result struct {
	Version    int64                `json:"version,omitempty"` // of a secret's value
	Error      *failure             `json:"error,omitempty"`
	Status     int                  `json:"status,omitempty"`
	StatusText string               `json:"status_text,omitempty"`
	Header     [][2]string          `json:"headers,omitempty"`
	Body       *body                `json:"body,omitempty"`
	URL        string               `json:"url,omitempty"`
	Redirected bool                 `json:"redirected,omitempty"`
	Timing     *runtime.FetchTiming `json:"timing_us,omitempty"`
}

type failure struct {
	Class   string `json:"class"`
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
}

// body is text, or base64 of what is no text.
type body struct {
	Text   string `json:"text,omitempty"`
	Base64 string `json:"base64,omitempty"`
}

func newBody(b []byte) *body {
	switch {
	case b == nil:
		return nil
	case utf8.Valid(b):
		return &body{Text: string(b)}
	default:
		return &body{Base64: base64.StdEncoding.EncodeToString(b)}
	}
}

func (b *body) bytes() ([]byte, error) {
	switch {
	case b == nil:
		return nil, nil
	case b.Base64 != "":
		return base64.StdEncoding.DecodeString(b.Base64)
	default:
		return []byte(b.Text), nil
	}
}

func newRequest(c *runtime.HostCall) *request {
	f := c.Fetch
	if f == nil {
		return &request{Secret: c.Secret}
	}
	return &request{
		Method: f.Method, URL: f.URL, Header: f.Header, Body: newBody(f.Body),
		TimeoutMS: f.TimeoutMS, Redirect: f.Redirect, IdempotencyKey: f.IdempotencyKey,
	}
}

func (r *request) call(kind string, seq int64) (c runtime.HostCall, err error) {
	c = runtime.HostCall{Seq: seq, Kind: runtime.CallKind(kind), Secret: r.Secret}
	if r.Secret != "" {
		return c, nil
	}
	c.Kind = runtime.CallFetch
	c.Fetch = &runtime.FetchRequest{
		Method: r.Method, URL: r.URL, Header: r.Header, TimeoutMS: r.TimeoutMS, Redirect: r.Redirect, IdempotencyKey: r.IdempotencyKey,
	}
	c.Fetch.Body, err = r.Body.bytes()
	return c, err
}

func newResult(r *runtime.HostReply) *result {
	switch {
	case r.Error != nil:
		return &result{Error: &failure{r.Error.Class, r.Error.Message, r.Error.Code}}
	case r.Version != 0:
		return &result{Version: r.Version}
	case r.Fetch != nil:
		f := r.Fetch
		timing := f.Timing
		return &result{
			Status: f.Status, StatusText: f.StatusText, Header: f.Header, Body: newBody(f.Body),
			URL: f.URL, Redirected: f.Redirected, Timing: &timing,
		}
	default:
		return nil
	}
}

func (r *result) reply() (out runtime.HostReply, err error) {
	switch {
	case r == nil:
		return out, nil
	case r.Version != 0:
		out.Version = r.Version
		return out, nil
	case r.Error != nil:
		out.Error = &runtime.CallError{Class: r.Error.Class, Message: r.Error.Message, Code: r.Error.Code}
		return out, nil
	}
	out.Fetch = &runtime.FetchResponse{
		Status: r.Status, StatusText: r.StatusText, Header: r.Header, URL: r.URL, Redirected: r.Redirected,
	}
	if r.Timing != nil {
		out.Fetch.Timing = *r.Timing
	}
	out.Fetch.Body, err = r.Body.bytes()
	return out, err
}
