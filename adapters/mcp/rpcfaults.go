package mcp

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"ratchet"
	"ratchet/reply"
	"ratchet/server/limit"
)

// codeRefused answers HTTP requests that break the rules of the transport.
const codeRefused = -32000

// rpcFault answers an HTTP request to the MCP endpoint with a JSON-RPC error,
// whose data is the body that errors have on every surface.
func rpcFault(w http.ResponseWriter, status int, id json.RawMessage, code int64, e *ratchet.Error, requestID string) {
	limit.RetryAfter(w.Header(), e)
	message := e.Message
	if e.Hint != "" {
		message += "; " + e.Hint
	}
	body := ratchet.Body(e, requestID)
	data := struct {
		ratchet.ErrorBody
		RetryAfter int64 `json:"retryAfterMs,omitempty"` // as clients of the protocol know it
	}{body, body.RetryAfterMS}
	reply.JSON(w, status, map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": code, "message": message, "data": data}})
}

// rpcDeny is rpcFault for errors that are refused elsewhere too: its status and
// code are those of the error.
func Deny(w http.ResponseWriter, err error, requestID string) {
	e, code := ratchet.AsError(err), int64(codeRefused)
	switch e.Code {
	case ratchet.CodeTooLarge: // as on stdio
		code = jsonrpc.CodeInvalidRequest
	case ratchet.CodeInternal:
		code = jsonrpc.CodeInternalError
	}
	rpcFault(w, e.Code.HTTPStatus(), nil, code, e, requestID)
}

// parseError answers a message that cannot be read.
func parseError(w http.ResponseWriter, message, requestID string) {
	rpcFault(w, http.StatusBadRequest, nil, jsonrpc.CodeParseError,
		ratchet.Errorf(ratchet.CodeInvalid, "%s", message).WithHint("send one JSON-RPC message, as JSON in UTF-8"), requestID)
}

// invalidRequest answers JSON that is no JSON-RPC message.
func invalidRequest(w http.ResponseWriter, id json.RawMessage, message, requestID string) {
	rpcFault(w, http.StatusBadRequest, id, jsonrpc.CodeInvalidRequest,
		ratchet.Errorf(ratchet.CodeInvalid, "%s", message).WithHint("send one JSON-RPC 2.0 request or notification"), requestID)
}

// busy answers what the server does not take now.
func busy(w http.ResponseWriter, code int64, message, requestID string) {
	e := ratchet.Errorf(ratchet.CodeUnavailable, "%s", message).With(ratchet.FieldRetryAfter, int64(5000)).WithHint("try again in a moment")
	rpcFault(w, http.StatusServiceUnavailable, nil, code, e, requestID)
}

// rpcWriter is how the SDK answers over HTTP: its messages reach clients as
// spoken has them, its plain texts as JSON-RPC errors.
type rpcWriter struct {
	http.ResponseWriter
	r     *http.Request
	id    json.RawMessage // of the request in the body; nil = none
	plain int             // the status of a plain text; 0 = it is none
}

// Unwrap is for http.ResponseController.
func (w *rpcWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *rpcWriter) requestID() string { return w.r.Header.Get(reply.HeaderRequestID) }

// WriteHeader holds back the status of a plain text until the text is known.
func (w *rpcWriter) WriteHeader(status int) {
	if status >= http.StatusBadRequest && strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		w.plain = status
		return
	}
	w.Header().Del("Content-Length") // ids have other lengths
	w.ResponseWriter.WriteHeader(status)
}

// Write writes one event, one message or one plain text.
func (w *rpcWriter) Write(p []byte) (int, error) {
	if w.plain != 0 {
		w.refuse(strings.TrimSpace(string(p)))
		return len(p), nil
	}
	const data = "data: "
	start := 0
	if i := bytes.Index(p, []byte(data+answerHead)); i >= 0 && (i == 0 || p[i-1] == '\n') {
		start = i + len(data)
	}
	message, _ := restoreID(p[start:])
	if start > 0 {
		message = append(bytes.Clone(p[:start]), message...)
	}
	if _, err := w.ResponseWriter.Write(message); err != nil {
		return 0, err
	}
	return len(p), nil
}

// refuse answers with what the plain text says.
func (w *rpcWriter) refuse(text string) {
	status, code := w.plain, int64(codeRefused)
	e := transportFault(status, text)
	switch {
	case status >= http.StatusInternalServerError:
		code = jsonrpc.CodeInternalError
	case e == nil:
		known := reworded(jsonrpc.Error{Code: codeRefused, Message: strings.TrimPrefix(text, "Bad Request: ")})
		code, e = known.Code, ratchet.Errorf(ratchet.CodeInvalid, "%s", known.Message).WithHint("the protocol says what a message needs: https://modelcontextprotocol.io/specification")
		if code == jsonrpc.CodeMethodNotFound && w.id != nil && w.r.Header.Get(headerSession) != "" {
			status = http.StatusOK // the answer to a request that was understood
		}
	case strings.HasPrefix(text, "Accept must contain"):
		status = http.StatusNotAcceptable
	}
	w.Header().Del("Content-Length")
	rpcFault(w.ResponseWriter, status, w.id, code, e, w.requestID())
}

// transportFault is what a plain text of the SDK says of the HTTP request; nil = it
// is about the message.
func transportFault(status int, text string) *ratchet.Error {
	switch {
	case status == http.StatusNotFound:
		return ratchet.Errorf(ratchet.CodeNotFound, "there is no such session").
			WithHint("begin a new one with initialize, without %s", headerSession)
	case status == http.StatusMethodNotAllowed:
		return ratchet.Errorf(ratchet.CodeMethodNotAllowed, "this HTTP method is not allowed here").WithHint("send messages with POST")
	case status >= http.StatusInternalServerError:
		return ratchet.AsError(errors.New(text))
	case strings.HasPrefix(text, "Accept must contain"):
		return ratchet.Errorf(ratchet.CodeInvalid, "the Accept header does not name the types of the answer").
			WithHint("send Accept: application/json, text/event-stream")
	case strings.HasPrefix(text, "failed to replay"), strings.HasPrefix(text, "malformed Last-Event-ID"):
		return ratchet.Errorf(ratchet.CodeInvalid, "Last-Event-ID names no event of this session").WithHint("open the stream without it")
	}
	return nil
}

// sessionless refuses a request of the handshake era that names no session.
func sessionless(w http.ResponseWriter, body []byte, requestID string) {
	if method := methodOf(body); method != "" && !handshakeMethods(method) {
		rpcFault(w, http.StatusBadRequest, requestOf(body), jsonrpc.CodeMethodNotFound,
			ratchet.Errorf(ratchet.CodeNotFound, "there is no method %s", ratchet.Clip(method, 100)).WithHint("initialize tells what the server can do"), requestID)
		return
	}
	rpcFault(w, http.StatusBadRequest, requestOf(body), codeRefused, ratchet.Errorf(ratchet.CodeInvalid, "the %s header is missing", headerSession).
		WithHint("send initialize first, and its session with every message"), requestID)
}

// handshakeMethods are those that clients of the handshake era send.
func handshakeMethods(method string) bool {
	switch method {
	case "ping", "tools/list", "prompts/list", "prompts/get", "resources/list", "resources/templates/list", "resources/read",
		"resources/subscribe", "resources/unsubscribe", "logging/setLevel", "completion/complete",
		methodListSkills, methodGetSkill:
		return true
	}
	return strings.HasPrefix(method, "notifications/")
}

// requestOf is the id of a request; nil = it has none.
func requestOf(body []byte) json.RawMessage { return membersOf(body)["id"] }

// membersOf are the members of a message by their exact names, which a struct
// would take in any case.
func membersOf(body []byte) (m map[string]json.RawMessage) {
	if json.Unmarshal(body, &m) != nil {
		return nil
	}
	return m
}
