package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// faultyMessages are messages that are refused, with their error codes.
var faultyMessages = map[string]int{
	`{`:       jsonrpc.CodeParseError,
	`{"a":"b`: jsonrpc.CodeParseError,
	`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"te`:                jsonrpc.CodeParseError,
	`{"jsonrpc":"2.0","id"=1,"method":"ping"}`:                                                                      jsonrpc.CodeParseError,
	`{"jsonrpc":"2.0","id":007,"method":"ping"}`:                                                                    jsonrpc.CodeParseError,
	`{"jsonrpc":"2.0","id":1 "method":"ping"}`:                                                                      jsonrpc.CodeParseError,
	`{"jsonrpc":"2.0","id":1,"method":"ping"}x`:                                                                     jsonrpc.CodeParseError,
	`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"text":"\ud800"}}}`: jsonrpc.CodeParseError,
	`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"text":1e}}}`:       jsonrpc.CodeParseError,
	`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"text":"a","text":"b"}}}`:      jsonrpc.CodeParseError,
	`null`: jsonrpc.CodeInvalidRequest,
	`5`:    jsonrpc.CodeInvalidRequest,
	`[]`:   jsonrpc.CodeInvalidRequest,
	`[{"jsonrpc":"2.0","id":1,"method":"ping"}]`:  jsonrpc.CodeInvalidRequest,
	`{"jsonrpc":"1.0","id":1,"method":"ping"}`:    jsonrpc.CodeInvalidRequest,
	`{"id":1,"method":"ping"}`:                    jsonrpc.CodeInvalidRequest,
	`{"jsonrpc":"2.0","id":true,"method":"ping"}`: jsonrpc.CodeInvalidRequest,
	`{"jsonrpc":"2.0","id":[1],"method":"ping"}`:  jsonrpc.CodeInvalidRequest,
	`{"jsonrpc":"2.0","id":{},"method":"ping"}`:   jsonrpc.CodeInvalidRequest,
	`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}`: jsonrpc.CodeInvalidRequest,
	`{"jsonrpc":"2.0","id":1,"method":5}`: jsonrpc.CodeInvalidRequest,
	`{"jsonrpc":"2.0","id":1}`:            jsonrpc.CodeInvalidRequest,
}

func TestFaultyMessagesOverHTTP(t *testing.T) {
	s, _ := newTestServer(t)
	for body, code := range faultyMessages {
		if w := postRaw(t, s, []byte(body)); w.Code != http.StatusBadRequest || codeOf(t, w.Body.Bytes()) != code {
			t.Errorf("%s: %d %s, want %d", body, w.Code, w.Body, code)
		}
	}
}

// TestFaultyLinesDoNotEndStdio sends each line alone and then a good one.
func TestFaultyLinesDoNotEndStdio(t *testing.T) {
	p := &pump{out: &lockedWriter{}}
	for line, code := range faultyMessages {
		var out bytes.Buffer
		p.out.w = &out
		if !p.malformed([]byte(line)) && !p.noMessage([]byte(line)) || codeOf(t, out.Bytes()) != code {
			t.Errorf("%s: %s, want %d", line, out.String(), code)
		}
	}
	var out bytes.Buffer
	p.out.w = &out
	stray := `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"x"}}`
	if p.malformed([]byte(stray)) || !p.noMessage([]byte(stray)) || out.Len() > 0 {
		t.Errorf("a stray error response: %q", out.String())
	}
	if good := []byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}`); p.malformed(good) || p.noMessage(good) {
		t.Errorf("a ping is refused: %s", out.String())
	}
}

func postRaw(t *testing.T, s *Server, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/mcp", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", strings.Join([]string{"application/json", "text/event-stream"}, ", "))
	w := httptest.NewRecorder()
	s.mcp.ServeHTTP(w, req)
	return w
}

func codeOf(t *testing.T, raw []byte) int {
	t.Helper()
	var e struct{ Error struct{ Code int } }
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Errorf("%v in %q", err, raw)
	}
	return e.Error.Code
}
