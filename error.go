package ratchet

import (
	"errors"
	"fmt"
)

// Error is the only error a surface shows to a caller. Everything else is
// reported as CodeInternal with a request id.
type Error struct {
	Code    Code           // what kind of failure this is; decides the status on every surface
	Message string         // what is wrong, one line, free of internals
	Hint    string         // what to do next; names a tool or argument where one helps
	Fields  map[string]any // JSON-safe detail under the Field… keys below
	Err     error          // the cause: logged at the edge, never sent
}

// Keys of Error.Fields with a meaning on every surface. Other keys travel in
// the body's details.
const (
	FieldPointer    = "field"          // JSON pointer of the offending argument
	FieldAllowed    = "allowed"        // []string or bounds that would be accepted
	FieldNearest    = "nearest"        // the closest valid name
	FieldExample    = "example"        // one corrected call
	FieldNextTool   = "next_tool"      // NextTool
	FieldRetryAfter = "retry_after_ms" // int64; makes the error retryable
	FieldRequestID  = "request_id"     // of the server that refused, in an error that was read from its answer
	FieldCause      = "cause"          // which limit ended a run: a Cause
	FieldName       = "name"           // JavaScript error class, e.g. TypeError
	FieldLine       = "line"           // 1-based line in the author's source
	FieldColumn     = "column"         // 1-based column in the author's source
	FieldStack      = "stack"          // JavaScript stack in the author's source
	FieldSnippet    = "snippet"        // the offending source line
)

// NextTool names a call worth making next.
type NextTool struct {
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments,omitempty"`
}

// Errorf makes an Error without a hint. Wrap a cause with Wrap, not with %w:
// the message is sent to callers.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error returns the code and the message; the cause is left out on purpose.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap gives the logged cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// At sets the JSON pointer of the offending argument and returns e.
func (e *Error) At(pointer string) *Error { return e.With(FieldPointer, pointer) }

// With sets one field and returns e.
func (e *Error) With(key string, value any) *Error {
	if e.Fields == nil {
		e.Fields = make(map[string]any, 2)
	}
	e.Fields[key] = value
	return e
}

// Wrap sets the logged cause and returns e.
func (e *Error) Wrap(err error) *Error {
	e.Err = err
	return e
}

// Next names the tool to call next and returns e.
func (e *Error) Next(tool string, arguments map[string]any) *Error {
	return e.With(FieldNextTool, NextTool{Name: tool, Arguments: arguments})
}

// AsError returns the *Error in err's chain, or a CodeInternal error that wraps
// err and says nothing about it. It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{
		Code:    CodeInternal,
		Message: "the server failed to do this",
		Hint:    "try again; if it keeps failing, look up the request id in the server's log",
		Err:     err,
	}
}

// CodeOf returns the code of err: empty for nil, CodeInternal for foreign errors.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return AsError(err).Code
}
