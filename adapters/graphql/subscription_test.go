package graphql_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// frame is a message of graphql-transport-ws.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// dial opens a WebSocket and says hello.
func (l *live) dial(hello string) *websocket.Conn {
	l.t.Helper()
	c := l.connect()
	l.write(c, frame{Type: "connection_init", Payload: json.RawMessage(hello)})
	if got := l.read(c); got.Type != "connection_ack" {
		l.t.Fatalf("no welcome but %s %s", got.Type, got.Payload)
	}
	return c
}

// connect opens a WebSocket on which nothing was said yet.
func (l *live) connect() *websocket.Conn {
	l.t.Helper()
	c, _, err := websocket.Dial(l.t.Context(), l.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library does
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

func (l *live) write(c *websocket.Conn, f frame) {
	l.t.Helper()
	if err := wsjson.Write(l.t.Context(), c, f); err != nil {
		l.t.Fatal(err)
	}
}

// read returns the next message that is not a ping.
func (l *live) read(c *websocket.Conn) frame {
	l.t.Helper()
	for {
		var f frame
		if err := wsjson.Read(l.t.Context(), c, &f); err != nil {
			l.t.Fatal(err)
		}
		if f.Type != "ping" && f.Type != "pong" {
			return f
		}
	}
}

func subscribe(query string, variables map[string]any) json.RawMessage {
	raw, _ := json.Marshal(map[string]any{"query": query, "variables": variables})
	return raw
}

// waiting is a task that logs, reports and waits until it is told to go on.
const waiting = `export default async (input, context) => {
	console.log('started'); console.warn('careful');
	reportProgress(0.5);
	for (let i = 0; i < 200; i++) await new Promise((r) => setTimeout(r, 10));
	console.error('late');
	return 1;
}`

// start runs a task without waiting for it.
func (l *live) start(task string) string {
	l.t.Helper()
	var out struct{ ExecuteTask struct{ ExecutionID string } }
	l.must(&out, `mutation($t: ID!) { executeTask(taskId: $t, input: {}, wait: 0) { executionId } }`, map[string]any{"t": task})
	return out.ExecuteTask.ExecutionID
}

func TestLogsOverWebSocket(t *testing.T) {
	l := serve(t)
	l.createTask("slow", waiting)
	id := l.start("slow")
	c := l.dial(`{}`)
	l.write(c, frame{ID: "1", Type: "subscribe", Payload: subscribe(
		`subscription($id: ID!) { executionLogs(executionId: $id, level: warn) { sequence lineNumber level message } }`, map[string]any{"id": id})})
	var messages []string
	for {
		f := l.read(c)
		if f.Type == "complete" {
			break
		}
		if f.Type != "next" || f.ID != "1" {
			t.Fatalf("%s %s", f.Type, f.Payload)
		}
		var p struct {
			Data struct {
				ExecutionLogs struct {
					Level, Message string
					LineNumber     int
				}
			}
		}
		if err := json.Unmarshal(f.Payload, &p); err != nil {
			t.Fatal(err)
		}
		messages = append(messages, p.Data.ExecutionLogs.Level+" "+p.Data.ExecutionLogs.Message)
	}
	if got := strings.Join(messages, ", "); got != "warn careful, error late" {
		t.Errorf("lines: %s", got)
	}
}

func TestOperationsOverWebSocket(t *testing.T) {
	l := serve(t)
	c := l.dial(`{}`)
	l.write(c, frame{ID: "q", Type: "subscribe", Payload: subscribe(`{ listAvailableTasks { pagination { totalCount } } }`, nil)})
	if f := l.read(c); f.Type != "next" || !strings.Contains(string(f.Payload), `"totalCount":0`) {
		t.Errorf("%s %s", f.Type, f.Payload)
	}
	if f := l.read(c); f.Type != "complete" {
		t.Errorf("%s %s", f.Type, f.Payload)
	}
	l.write(c, frame{ID: "e", Type: "subscribe", Payload: subscribe(`subscription { executionLogs(executionId: "12345") { message } }`, nil)})
	f := l.read(c)
	if !strings.Contains(string(f.Payload), "NOT_FOUND") {
		t.Errorf("%s %s", f.Type, f.Payload)
	}
	for f.Type != "complete" && f.Type != "error" {
		f = l.read(c)
	}
	l.write(c, frame{ID: "s", Type: "subscribe", Payload: subscribe(`subscription { nothing }`, nil)})
	if f := l.read(c); f.Type != "error" || !strings.Contains(string(f.Payload), "VALIDATION_ERROR") {
		t.Errorf("%s %s", f.Type, f.Payload)
	}
}

func TestOtherProtocolsAreRefused(t *testing.T) {
	l := serve(t)
	for _, protocol := range []string{"graphql-ws", ""} {
		opts := &websocket.DialOptions{}
		if protocol != "" {
			opts.Subprotocols = []string{protocol}
		}
		c, res, err := websocket.Dial(t.Context(), l.url+"/graphql", opts) //nolint:bodyclose // the library does
		if err == nil {
			_ = c.CloseNow()
			t.Errorf("%q was taken", protocol)
		} else if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %d", protocol, res.StatusCode)
		}
	}
	_, res, err := websocket.Dial(t.Context(), l.url+"/graphql", &websocket.DialOptions{ //nolint:bodyclose // the library does
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {"https://evil.example"}},
	})
	if err == nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign page may connect: %v", err)
	}
}

// events reads a stream of server-sent events.
type events struct {
	t      testing.TB
	body   *bufio.Scanner
	cancel context.CancelFunc
}

type event struct{ name, id, data string }

func (l *live) stream(query string, variables map[string]any, headers ...string) *events {
	l.t.Helper()
	vars, _ := json.Marshal(variables)
	q := url.Values{"query": {query}, "variables": {string(vars)}}
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+"/graphql?"+q.Encode(), nil)
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { cancel(); _ = res.Body.Close() })
	if got := res.Header.Get("Content-Type"); got != "text/event-stream" {
		l.t.Fatalf("Content-Type %q, status %d", got, res.StatusCode)
	}
	return &events{t: l.t, body: bufio.NewScanner(res.Body), cancel: cancel}
}

// next is the next event that is not a ping; ok is false at the end.
func (s *events) next() (e event, ok bool) {
	s.t.Helper()
	for s.body.Scan() {
		name, value, _ := strings.Cut(s.body.Text(), ": ")
		switch name {
		case "event":
			e.name = value
		case "id":
			e.id = value
		case "data":
			e.data = value
		case "":
			if e.name != "" {
				return e, true
			}
		}
	}
	return e, false
}

func TestProgressOverEventStream(t *testing.T) {
	l := serve(t)
	l.createTask("slow", waiting)
	id := l.start("slow")
	s := l.stream(`subscription($id: ID!) { executionProgress(executionId: $id) { sequence status progress message executionId } }`, map[string]any{"id": id})
	var last, all string
	seq := 0
	for {
		e, ok := s.next()
		if !ok || e.name == "complete" {
			break
		}
		last = e.data
		all += e.data
		if e.id != "" {
			n, err := strconv.Atoi(e.id)
			if err != nil || n <= seq {
				t.Errorf("event id %q after %d", e.id, seq)
			}
			seq = n
		}
	}
	if !strings.Contains(last, `"status":"completed"`) || !strings.Contains(all, `"progress":0.5`) || seq == 0 {
		t.Errorf("events: %s", all)
	}
}

func TestTaskEventsOverEventStream(t *testing.T) {
	l := serve(t)
	l.createTask("other", "export default () => 1")
	s := l.stream(`subscription { taskEvents { kind name sequence } }`, nil)
	runs := l.stream(`subscription { taskExecutions(taskId: "mine") { status taskName } }`, nil)
	if e, _ := runs.next(); !strings.Contains(e.data, "NOT_FOUND") {
		t.Errorf("a task that is not there: %s", e.data)
	}
	l.createTask("mine", "export default () => 1")
	if e, _ := s.next(); !strings.Contains(e.data, `"kind":"task.created","name":"mine"`) {
		t.Errorf("first event: %s", e.data)
	}
	runs = l.stream(`subscription { taskExecutions(taskId: "mine") { status taskName } }`, nil)
	l.must(nil, `mutation { a: executeTask(taskId: "other", input: {}) { status } b: executeTask(taskId: "mine", input: {}) { status } }`, nil)
	for {
		e, ok := runs.next()
		if !ok || !strings.Contains(e.data, `"taskName":"mine"`) {
			t.Fatalf("event: %s", e.data)
		}
		if strings.Contains(e.data, `"status":"completed"`) {
			break
		}
	}
	l.must(nil, `mutation { deleteTask(taskId: "mine", force: true) { success } }`, nil)
	for {
		e, ok := s.next()
		if !ok {
			t.Fatal("the stream ended")
		}
		if strings.Contains(e.data, `"kind":"task.deleted"`) {
			return
		}
	}
}

// TestStreamsEndWithTheServer: an open stream does not hold up the shutdown.
func TestStreamsEndWithTheServer(t *testing.T) {
	l := serve(t)
	s := l.stream(`subscription { taskEvents { kind } }`, nil)
	c := l.dial(`{}`)
	l.write(c, frame{ID: "1", Type: "subscribe", Payload: subscribe(`subscription { registryEvents { kind id name } }`, nil)})
	l.createTask("t", "export default () => 1")
	if f := l.read(c); !strings.Contains(string(f.Payload), "task.created") {
		t.Errorf("%s %s", f.Type, f.Payload)
	}
	if err := l.server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for {
		if _, ok := s.next(); !ok {
			break
		}
	}
	for {
		var f frame
		if wsjson.Read(t.Context(), c, &f) != nil {
			break
		}
	}
}
