package ratchet

import "maps"

// ErrorBody is an error as JSON on every surface.
type ErrorBody struct {
	Code         string         `json:"code"`
	ErrorType    string         `json:"error_type"`
	Message      string         `json:"message"`
	Field        string         `json:"field,omitempty"`
	Allowed      any            `json:"allowed,omitempty"`
	Nearest      string         `json:"nearest,omitempty"`
	Hint         string         `json:"hint,omitempty"`
	Example      any            `json:"example,omitempty"`
	NextTool     *NextTool      `json:"next_tool,omitempty"`
	Retryable    bool           `json:"retryable"`
	RetryAfterMS int64          `json:"retry_after_ms,omitempty"`
	RequestID    string         `json:"request_id,omitempty"`
	Details      map[string]any `json:"details,omitempty"`
}

// Body renders err for a caller. Foreign errors become CodeInternal and show
// nothing of themselves but the request id.
func Body(err error, requestID string) ErrorBody {
	e := AsError(err)
	body := ErrorBody{
		Code: e.Code.Wire(), ErrorType: e.Code.ErrorType(),
		Message: e.Message, Hint: e.Hint,
		Retryable: e.Code.Retryable(), RequestID: requestID,
	}
	rest := maps.Clone(e.Fields)
	take := func(key string) any {
		v := rest[key]
		delete(rest, key)
		return v
	}
	body.Field, _ = take(FieldPointer).(string)
	body.Allowed = take(FieldAllowed)
	body.Nearest, _ = take(FieldNearest).(string)
	body.Example = take(FieldExample)
	if next, ok := take(FieldNextTool).(NextTool); ok {
		body.NextTool = &next
	}
	if after, ok := take(FieldRetryAfter).(int64); ok {
		body.RetryAfterMS, body.Retryable = after, true
	}
	if id, ok := take(FieldRequestID).(string); ok {
		body.RequestID = id
	}
	if kind, ok := take("error_type").(string); ok {
		body.ErrorType = kind
	}
	if len(rest) > 0 {
		body.Details = rest
	}
	return body
}
