package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHTTPEdges(t *testing.T) {
	s, _ := newTestServer(t)
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_echo","arguments":{"text":"x"}}}`
	cases := []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
		want                     string
	}{
		{"index", "GET", "/", "", nil, 200, `"mcp":"/mcp"`},
		{"live", "GET", "/live", "", nil, 200, "live"},
		{"ready", "GET", "/ready", "", nil, 200, "ready"},
		{"health", "GET", "/health", "", nil, 200, "healthy"},
		{"mcp health", "GET", "/mcp/health", "", nil, 200, `"capacity":100`},
		{"slash", "POST", "/mcp/", call, nil, 308, ""},
		{"nowhere", "GET", "/nowhere", "", nil, 404, ""},
		{"one call without a handshake", "POST", "/mcp", call, nil, 200, `"structuredContent":{"text":"x"`},
		{"narrowed away by tools", "POST", "/mcp?tools=ratchet_hold", call, nil, 200, "address of the session leaves it out"},
		{"narrowed away", "POST", "/mcp?exclude_tools=ratchet_echo", call, nil, 200, "-32602"},
		{"bad parameter", "POST", "/mcp?toolset=core", call, nil, 400, "toolsets"},
		{"bad selection", "POST", "/mcp?toolsets=nope", call, nil, 400, `the query parameter toolsets: unknown toolset`},
		{"bad tool", "POST", "/mcp?tools=ratchet_ecko", call, nil, 400, `the query parameter tools: unknown tool \"ratchet_ecko\"`},
		{"bad excluded tool", "POST", "/mcp?exclude_tools=ratchet_ecko", call, nil, 400, `the query parameter exclude_tools: unknown tool`},
		{"nearest of a bad tool", "POST", "/mcp?tools=ratchet_ecko", call, nil, 400, `"nearest":"ratchet_echo"`},
		{"two answers", "POST", "/mcp?read_only=true&read_only=false", call, nil, 400, "read_only must be true or false"},
		{"foreign host", "GET", "/", "", map[string]string{"Host": "evil.example"}, 403, "FORBIDDEN"},
		{"foreign origin", "GET", "/", "", map[string]string{"Origin": "http://evil.example"}, 403, "FORBIDDEN"},
		{"known origin", "GET", "/", "", map[string]string{"Origin": "http://localhost:3000"}, 200, "ratchet"},
		{"too large", "POST", "/mcp", strings.Repeat(" ", 17<<20), nil, 413, "PAYLOAD_TOO_LARGE"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tc.method, web.URL+tc.path, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Accept", "application/json, text/event-stream")
			for key, value := range tc.header {
				req.Header.Set(key, value)
			}
			req.Host = req.Header.Get("Host")
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			defer client.CloseIdleConnections()
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != tc.status || !strings.Contains(string(body), tc.want) {
				t.Errorf("%d %s; want %d with %s", res.StatusCode, body, tc.status, tc.want)
			}
			if res.Header.Get("X-Request-ID") == "" {
				t.Error("no request id")
			}
		})
	}
}
