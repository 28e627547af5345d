package mcp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ratchet/tools/toolstest"
)

func TestFaultyMessagesOverHTTP(t *testing.T) {
	s := newSurface(t)
	for body, code := range toolstest.FaultyMessages() {
		if w := postRaw(t, s, []byte(body)); w.Code != http.StatusBadRequest || codeOf(t, w.Body.Bytes()) != code {
			t.Errorf("%s: %d %s, want %d", body, w.Code, w.Body, code)
		}
	}
}

// TestFaultyLinesDoNotEndStdio sends each line alone and then a good one.
func TestFaultyLinesDoNotEndStdio(t *testing.T) {
	p := &stdioReader{out: &lockedWriter{}}
	for line, code := range toolstest.FaultyMessages() {
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

func postRaw(t *testing.T, s *surface, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/mcp", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", strings.Join([]string{"application/json", "text/event-stream"}, ", "))
	w := httptest.NewRecorder()
	s.owned().ServeHTTP(w, req)
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
