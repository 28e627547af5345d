package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"ratchet"
	"ratchet/server/attach"
)

// post sends a message and passes on what comes back.
func (b *bridge) post(ctx context.Context, h attach.Head, line []byte) {
	res, err := b.send(ctx, h, line)
	if err == nil && res.StatusCode == http.StatusNotFound && h.Method != "initialize" && b.renew(ctx) {
		drop(res)                       // the server had restarted
		res, err = b.send(ctx, h, line) //nolint:bodyclose // drop closes it
	}
	asked := h.Request()
	if err != nil {
		if asked && ctx.Err() == nil {
			b.fail(h.ID, -32000, fmt.Sprintf("no MCP server answers at %s; start it with `ratchet serve`", b.url))
		}
		return
	}
	defer drop(res)
	if h.Method == "initialize" && res.StatusCode == http.StatusOK {
		b.mu.Lock()
		b.session = res.Header.Get("Mcp-Session-Id")
		b.mu.Unlock()
	}
	switch {
	case res.StatusCode >= 400:
		if asked {
			b.refused(h, res)
		}
	case strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream"):
		b.events(ctx, res.Body, h)
	case asked:
		data, err := io.ReadAll(io.LimitReader(res.Body, maxMessage))
		if err == nil && len(data) > 0 {
			b.message(h, data)
		} else if ctx.Err() == nil {
			b.fail(h.ID, -32000, "the server's answer broke off")
		}
	}
}

func (b *bridge) send(ctx context.Context, h attach.Head, line []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url, bytes.NewReader(line))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	b.mu.Lock()
	b.headers(req, b.versionOf(h))
	if b.versionOf(h) >= modernEra {
		req.Header.Set("Mcp-Method", h.Method)
		if name := h.Params.Name + h.Params.URI; name != "" && !strings.ContainsFunc(name, unicode.IsControl) {
			req.Header.Set("Mcp-Name", name)
		}
	}
	b.mu.Unlock()
	return b.http.Do(req)
}

// headers sets what every request of the conversation carries. b.mu is held.
func (b *bridge) headers(req *http.Request, version string) {
	req.Header.Set("Accept", "application/json, text/event-stream")
	if version != "" {
		req.Header.Set("Mcp-Protocol-Version", version)
	}
	if b.session != "" && version < modernEra {
		req.Header.Set("Mcp-Session-Id", b.session)
	}
}

// message passes on an answer, or a message that came with it, and says
// whether it was the answer to h.
func (b *bridge) message(h attach.Head, data []byte) (answered bool) {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Result struct {
			Version string `json:"protocolVersion"`
		} `json:"result"`
	}
	_ = json.Unmarshal(data, &m) // what is no message is not written either
	answered = len(h.ID) > 0 && m.Method == "" && bytes.Equal(m.ID, h.ID)
	if answered && h.Method == "initialize" {
		b.mu.Lock()
		b.version = m.Result.Version
		b.mu.Unlock()
	}
	b.write(data)
	return answered
}

// refused answers a request that HTTP refused.
func (b *bridge) refused(h attach.Head, res *http.Response) {
	data, _ := io.ReadAll(io.LimitReader(res.Body, maxMessage)) // half of it still helps
	var body struct {
		Error json.RawMessage `json:"error"`
	}
	var inner struct {
		Code    json.Number `json:"code"`
		Message string      `json:"message"`
	}
	if json.Unmarshal(data, &body) == nil && json.Unmarshal(body.Error, &inner) == nil && inner.Message != "" {
		answer, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": h.ID, "error": body.Error})
		if err == nil {
			b.write(answer)
			return
		}
	}
	text := strings.TrimSpace(string(data))
	var said struct {
		Error struct{ Message, Hint string } `json:"error"`
	}
	if json.Unmarshal(data, &said) == nil && said.Error.Message != "" {
		text = said.Error.Message
	}
	if res.StatusCode == http.StatusUnauthorized {
		text += "; give a token with --auth-token or RATCHET_AUTH_TOKEN"
	}
	b.fail(h.ID, -32000, fmt.Sprintf("the server at %s refused: %s %s", b.url, res.Status, strings.TrimPrefix(text, "; ")))
}

// events passes on the messages of a stream. A stream that ends before the
// answer is taken up where it broke off, when the server numbered its events.
func (b *bridge) events(ctx context.Context, body io.Reader, h attach.Head) {
	answered, last := b.stream(body, h)
	for !answered && last != "" && ctx.Err() == nil {
		res, err := b.resume(ctx, last)
		if err != nil || res.StatusCode != http.StatusOK {
			drop(res)
			break
		}
		before := last
		answered, last = b.stream(res.Body, h)
		drop(res)
		if last == "" {
			last = before
		}
		pause(ctx)
	}
	if !answered && h.Request() && ctx.Err() == nil {
		b.fail(h.ID, -32000, "the server's answer broke off; look with ratchet_list_executions what became of it")
	}
}

// stream reads server-sent events until the answer to h, or the end.
func (b *bridge) stream(body io.Reader, h attach.Head) (answered bool, last string) {
	scanner := bufio.NewScanner(body)
	scanner.Buffer(make([]byte, 64<<10), maxMessage)
	var data []byte
	for scanner.Scan() {
		field, value, _ := strings.Cut(scanner.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case scanner.Text() == "" && len(data) > 0:
			answered = b.message(h, data) || answered
			data = nil
		case field == "data":
			data = append(append(data, value...), '\n')
		case field == "id":
			last = value
		}
	}
	return answered, last
}

// listen passes on what the server says unasked, in the handshake era.
func (b *bridge) listen(ctx context.Context) {
	defer ratchet.Recover("listen to the server", func(error) {}) // what it says unasked is lost
	b.mu.Lock()
	none := b.session == ""
	b.mu.Unlock()
	if none {
		return
	}
	last := ""
	for ctx.Err() == nil {
		res, err := b.resume(ctx, last)
		if err == nil && (res.StatusCode == http.StatusMethodNotAllowed || res.StatusCode == http.StatusUnauthorized) {
			drop(res)
			return // it says nothing unasked
		}
		if err == nil && res.StatusCode == http.StatusOK {
			if _, id := b.stream(res.Body, attach.Head{}); id != "" {
				last = id
			}
		} else if err == nil {
			last = "" // another session: its events are numbered anew
		}
		drop(res)
		pause(ctx)
	}
}

func (b *bridge) resume(ctx context.Context, last string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url, nil)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.headers(req, b.version)
	b.mu.Unlock()
	req.Header.Set("Accept", "text/event-stream")
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	return b.http.Do(req)
}

// renew opens a new session when the server forgot the old one, by the
// client's own first message.
func (b *bridge) renew(ctx context.Context) bool {
	b.mu.Lock()
	hello, old := b.hello, b.session
	b.session = ""
	b.mu.Unlock()
	if hello == nil || old == "" {
		return false
	}
	res, err := b.send(ctx, attach.Head{Method: "initialize"}, hello)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxMessage))
	drop(res)
	b.mu.Lock()
	b.session = res.Header.Get("Mcp-Session-Id")
	b.mu.Unlock()
	note := attach.Head{Method: "notifications/initialized"}
	res, err = b.send(ctx, note, []byte(`{"jsonrpc":"2.0","method":"notifications/initialized"}`))
	if err != nil {
		return false
	}
	drop(res)
	return true
}

// end tells the server that the session is over.
func (b *bridge) end() {
	b.mu.Lock()
	session := b.session
	b.mu.Unlock()
	if session == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, b.url, nil)
	if err != nil {
		return
	}
	b.mu.Lock()
	b.headers(req, b.version)
	b.mu.Unlock()
	if res, err := b.http.Do(req); err == nil {
		drop(res)
	}
}

func drop(res *http.Response) {
	if res != nil {
		_ = res.Body.Close() // it was read as far as it matters
	}
}

// pause keeps a loop that finds nothing from spinning.
func pause(ctx context.Context) {
	timer := time.NewTimer(500 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
