package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ratchet/schema"
	"ratchet/tools/toolstest"
)

// fuzzSeeds are messages of every kind: those that are refused, and one of each
// method, in both eras.
func fuzzSeeds() []string {
	seeds := []string{
		`{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}`,
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"x"}}`, `{"jsonrpc":"2.0","id":5,"result":5,"error":6}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1.5}}`,
		`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":[],"progress":"x"}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled","":{}}`, `{"jsonrpc":"2.0","iD":{},"method":""}`, `{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}`, `{"jsonrpc":"2.0","method":"notifications/no_such"}`,
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"1999-01-01","capabilities":{"roots":5},"clientInfo":{"name":"t","version":"1"}}}`,
	}
	for body := range toolstest.FaultyMessages() {
		seeds = append(seeds, body)
	}
	for method, params := range map[string]string{
		"ping": ``, "tools/list": `"cursor":"x"`, "prompts/list": ``, "resources/list": ``, "resources/templates/list": ``,
		"tools/call": `"name":"ratchet_echo","arguments":{"text":"x"}`, "prompts/get": `"name":"author_task","arguments":{"goal":"x"}`,
		"resources/read": `"uri":"ratchet://docs/guide"`, "resources/subscribe": `"uri":"ratchet://executions/1"`,
		"resources/unsubscribe": `"uri":"ratchet://executions/1"`, "logging/setLevel": `"level":"info"`,
		"completion/complete": `"ref":{"type":"ref/prompt","name":"author_task"},"argument":{"name":"goal","value":""}`,
		"server/discover":     ``, "no/such": `"a":1`,
	} {
		later := strings.TrimSuffix(params+","+modernMeta, ",")
		for _, p := range []string{params, strings.TrimPrefix(later, ",")} {
			seeds = append(seeds, `{"jsonrpc":"2.0","id":"s","method":"`+method+`","params":{`+p+`}}`)
		}
	}
	return seeds
}

// unsound says what is wrong with a message of the server; empty = nothing.
func unsound(raw []byte) string {
	if err := schema.CheckSyntax(raw); err != nil {
		return err.Error()
	}
	var m struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Method  *string         `json:"method"`
		Params  json.RawMessage `json:"params"`
		Result  json.RawMessage `json:"result"`
		Error   *struct {
			Code    *int            `json:"code"`
			Message string          `json:"message"`
			Data    json.RawMessage `json:"data"`
		} `json:"error"`
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return err.Error()
	}
	id := len(m.ID) > 0 && strings.ContainsAny(string(m.ID[:1]), `"-0123456789`)
	switch {
	case m.Version != "2.0":
		return "no version"
	case m.Method != nil && m.Result == nil && m.Error == nil:
		if len(m.ID) > 0 && !id || len(m.Params) > 0 && m.Params[0] != '{' {
			return "a request with a bad id or params"
		}
	case m.Result != nil && m.Error == nil:
		if !id || m.Result[0] != '{' {
			return "a result that is no object, or without an id"
		}
		return unsoundResult(m.Result)
	case m.Error == nil:
		return "neither a request nor a response"
	case m.Error.Code == nil || *m.Error.Code == 0 || m.Error.Message == "" || !id && string(m.ID) != "null":
		return "an error without code, message or id"
	case goType.MatchString(m.Error.Message) || strings.Contains(m.Error.Message, "Go ") || strings.Contains(m.Error.Message, "unmarshal"):
		return "an error that names Go"
	}
	return ""
}

// unsoundResult is unsound of a result.
func unsoundResult(raw json.RawMessage) string {
	var r struct {
		Content []struct {
			Type string  `json:"type"`
			Text *string `json:"text"`
		} `json:"content"`
		IsError    bool            `json:"isError"`
		Structured json.RawMessage `json:"structuredContent"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return err.Error()
	}
	if r.IsError && (r.Structured != nil || len(r.Content) == 0 || r.Content[0].Type != "text" || !json.Valid([]byte(*r.Content[0].Text))) {
		return "the result of an error is not one text"
	}
	return ""
}

// FuzzStdio writes any bytes to a connection, before or after the handshake: it
// answers with messages of the protocol alone, and answers what comes behind them.
func FuzzStdio(f *testing.F) {
	for _, line := range fuzzSeeds() {
		f.Add([]byte(line), true)
		f.Add([]byte(line), false)
		f.Add([]byte(line+"\n"+line+"\r\n\n "+line), true)
	}
	s, _ := newTestServer(f)
	f.Fuzz(func(t *testing.T, data []byte, shaken bool) {
		toServer, in := io.Pipe()
		out, fromServer := io.Pipe()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			err := s.ServeStdio(ctx, toServer, fromServer)
			_ = fromServer.Close()
			done <- err
		}()
		go func() {
			if shaken {
				_, _ = io.WriteString(in, `{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`+"\n"+
					`{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n")
			}
			_, _ = in.Write(data)
			_, _ = io.WriteString(in, "\n"+`{"jsonrpc":"2.0","id":"the end","method":"ping"}`+"\n")
		}()
		answered := false
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			if fault := unsound(lines.Bytes()); fault != "" {
				t.Errorf("%q: %s: %s", data, fault, lines.Text())
			}
			if strings.HasPrefix(lines.Text(), `{"jsonrpc":"2.0","id":"the end",`) {
				answered = true
				stop()
			}
		}
		stop()
		if err := <-done; err != nil || !answered {
			t.Errorf("%q: the connection ended: %v", data, err)
		}
		_ = in.Close()
	})
}

// FuzzPost posts any bytes, alone, in a session, and as a message of the later
// era: the answers are messages of the protocol, and none is a fault of the server.
func FuzzPost(f *testing.F) {
	for _, body := range fuzzSeeds() {
		for how := range uint8(3) {
			f.Add([]byte(body), how)
		}
	}
	s, _ := newTestServer(f)
	handler := s.Handler()
	var session http.Header
	f.Fuzz(func(t *testing.T, body []byte, how uint8) {
		if session == nil {
			session = http.Header{}
			for key, value := range shakeHTTP(t, s) {
				session.Set(key, value)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // some streams do not end by themselves
		defer cancel()
		req := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/mcp", bytes.NewReader(body))
		req.RemoteAddr = "127.0.0.1:1"
		switch how % 3 {
		case 1:
			req.Header = session.Clone()
		case 2:
			req.Header.Set(headerVersion, modernEra)
			if schema.CheckSyntax(body) != nil {
				break
			}
			var m struct {
				Method string
				Params struct{ Name string }
			}
			if json.Unmarshal(body, &m) == nil {
				req.Header.Set("Mcp-Method", m.Method)
				req.Header.Set("Mcp-Name", m.Params.Name)
			}
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json, text/event-stream")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		if w.Code >= http.StatusInternalServerError || w.Code == http.StatusTooManyRequests {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
		for _, message := range messagesOf(w) {
			if fault := unsound(message); fault != "" {
				t.Errorf("%q: %d %s: %s", body, w.Code, fault, message)
			}
		}
	})
}

// messagesOf are the messages of an answer: one, or the events of a stream.
func messagesOf(w *httptest.ResponseRecorder) [][]byte {
	body := bytes.TrimSpace(w.Body.Bytes())
	if len(body) == 0 {
		return nil
	}
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
		return [][]byte{body}
	}
	var all [][]byte
	for line := range bytes.Lines(body) {
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok && len(bytes.TrimSpace(data)) > 0 {
			all = append(all, bytes.TrimSpace(data))
		}
	}
	return all
}
