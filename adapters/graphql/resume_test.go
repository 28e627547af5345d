package graphql_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// TestResume: a reader who comes back gets what it has missed, once.
func TestResume(t *testing.T) {
	l := serve(t)
	s := l.stream(`subscription { taskEvents { name sequence } }`, nil)
	l.createTask("one", "export default () => 1")
	first, _ := s.next()
	s.cancel()
	l.createTask("two", "export default () => 1")
	for name, back := range map[string]*events{
		"header":   l.stream(`subscription { taskEvents { name sequence missed } }`, nil, "Last-Event-ID", first.id),
		"argument": l.stream(`subscription($n: Long) { taskEvents(after: $n) { name sequence missed } }`, map[string]any{"n": json.Number(first.id)}),
	} {
		if e, _ := back.next(); !strings.Contains(e.data, `"name":"two"`) || !strings.Contains(e.data, `"missed":0`) {
			t.Errorf("%s: %s after %s", name, e.data, first.data)
		}
	}
	l.must(nil, `mutation { executeTask(taskId: "two", input: {}) { status } }`, nil)
	ended := l.stream(`subscription { executionProgress(executionId: "1", after: 0) { status sequence } }`, nil)
	all := ""
	for {
		e, ok := ended.next()
		if !ok {
			break
		}
		all += e.name + " " + e.data + "\n"
	}
	if !strings.Contains(all, `"status":"completed"`) || !strings.Contains(all, "complete {}") {
		t.Errorf("an ended execution: %s", all)
	}
}

// TestSocketResumes: after is for WebSockets too.
func TestSocketResumes(t *testing.T) {
	l := serve(t)
	l.createTask("one", "export default () => 1")
	c := l.dial("{}")
	l.write(c, frame{ID: "1", Type: "subscribe", Payload: json.RawMessage(`{"query":"subscription { taskEvents(after: 0) { name sequence } }"}`)})
	var got struct {
		Data struct {
			TaskEvents struct {
				Name             string
				Sequence, Missed int64
			}
		}
	}
	next := func(c *websocket.Conn) {
		t.Helper()
		f := l.read(c)
		if err := json.Unmarshal(f.Payload, &got); err != nil || f.Type != "next" {
			t.Fatalf("%v: %+v", err, f)
		}
	}
	next(c)
	_ = c.CloseNow()
	for _, name := range []string{"two", "three"} {
		l.createTask(name, "export default () => 1")
	}
	back := l.dial("{}")
	l.write(back, frame{ID: "1", Type: "subscribe", Payload: json.RawMessage(fmt.Sprintf(`{"query":"subscription { taskEvents(after: %d) { name sequence missed } }"}`, got.Data.TaskEvents.Sequence))})
	for _, want := range []string{"two", "three"} {
		if next(back); got.Data.TaskEvents.Name != want || got.Data.TaskEvents.Missed != 0 {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	_ = back.CloseNow()
}
