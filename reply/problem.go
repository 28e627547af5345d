package reply

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"ratchet"
	"ratchet/casing"
	"ratchet/mask"
)

// Problem is the body of an error.
type Problem struct {
	Error      ProblemError `json:"error"`
	StatusCode int          `json:"statusCode"`
	Message    string       `json:"message"`
}

// ProblemError says what is wrong and what to do.
type ProblemError struct {
	Code         string            `json:"code"`
	Message      string            `json:"message"`
	Status       int               `json:"status"`
	RequestID    string            `json:"requestId"`
	Timestamp    string            `json:"timestamp"`
	Path         string            `json:"path"`
	Details      []Detail          `json:"details"`
	Suggestions  []string          `json:"suggestions"`
	ErrorType    string            `json:"errorType"`
	Retryable    bool              `json:"retryable"`
	RetryAfterMS int64             `json:"retryAfterMs,omitempty"`
	NextTool     *ratchet.NextTool `json:"nextTool,omitempty"`
	Facts        map[string]any    `json:"facts,omitempty"` // further ones, e.g. line and column
}

// Detail is one thing that is wrong.
type Detail struct {
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Allowed any    `json:"allowed,omitempty"`
	Nearest string `json:"nearest,omitempty"`
	Example any    `json:"example,omitempty"`
}

// NewProblem is the body for an error that r ended with at a time.
func NewProblem(r *http.Request, at time.Time, status int, facts ratchet.ErrorBody) Problem {
	p := ProblemError{
		Code: facts.Code, Message: facts.Message, Status: status, RequestID: facts.RequestID, Timestamp: at.UTC().Format(ratchet.TimeFormat),
		Path: mask.Secrets(r.URL.EscapedPath()), Details: []Detail{}, Suggestions: []string{}, ErrorType: facts.ErrorType, Retryable: facts.Retryable,
		RetryAfterMS: facts.RetryAfterMS, NextTool: facts.NextTool, Facts: camelKeys(facts.Details),
	}
	d := Detail{Field: facts.Field, Code: facts.Code, Message: facts.Message, Allowed: facts.Allowed, Nearest: facts.Nearest, Example: facts.Example}
	if d.Field != "" || d.Allowed != nil || d.Nearest != "" || d.Example != nil {
		p.Details = append(p.Details, d)
	}
	if facts.Hint != "" {
		p.Suggestions = append(p.Suggestions, facts.Hint)
	}
	return Problem{p, status, facts.Message}
}

func camelKeys(m map[string]any) map[string]any {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[casing.Camel(k)] = v
	}
	return out
}

// Encode returns the body as a line of JSON, and sets the headers that go with it.
func (p Problem) Encode(h http.Header) []byte {
	raw, err := json.Marshal(p)
	if err != nil { // a fact that is no JSON
		p.Error.Facts, p.Error.Details = nil, []Detail{}
		raw, _ = json.Marshal(p)
	}
	if p.Error.RetryAfterMS > 0 {
		h.Set("Retry-After", strconv.FormatInt((p.Error.RetryAfterMS+999)/1000, 10))
	} else if p.StatusCode == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	if p.StatusCode == http.StatusUnauthorized && h.Get("WWW-Authenticate") == "" {
		h.Set("WWW-Authenticate", `Bearer realm="ratchet"`)
	}
	return append(raw, '\n')
}
