package rest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"ratchet"
	"ratchet/casing"
	"ratchet/mask"
)

// problem is the body of an error.
type problem struct {
	Error      problemError `json:"error"`
	StatusCode int          `json:"statusCode"`
	Message    string       `json:"message"`
}

type problemError struct {
	Code         string            `json:"code"`
	Message      string            `json:"message"`
	Status       int               `json:"status"`
	RequestID    string            `json:"requestId"`
	Timestamp    string            `json:"timestamp"`
	Path         string            `json:"path"`
	Details      []detail          `json:"details"`
	Suggestions  []string          `json:"suggestions"`
	ErrorType    string            `json:"errorType"`
	Retryable    bool              `json:"retryable"`
	RetryAfterMS int64             `json:"retryAfterMs,omitempty"`
	NextTool     *ratchet.NextTool `json:"nextTool,omitempty"`
	Facts        map[string]any    `json:"facts,omitempty"` // further ones, e.g. line and column
}

// detail is one thing that is wrong.
type detail struct {
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Allowed any    `json:"allowed,omitempty"`
	Nearest string `json:"nearest,omitempty"`
	Example any    `json:"example,omitempty"`
}

// fail answers with an error; op says how the arguments are spelled, nil = not at all.
func (x *exchange) fail(op *operation, err error) {
	status, body := x.problem(op, err)
	raw, err := json.Marshal(body)
	if err != nil { // a field that is no JSON
		body.Error.Facts, body.Error.Details = nil, []detail{}
		raw, _ = json.Marshal(body)
	}
	if body.Error.RetryAfterMS > 0 {
		x.header().Set("Retry-After", strconv.FormatInt((body.Error.RetryAfterMS+999)/1000, 10))
	} else if status == http.StatusServiceUnavailable {
		x.header().Set("Retry-After", "1")
	}
	if status == http.StatusUnauthorized && x.header().Get("WWW-Authenticate") == "" {
		x.header().Set("WWW-Authenticate", `Bearer realm="ratchet"`)
	}
	x.send(status, append(raw, '\n'))
}

// problem is the body for an error, and its status.
func (x *exchange) problem(op *operation, err error) (int, problem) {
	e := ratchet.AsError(err)
	if e.Code == ratchet.CodeInternal {
		x.h.log.ErrorContext(x.r.Context(), "a request failed", "request_id", x.id, "path", x.r.URL.Path, "error", e.Err)
	}
	facts := ratchet.Body(e, x.id)
	if !x.namesTools() {
		facts.Message, facts.Hint = x.h.wording.text(op, named(op, facts.Message)), x.h.wording.text(op, facts.Hint)
		facts.Example = example(op, facts.Example)
	}
	status := e.Code.HTTPStatus()
	if e.Code == ratchet.CodeConflict && facts.Field == "/expected_revision" && x.r.Header.Get("If-Match") != "" {
		status = http.StatusPreconditionFailed
	}
	p := problemError{
		Code: facts.Code, Message: facts.Message, Status: status, RequestID: x.id, Timestamp: x.h.now().Format(ratchet.TimeFormat),
		Path: mask.Secrets(x.r.URL.Path), Details: []detail{}, Suggestions: []string{}, ErrorType: facts.ErrorType, Retryable: facts.Retryable,
		RetryAfterMS: facts.RetryAfterMS, NextTool: facts.NextTool, Facts: camelKeys(facts.Details),
	}
	d := detail{Code: facts.Code, Message: facts.Message, Allowed: facts.Allowed, Nearest: facts.Nearest, Example: facts.Example}
	if facts.Field != "" {
		d.Field = x.spelled(op, facts.Field)
		d.Nearest = respelled(op, facts.Nearest)
		d.Allowed = respelledAll(op, d.Field, facts.Allowed)
	}
	if d.Field != "" || d.Allowed != nil || d.Nearest != "" || d.Example != nil {
		p.Details = append(p.Details, d)
	}
	if facts.Hint != "" {
		p.Suggestions = append(p.Suggestions, facts.Hint)
	}
	return status, problem{p, status, facts.Message}
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

// spelled is a pointer into a tool's arguments as the request spelled them: in
// camelCase, and the names of parameters for what stands for them.
func (x *exchange) spelled(op *operation, pointer string) string {
	if op == nil {
		return pointer
	}
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	if x.page != nil {
		switch parts[0] {
		case "sort", "sort_by", "sort_order":
			return "/_sort"
		case "offset":
			return "/_start"
		case "filters":
			if len(parts) > 1 {
				if i, err := strconv.Atoi(parts[1]); err == nil && i < len(x.page.filters) {
					return "/" + x.page.filters[i]
				}
			}
		}
	}
	if parts[0] == "expected_revision" && x.r.Header.Get("If-Match") != "" {
		return "If-Match"
	}
	s := op.in
	for i, part := range parts {
		if s == nil {
			break
		}
		if p := s.Field(part); p != nil {
			parts[i], s = p.Camel, p.Type
			continue
		}
		if _, err := strconv.Atoi(part); err == nil && s.Items != nil {
			s = s.Items
			continue
		}
		s = s.Rest
	}
	return "/" + strings.Join(parts, "/")
}

// respelled is a name of an argument in camelCase; other words stay.
func respelled(op *operation, word string) string {
	if op == nil || op.in.Field(word) == nil {
		return word
	}
	return op.in.Field(word).Camel
}

// respelledAll does so for a list: names of arguments, and fields of lists.
func respelledAll(op *operation, field string, allowed any) any {
	words, ok := allowed.([]string)
	if !ok || op == nil {
		return allowed
	}
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = respelled(op, w)
		if field == "/_sort" || strings.HasPrefix(field, "/fields") {
			out[i] = casing.Camel(w)
		}
	}
	return out
}
