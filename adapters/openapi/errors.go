package openapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"ratchet"
)

// fault is an error status of the surface.
type fault struct {
	status  int
	name    string // of the component
	about   string
	example string // JSON body
}

// faults lists the error statuses, by status.
func faults() []fault {
	about := map[int]string{
		400: "The arguments are wrong; details say which, suggestions what to do.",
		401: "Who calls is not known: credentials are missing, wrong or expired.",
		403: "The caller is known and may not do this.",
		404: "What the path or an argument names does not exist.",
		405: "The path does not take this method; Allow lists those it takes.",
		408: "The call took longer than its deadline; it may go on.",
		409: "The call does not fit the present state, such as a name that is taken.",
		410: "It was there and is gone: purged or expired.",
		412: "If-Match names another version than the present one.",
		413: "The body is too large.",
		415: "The body is no JSON.",
		429: "Too many calls; Retry-After says when to try again.",
		500: "The server failed; its log has the request id.",
		503: "The server cannot do this now; Retry-After says when to try again.",
	}
	code := map[int]ratchet.Code{412: ratchet.CodeConflict, 500: ratchet.CodeInternal}
	for _, c := range ratchet.Codes() {
		if _, has := code[c.HTTPStatus()]; !has {
			code[c.HTTPStatus()] = c
		}
	}
	var list []fault
	for status, text := range about {
		message := http.StatusText(status)
		list = append(list, fault{
			status: status, name: component(status), about: text,
			example: fmt.Sprintf(`{"error":{"code":%q,"message":%q,"status":%d,"requestId":"0192f0c1-7e1a-7bd1-9d3e-3f1f4f6f2a10","timestamp":"2026-01-02T03:04:05.678Z","path":"/api/v1/tasks","details":[],"suggestions":[],"errorType":%[4]q,"retryable":%[5]t},"statusCode":%[3]d,"message":%[2]q}`,
				code[status].Wire(), message, status, code[status].ErrorType(), code[status].Retryable()),
		})
	}
	slices.SortFunc(list, func(a, b fault) int { return a.status - b.status })
	return list
}

// component is the name of an error response, e.g. NotFound.
func component(status int) string {
	var name []byte
	for _, c := range []byte(http.StatusText(status)) {
		if c != ' ' {
			name = append(name, c)
		}
	}
	return string(name)
}

// errorSchema is the body of every error.
func errorSchema() json.RawMessage {
	var codes []string
	for _, code := range ratchet.Codes() {
		if !slices.Contains(codes, code.Wire()) {
			codes = append(codes, code.Wire())
		}
	}
	return json.RawMessage(`{"type":"object","description":"The body of every error.","required":["error","statusCode","message"],"properties":{` +
		`"error":{"type":"object","required":["code","message","status","requestId","timestamp","path","details","suggestions"],"properties":{` +
		`"code":{"type":"string","enum":` + string(marshal(codes)) + `,"description":"for programs"},` +
		`"message":{"type":"string","description":"what is wrong, for people"},` +
		`"status":{"type":"integer","description":"the HTTP status"},` +
		`"requestId":{"type":"string","description":"also in X-Request-ID and in the server's log"},` +
		`"timestamp":{"type":"string","format":"date-time"},` +
		`"path":{"type":"string"},` +
		`"details":{"type":"array","items":{"type":"object","properties":{` +
		`"field":{"type":"string","description":"JSON pointer into the arguments, or a query parameter"},` +
		`"code":{"type":"string"},"message":{"type":"string"},"allowed":{"description":"what would be accepted"},` +
		`"nearest":{"type":"string","description":"the closest right name"},"example":{"description":"one that is right"}}}},` +
		`"suggestions":{"type":"array","items":{"type":"string"},"description":"what to do next"},` +
		`"errorType":{"type":"string"},"retryable":{"type":"boolean","description":"the same call may succeed later"},` +
		`"retryAfterMs":{"type":"integer"},"nextTool":{"type":"object","additionalProperties":true,"description":"a call worth making next"},` +
		`"facts":{"type":"object","additionalProperties":true,"description":"further facts, such as line and column"}}},` +
		`"statusCode":{"type":"integer"},"message":{"type":"string"}}}`)
}

// refusals are the error responses of an operation.
func refusals(into *ordered[response], statuses []int) {
	for _, status := range statuses {
		into.Set(strconv.Itoa(status), response{Ref: "#/components/responses/" + component(status)})
	}
}

// addResponses writes every error response once.
func addResponses(c *components) {
	for _, f := range faults() {
		list := newOrdered[example]()
		list.Set("example", example{Value: json.RawMessage(f.example)})
		r := response{Description: f.about, Content: content("application/json", media{Schema: ref("Error"), Examples: list})}
		r.Headers = newOrdered[parameter]()
		r.Headers.Set("X-Request-ID", parameter{Ref: "#/components/headers/RequestID"})
		if f.status == 429 || f.status == 503 {
			r.Headers.Set("Retry-After", parameter{Ref: "#/components/headers/RetryAfter"})
		}
		c.Responses.Set(f.name, r)
	}
}
