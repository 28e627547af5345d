package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// codeRefused answers HTTP requests that break the rules of the transport.
const codeRefused = -32000

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
	message, _ := spoken(p[start:])
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
	status := w.plain
	code := int64(codeRefused)
	switch {
	case status == http.StatusNotFound:
		text = "there is no such session: begin a new one with initialize, without " + headerSession
	case status == http.StatusMethodNotAllowed:
		text = w.r.Method + " is not allowed here: send messages with POST"
	case strings.HasPrefix(text, "failed to replay"), strings.HasPrefix(text, "malformed Last-Event-ID"):
		text = "Last-Event-ID names no event of this session: open the stream without it"
	default:
		e := reworded(jsonrpc.Error{Code: codeRefused, Message: strings.TrimPrefix(text, "Bad Request: ")})
		code, text = e.Code, e.Message
		if code == jsonrpc.CodeMethodNotFound && w.id != nil && w.r.Header.Get(headerSession) != "" {
			status = http.StatusOK // the answer to a request that was understood
		}
	}
	w.Header().Del("Content-Length")
	rpcRefuse(w.ResponseWriter, status, w.id, code, text)
}

// rpcRefuse answers with a JSON-RPC error.
func rpcRefuse(w http.ResponseWriter, status int, id json.RawMessage, code int64, message string) {
	answer(w, status, map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": code, "message": message}})
}

// sessionless refuses a request of the handshake era that names no session.
func sessionless(w http.ResponseWriter, body []byte) {
	if method := methodOf(body); method != "" && !handshakeMethods(method) {
		rpcRefuse(w, http.StatusBadRequest, requestOf(body), jsonrpc.CodeMethodNotFound, "there is no method "+clip(method))
		return
	}
	rpcRefuse(w, http.StatusBadRequest, nil, codeRefused,
		"the "+headerSession+" header is missing: send initialize first, and its session with every message")
}

// handshakeMethods are those that clients of the handshake era send.
func handshakeMethods(method string) bool {
	switch method {
	case "ping", "tools/list", "prompts/list", "prompts/get", "resources/list", "resources/templates/list", "resources/read",
		"resources/subscribe", "resources/unsubscribe", "logging/setLevel", "completion/complete":
		return true
	}
	return strings.HasPrefix(method, "notifications/")
}

// requestOf is the id of a request; nil = it has none.
func requestOf(body []byte) json.RawMessage {
	var m struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(body, &m) != nil {
		return nil
	}
	return m.ID
}
