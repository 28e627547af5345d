package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet/reply"
)

// modernMeta is what a request of the later era carries.
const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"x":1}`

// plainParams are calls that may pass by the SDK.
var plainParams = map[string]string{
	"good":          `"name":"ratchet_echo","arguments":{"text":"a<b>&\u2028 é \" \\ \n"}`,
	"no arguments":  `"name":"ratchet_page"`,
	"null":          `"name":"ratchet_page","arguments":null`,
	"alias":         `"name":"ratchet.echo","arguments":{"text":"x"}`,
	"bad argument":  `"name":"ratchet_echo","arguments":{"txt":"x"}`,
	"wrong type":    `"name":"ratchet_echo","arguments":{"text":{"a":[1]}}`,
	"coerced":       `"name":"ratchet_echo","arguments":{"text":5}`,
	"panic":         `"name":"ratchet_panic","arguments":{}`,
	"failing run":   `"name":"ratchet_failing","arguments":{}`,
	"error":         `"name":"ratchet_refuse","arguments":{}`,
	"document":      `"name":"ratchet_page","arguments":{}`,
	"blocks":        `"name":"ratchet_blocks","arguments":{}`,
	"big":           `"name":"ratchet_echo","arguments":{"text":"` + strings.Repeat("0123456789", 20_000) + `"}`,
	"meta in front": `"_meta":{"a/b":[{"c":"}"}]},"name":"ratchet_echo","arguments":{"text":"x"}`,
}

// sdkOnly are calls that must be left to the SDK.
var sdkOnly = map[string]string{
	"unknown tool":   `"name":"ratchet_ehco","arguments":{}`,
	"no name":        `"arguments":{}`,
	"name twice":     `"name":"a","name":"ratchet_echo","arguments":{"text":"x"}`,
	"other case":     `"Name":"ratchet_echo","arguments":{"text":"x"}`,
	"array":          `"name":"ratchet_echo","arguments":[1]`,
	"token":          `"name":"ratchet_echo","arguments":{"text":"x"},"_meta":{"progressToken":1}`,
	"log level":      `"name":"ratchet_echo","arguments":{"text":"x"},"_meta":{"io.modelcontextprotocol/logLevel":"info"}`,
	"second round":   `"name":"ratchet_echo","arguments":{"text":"x"},"requestState":"s"`,
	"escaped member": `"n\u0061me":"ratchet_echo","arguments":{"text":"x"}`,
	"version alone":  `"name":"ratchet_echo","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`,
}

func TestFastAnswersEqualTheSDKs(t *testing.T) {
	s := newSurface(t)
	for _, era := range []string{"", "2025-11-25", modernEra} {
		for name, params := range plainParams {
			if era == modernEra {
				if strings.Contains(params, "_meta") {
					continue
				}
				params += "," + modernMeta
			}
			t.Run(era+" "+name, func(t *testing.T) {
				body := `{"jsonrpc":"2.0","id":"7","method":"tools/call","params":{` + params + `}}`
				fast, wentFast := s.exchange(t, era, body, true)
				sdk, _ := s.exchange(t, era, body, false)
				if !wentFast {
					t.Error("the call went to the SDK")
				}
				if diff := cmp.Diff(sdk, fast, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("the fast path answers otherwise (-sdk +fast):\n%s", diff)
				}
			})
		}
	}
	for name, params := range sdkOnly {
		t.Run(name, func(t *testing.T) {
			body := `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{` + params + `}}`
			if _, wentFast := s.exchange(t, "", body, true); wentFast {
				t.Error("the fast path took it")
			}
		})
	}
}

// exchange posts one message by itself and returns the JSON of the answer.
func (s *surface) exchange(t *testing.T, era, body string, fast bool) (answer any, wentFast bool) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/mcp", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	req.Header.Set(reply.HeaderRequestID, "req_1")
	if era != "" {
		req.Header.Set(headerVersion, era)
	}
	if era == modernEra {
		var call struct{ Params struct{ Name string } }
		if err := json.Unmarshal([]byte(body), &call); err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Mcp-Method", methodCallTool)
		req.Header.Set("Mcp-Name", call.Params.Name)
	}
	w := httptest.NewRecorder()
	if fast {
		m := s.handler
		if wentFast = m.fast(w, req, s.full, []byte(body)); !wentFast {
			return nil, false
		}
	} else {
		req = req.WithContext(context.WithValue(req.Context(), serverKey{}, s.full.server))
		s.handler.stateless.ServeHTTP(w, req)
	}
	raw := w.Body.Bytes()
	if _, event, ok := bytes.Cut(raw, []byte("data: ")); ok && bytes.HasPrefix(raw, []byte("event:")) {
		raw = event
	}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&answer); err != nil {
		t.Fatalf("%v in %d %s", err, w.Code, w.Body)
	}
	return answer, wentFast
}

func TestFastHeadersMustFit(t *testing.T) {
	s := newSurface(t)
	body := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"text":"x"},` + modernMeta + `}}`
	for name, change := range map[string]func(http.Header){
		"fit":           func(http.Header) {},
		"no method":     func(h http.Header) { h.Del("Mcp-Method") },
		"other method":  func(h http.Header) { h.Set("Mcp-Method", "ping") },
		"other name":    func(h http.Header) { h.Set("Mcp-Name", "ratchet_page") },
		"other version": func(h http.Header) { h.Set(headerVersion, "2025-11-25") },
		"no version":    func(h http.Header) { h.Del(headerVersion) },
		"new version":   func(h http.Header) { h.Set(headerVersion, "2099-01-01") },
		"no session":    func(h http.Header) { h.Set(headerSession, "gone"); h.Del(headerVersion) },
	} {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/mcp", strings.NewReader(body))
			for key, value := range map[string]string{
				"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
				headerVersion: modernEra, "Mcp-Method": methodCallTool, "Mcp-Name": "ratchet_echo",
			} {
				req.Header.Set(key, value)
			}
			change(req.Header)
			w := httptest.NewRecorder()
			s.owned().ServeHTTP(w, req)
			if good := name == "fit"; good != (w.Code == http.StatusOK) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestSessionsUseTheFastPath(t *testing.T) {
	s := newSurface(t)
	web := httptest.NewServer(s.owned())
	t.Cleanup(web.Close)
	c := connect(t, &mcp.StreamableClientTransport{Endpoint: web.URL + "/mcp"}, "2025-11-25")
	eventually(t, func() bool { _, ok := s.sessions.find(c.ID()); return ok })
	post := func() (int, string, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL+"/mcp",
			strings.NewReader(`{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"text":"x"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json, text/event-stream")
		req.Header.Set(headerSession, c.ID())
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(res.Body)
		http.DefaultClient.CloseIdleConnections()
		return res.StatusCode, res.Header.Get("Content-Type"), string(body)
	}
	if status, kind, body := post(); status != 200 || kind != "application/json" {
		t.Errorf("%d %s %s", status, kind, body)
	}
	live, _ := s.sessions.find(c.ID())
	live.touched.Store(0)
	if status, kind, body := post(); status != 200 || kind != "text/event-stream" {
		t.Errorf("the SDK must hear of the session: %d %s %s", status, kind, body)
	}
	id := c.ID()
	_ = c.Close()
	eventually(t, func() bool { _, ok := s.sessions.find(id); return !ok })
}
