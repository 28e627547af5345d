package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"ratchet"
)

// oddIDs are ids that a float64, an int64 or a second encoding would change.
var oddIDs = []string{
	`9007199254740993`, `-9007199254740993`, `12345678901234567890`, `1.5`, `1.0`, `1e400`, `-0`,
	`"a<b"`, `"\u0041"`, `"ratchet-id-31"`, `"\u0072atchet-id-31"`, `"é"`, `7`, `"x"`,
}

// longID is one that marked makes longer than a message may be.
var longID = `"` + strings.Repeat("é", 5<<20) + `"`

func TestOddIDsComeBackOnStdio(t *testing.T) {
	s, _ := newTestServer(t)
	l := openLines(t, s)
	l.shake(t)
	for _, id := range append(slices.Clone(oddIDs), longID) {
		for _, line := range []string{`{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}`, callLine(id, "ratchet_echo", `{"text":"x"}`)} {
			l.send(t, line)
			if got := l.read(t); !strings.HasPrefix(got, `{"jsonrpc":"2.0","id":`+id+`,"result":`) {
				t.Errorf("%.200s: %.200s", line, got)
			}
		}
	}
}

// exchange makes one request of a session and returns the answer, out of its event.
func exchange(t *testing.T, s *Server, method, body string, header map[string]string) (*httptest.ResponseRecorder, string) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/mcp", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	for key, value := range header {
		req.Header.Set(key, value)
	}
	if host := header["Host"]; host != "" {
		req.Host = host
	}
	if query := header["query"]; query != "" {
		req.URL.RawQuery = query
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, req)
	text := "\n" + w.Body.String()
	if i := strings.LastIndex(text, "\ndata: "); i >= 0 { // the first event of a stream may be empty
		text = text[i+len("\ndata: "):]
	}
	return w, strings.TrimSpace(text)
}

// shakeHTTP makes the handshake of the 2025 era and returns the headers of the session.
func shakeHTTP(t *testing.T, s *Server) map[string]string {
	t.Helper()
	w, got := exchange(t, s, http.MethodPost,
		`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, nil)
	header := map[string]string{headerSession: w.Header().Get(headerSession), headerVersion: "2025-11-25"}
	if header[headerSession] == "" {
		t.Fatalf("no session: %d %s", w.Code, got)
	}
	exchange(t, s, http.MethodPost, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, header)
	return header
}

func TestOddIDsComeBackOverHTTP(t *testing.T) {
	s, _ := newTestServer(t)
	session := shakeHTTP(t, s)
	for _, id := range append(slices.Clone(oddIDs), longID) {
		for _, body := range []string{`{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}`, callLine(id, "ratchet_echo", `{"text":"x"}`)} {
			if _, got := exchange(t, s, http.MethodPost, body, session); !strings.HasPrefix(got, `{"jsonrpc":"2.0","id":`+id+`,"result":`) {
				t.Errorf("%.200s: %.200s", body, got)
			}
		}
	}
}

// goType finds names of types of the SDK.
var goType = regexp.MustCompile(`(mcp|jsonrpc)\.[A-Z]`)

// TestTransportFaultsAreJSONRPC breaks the rules of the HTTP transport.
func TestTransportFaultsAreJSONRPC(t *testing.T) {
	s, _ := newTestServer(t)
	session := shakeHTTP(t, s)
	with := func(more ...string) map[string]string {
		h := map[string]string{}
		for key, value := range session {
			h[key] = value
		}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	ask := func(method, params string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`
	}
	cases := []struct {
		name, method, body string
		header             map[string]string
		status, code       int
	}{
		{"Content-Type", "POST", ask("ping", "{}"), with("Content-Type", "text/plain"), 415, codeRefused},
		{"no Content-Type", "POST", ask("ping", "{}"), with("Content-Type", ""), 415, codeRefused},
		{"body over the limit", "POST", strings.Repeat(" ", 17<<20), session, 413, jsonrpc.CodeInvalidRequest},
		{"empty body", "POST", "", session, 400, jsonrpc.CodeParseError},
		{"half a body", "POST", `{"jsonrpc":"2.0","id":1,"met`, session, 400, jsonrpc.CodeParseError},
		{"batch", "POST", "[" + ask("ping", "{}") + "]", session, 400, jsonrpc.CodeInvalidRequest},
		{"query", "POST", ask("ping", "{}"), map[string]string{"query": "toolset=core"}, 400, codeRefused},
		{"query of a selection", "POST", ask("ping", "{}"), map[string]string{"query": "toolsets=nope"}, 400, codeRefused},
		{"query of a truth", "GET", "", map[string]string{"query": "read_only=perhaps"}, 400, codeRefused},
		{"host", "POST", ask("ping", "{}"), with("Host", "example.com"), 403, codeRefused},
		{"origin", "POST", ask("ping", "{}"), with("Origin", "https://example.com"), 403, codeRefused},
		{"event of a message", "POST", ask("ping", "{}"), with("Last-Event-ID", "abc_5"), 400, codeRefused},
		{"end without session", "DELETE", "", nil, 400, codeRefused},
		{"stream of the later era", "GET", "", map[string]string{headerVersion: modernEra}, 405, codeRefused},
		{"unknown method", "POST", ask("no/such", "{}"), session, 200, jsonrpc.CodeMethodNotFound},
		{"unknown method, no session", "POST", ask("no/such", "{}"), nil, 400, jsonrpc.CodeMethodNotFound},
		{
			"unknown method, later era", "POST", ask("no/such", `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}`),
			map[string]string{headerVersion: modernEra, "Mcp-Method": "no/such"},
			404, jsonrpc.CodeMethodNotFound,
		},
		{"no session", "POST", ask("tools/list", "{}"), nil, 400, codeRefused},
		{"no session to ping", "POST", ask("ping", "{}"), nil, 400, codeRefused},
		{"unknown session", "POST", ask("tools/list", "{}"), with(headerSession, "nope"), 404, codeRefused},
		{"call in an unknown session", "POST", callLine("1", "ratchet_echo", "{}"), with(headerSession, "nope"), 404, codeRefused},
		{"Accept", "POST", ask("ping", "{}"), with("Accept", "text/html"), 406, codeRefused},
		{"Accept of a handshake", "POST", ask("initialize", "{}"), map[string]string{"Accept": "application/json"}, 406, codeRefused},
		{"Accept of a stream", "GET", "", with("Accept", "application/json"), 406, codeRefused},
		{"stream without session", "GET", "", nil, 400, codeRefused},
		{"stream of an unknown session", "GET", "", with(headerSession, "nope"), 404, codeRefused},
		{"malformed event", "GET", "", with("Last-Event-ID", "zzz"), 400, codeRefused},
		{"unknown event", "GET", "", with("Last-Event-ID", "abc_5"), 400, codeRefused},
		{"end of an unknown session", "DELETE", "", with(headerSession, "nope"), 404, codeRefused},
		{"verb", "PATCH", "", session, 405, codeRefused},
		{"version", "POST", ask("ping", "{}"), with(headerVersion, "1999-01-01"), 400, codeRefused},
		{"params that are a list", "POST", ask("tools/list", "[1]"), session, 200, jsonrpc.CodeInvalidParams},
		{"a name of another type", "POST", ask("tools/call", `{"name":5}`), session, 200, jsonrpc.CodeInvalidParams},
		{"no params", "POST", `{"jsonrpc":"2.0","id":1,"method":"tools/call"}`, session, 400, jsonrpc.CodeInvalidParams},
		{"second handshake", "POST", ask("initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}`), session, 200, jsonrpc.CodeInvalidParams},
	}
	for _, tc := range cases {
		w, got := exchange(t, s, tc.method, tc.body, tc.header)
		if w.Code != tc.status || !json.Valid([]byte(got)) || codeOf(t, []byte(got)) != tc.code {
			t.Errorf("%s: %d %s; want %d with %d", tc.name, w.Code, got, tc.status, tc.code)
		}
		if goType.MatchString(got) || strings.Contains(got, "Go ") || strings.Contains(got, "jsonrpc2") {
			t.Errorf("%s: names types of Go: %s", tc.name, got)
		}
		if kind := w.Header().Get("Content-Type"); w.Code != http.StatusOK && kind != "application/json" {
			t.Errorf("%s: Content-Type %q", tc.name, kind)
		}
		var fault struct {
			Error struct{ Data ratchet.ErrorBody }
		}
		if err := json.Unmarshal([]byte(got), &fault); tc.code == codeRefused && (err != nil || fault.Error.Data.Hint == "" || fault.Error.Data.RequestID == "") {
			t.Errorf("%s: no hint or request id: %v %s", tc.name, err, got)
		}
	}
}

func TestStdioSaysWhatTheProtocolSays(t *testing.T) {
	s, _ := newTestServer(t)
	l := openLines(t, s)
	ask := func(method, params string, code int, want string) {
		t.Helper()
		l.send(t, `{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`)
		if got := l.read(t); codeOf(t, []byte(got)) != code || !strings.Contains(got, want) || strings.Contains(got, "Go ") {
			t.Errorf("%s %s: %s; want %d with %s", method, params, got, code, want)
		}
	}
	ask("tools/list", "{}", codeUninitialized, "initialize")
	l.shake(t)
	ask("initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}`, jsonrpc.CodeInvalidParams, "once")
	ask("logging/setLevel", `{"level":"loud"}`, jsonrpc.CodeInvalidParams, "loud")
	ask("logging/setLevel", `{"level":"error"}`, 0, `"result"`)
	ask("completion/complete", `{"ref":{"type":"ref/prompt","name":"nope"},"argument":{"name":"a","value":""}}`, jsonrpc.CodeInvalidParams, "nope")
	ask("tools/call", `{"name":5}`, jsonrpc.CodeInvalidParams, "params.name of tools/call must be a string")
	ask("tools/list", `[1]`, jsonrpc.CodeInvalidParams, "they are an object")
}

// TestDeepLinesDoNotEndStdio sends what the SDK refuses to read.
func TestDeepLinesDoNotEndStdio(t *testing.T) {
	s, _ := newTestServer(t)
	l := openLines(t, s)
	l.shake(t)
	for _, line := range []string{
		callLine("1", "ratchet_echo", strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5000)),
		callLine("1", "ratchet_echo", `{"a":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+"}"),
	} {
		l.send(t, line)
		if got := l.read(t); codeOf(t, []byte(got)) != jsonrpc.CodeInvalidRequest {
			t.Errorf("a deep line: %.200s", got)
		}
	}
	l.send(t, `{"jsonrpc":"2.0","id":1,"result":5,"error":5}`) // a response that is none
	l.send(t, `{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	if got := l.read(t); !strings.HasPrefix(got, `{"jsonrpc":"2.0","id":2,"result"`) {
		t.Errorf("the next line: %s", got)
	}
}

// TestCancelledCallsGetNoAnswer cancels a call that passes by the SDK, and one
// that does not, also with an id that the SDK knows under another.
func TestCancelledCallsGetNoAnswer(t *testing.T) {
	for _, id := range []string{"1", "1.5"} {
		for _, call := range []string{
			callLine(id, "ratchet_wait", "{}"),
			`{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"ratchet_wait","arguments":{},"_meta":{"progressToken":1}}}`,
		} {
			s, _ := newTestServer(t)
			l := openLines(t, s)
			l.shake(t)
			l.send(t, call)
			l.send(t, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":`+id+`}}`)
			l.send(t, `{"jsonrpc":"2.0","id":2,"method":"ping"}`)
			if got := l.read(t); got != `{"jsonrpc":"2.0","id":2,"result":{}}` {
				t.Errorf("%s: %s", call, got)
			}
			_ = l.in.Close()
			for l.out.Scan() {
				t.Errorf("%s: %s", call, l.out.Text())
			}
		}
	}
}
