package server

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// echo is a client that asks again, with the same id, while it is being handed
// the answer.
type echo struct {
	asked  chan string   // lines for the server
	taken  chan struct{} // one for each line that the server took
	rest   []byte
	answer bytes.Buffer
	again  []string
}

// Read hands out one line; to be called again means that the last was taken.
func (e *echo) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		select {
		case e.taken <- struct{}{}:
		default:
		}
		line, ok := <-e.asked
		if !ok {
			return 0, io.EOF
		}
		e.rest = []byte(line + "\n")
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// Write takes an answer, and asks the next question before it returns.
func (e *echo) Write(p []byte) (int, error) {
	e.answer.Write(p)
	if len(e.again) == 0 {
		close(e.asked)
		return len(p), nil
	}
	for len(e.taken) > 0 {
		<-e.taken
	}
	e.asked <- e.again[0]
	e.again = e.again[1:]
	select {
	case <-e.taken:
	case <-time.After(10 * time.Second): // a refusal waits for this Write
	}
	return len(p), nil
}

// TestStdioIDMayBeUsedAgain: an id is free as soon as its answer is written.
func TestStdioIDMayBeUsedAgain(t *testing.T) {
	s := openWhole(t)
	call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_list_available_tasks","arguments":{},"_meta":{` +
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}}}`
	e := &echo{asked: make(chan string, 1), taken: make(chan struct{}, 8), again: []string{call, call}}
	e.asked <- call
	if err := s.ServeStdio(t.Context(), e, e); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(e.answer.String()), "\n")
	if len(got) != 3 { // the SDK answers the first, which says the era
		t.Fatalf("%d answers, want 3", len(got))
	}
	for _, answer := range got {
		if !strings.Contains(answer, `"result"`) {
			t.Errorf("refused: %s", answer)
		}
	}
}
