package attach

import (
	"bytes"
	"encoding/json"

	"ratchet"
)

const (
	methodCall       = "tools/call"
	methodInitialize = "initialize"
	// codeEnding answers what comes while an owner ends: it was not done.
	codeEnding = -32001
)

// Head is what matters of a message to those who pass it on.
type Head struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		Name      string          `json:"name"`
		URI       string          `json:"uri"`
		RequestID json.RawMessage `json:"requestId"`
		Meta      struct {
			Version string `json:"io.modelcontextprotocol/protocolVersion"`
		} `json:"_meta"`
	} `json:"params"`
}

// HeadOf reads the head of a message. What has another type than it should is
// left out: the owner says what is wrong with it. Names are exact, which those
// of a struct are not.
func HeadOf(line []byte) (h Head) {
	var whole, params, meta map[string]json.RawMessage
	read := func(raw json.RawMessage, into any) { _ = json.Unmarshal(raw, into) } // as above
	read(line, &whole)
	read(whole["params"], &params)
	read(params["_meta"], &meta)
	h.ID = whole["id"]
	read(whole["method"], &h.Method)
	read(params["name"], &h.Params.Name)
	read(params["uri"], &h.Params.URI)
	h.Params.RequestID = params["requestId"]
	read(meta["io.modelcontextprotocol/protocolVersion"], &h.Params.Meta.Version)
	return h
}

// Request says whether the message wants an answer.
func (h Head) Request() bool { return len(h.ID) > 0 && h.Method != "" }

// note remembers a line of the client that goes to a link, and returns it as
// the owner gets it; nil = it does not. c.mu is held.
func (c *Conversation) note(l *Link, line []byte) []byte {
	h := HeadOf(line)
	switch {
	case h.Request():
		if _, twice := c.open[string(h.ID)]; !twice { // the owner refuses the second
			c.asked++
			c.open[string(h.ID)] = &request{Head: h, line: line, number: c.asked, at: l.given + 1}
		}
	case len(h.ID) > 0: // an answer
		id, ok := l.asked(h.ID)
		if !ok {
			return nil // to a question of a former owner
		}
		return replayed(line, string(id))
	case h.Method == "notifications/initialized":
		c.ready = line
	case h.Method == "notifications/cancelled":
		delete(c.open, string(h.Params.RequestID)) // it gets no answer
	}
	return line
}

// received handles a line of an owner and returns it as the client gets it; nil =
// it does not.
func (c *Conversation) received(l *Link, line []byte) []byte {
	id, kind, failure := reply(line)
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok := farewellOf(line); ok {
		l.took = n
		return nil
	}
	switch {
	case l.over:
		return nil // it was sorted already
	case kind == isNotice, len(id) == 0, string(id) == "null":
		return line
	case kind == isQuestion:
		return replayed(line, l.asks(id))
	case bytes.HasPrefix(id, []byte(`"ratchet-attach-`)):
		if string(id) == l.replayID(0) {
			l.waits = false
			c.changed.Broadcast()
		}
		return nil
	}
	r := c.open[string(id)]
	if r == nil {
		return line
	}
	if failure == codeEnding && !c.ended {
		r.held = true
		return nil
	}
	delete(c.open, string(id))
	if failure == 0 {
		c.keep(r)
	}
	return line
}

// keep remembers what a new owner must be told. c.mu is held.
func (c *Conversation) keep(r *request) {
	switch r.Method {
	case methodInitialize:
		c.hello = r.line
	case "resources/subscribe":
		c.wants[r.Params.URI] = r.line
	case "resources/unsubscribe":
		delete(c.wants, r.Params.URI)
	case "logging/setLevel":
		c.wants[r.Method] = r.line
	}
}

type kind int

const (
	isAnswer kind = iota
	isQuestion
	isNotice
)

// reply reads the head of an owner's line. Ours begin with the version and the
// id, so that the body of an answer need not be read. failure is the code of an
// error; 0 = it is none.
func reply(line []byte) (id []byte, k kind, failure int) {
	const begin = `{"jsonrpc":"2.0","id":`
	if rest, ok := bytes.CutPrefix(line, []byte(begin)); ok {
		if i := bytes.IndexByte(rest, ','); i > 0 && bytes.HasPrefix(rest[i:], []byte(`,"result":`)) && json.Valid(rest[:i]) {
			return rest[:i], isAnswer, 0
		}
	}
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Error  struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(line, &m) != nil {
		return nil, isNotice, 0
	}
	switch {
	case m.Method != "" && len(m.ID) > 0:
		return m.ID, isQuestion, 0
	case m.Method != "":
		return nil, isNotice, 0
	}
	return m.ID, isAnswer, m.Error.Code
}

// replayed is a message with another id.
func replayed(line []byte, id string) []byte {
	var m map[string]json.RawMessage
	if json.Unmarshal(line, &m) != nil {
		return line
	}
	m["id"] = json.RawMessage(id)
	data, err := json.Marshal(m)
	if err != nil {
		return line
	}
	return append(data, '\n')
}

// lost answers a call whose owner ended before it did.
func lost(r *request) []byte {
	e := ratchet.Errorf(ratchet.CodeUnavailable, "the process that ran %s ended before it answered; whether the call took effect is not known", r.Params.Name).
		With("cause", string(ratchet.CauseLost)).With(ratchet.FieldRetryAfter, int64(1000)).
		WithHint("retry with the same idempotency key; without one, look first with " + ratchet.ToolListExecutions + ": executions in flight are failed as worker_lost")
	body := ratchet.Body(e, "")
	text, err := json.Marshal(body)
	if err != nil {
		return refusal(r.ID, -32603, e.Message)
	}
	result := map[string]any{
		"isError": true, "content": []any{map[string]any{"type": "text", "text": string(text)}},
		"_meta": map[string]any{"error_type": body.ErrorType},
	}
	if r.Params.Meta.Version != "" {
		result["resultType"] = "complete"
	}
	return message(map[string]any{"jsonrpc": "2.0", "id": r.ID, "result": result})
}

// refusal is a JSON-RPC error.
func refusal(id json.RawMessage, code int, text string) []byte {
	return message(map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": code, "message": text}})
}

func message(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		return nil // of texts and ids that were JSON
	}
	return append(data, '\n')
}
