package rest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"ratchet"
	"ratchet/adapters/rest"
)

// stream is an open stream of events.
type stream struct {
	t      *testing.T
	status int
	lines  *bufio.Scanner
	close  func()
}

func (l *live) stream(t *testing.T, path string, headers ...string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+rest.Prefix+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r) //nolint:bodyclose // closed with the stream
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{t: t, status: res.StatusCode, lines: bufio.NewScanner(res.Body)}
	s.lines.Buffer(nil, 1<<20)
	s.close = func() {
		cancel()
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
	t.Cleanup(s.close)
	return s
}

// next reads an event; kind is empty at the end of the stream.
func (s *stream) next() (id, kind, data string) {
	for s.lines.Scan() {
		line := s.lines.Text()
		switch {
		case strings.HasPrefix(line, "id: "):
			id = line[4:]
		case strings.HasPrefix(line, "event: "):
			kind = line[7:]
		case strings.HasPrefix(line, "data: "):
			data = line[6:]
		case line == "" && kind != "":
			return id, kind, data
		}
	}
	return "", "", ""
}

func TestEventsResume(t *testing.T) {
	l := serve(t)
	s := l.stream(t, "/events?kinds=task")
	l.task("one")
	id, kind, data := s.next()
	var e struct {
		Sequence int64
		Data     struct{ Name, TaskID string }
	}
	if err := json.Unmarshal([]byte(data), &e); err != nil || kind != "task.created" || e.Data.Name != "one" || e.Data.TaskID == "" {
		t.Fatalf("%s %s %s: %v", id, kind, data, err)
	}
	s.close()
	l.task("two") // while nobody reads
	again := l.stream(t, "/events?kinds=task.created", "Last-Event-ID", id)
	if _, kind, data := again.next(); kind != "task.created" || !strings.Contains(data, `"two"`) {
		t.Errorf("resumed with %s %s", kind, data)
	}
}

// TestWorkerEvents: what workers do is told while it happens, and what came
// of it to those who come back.
func TestWorkerEvents(t *testing.T) {
	l := serve(t)
	l.task("one")
	s := l.stream(t, "/events?kinds=worker")
	l.must(200, nil, "POST", "/tasks/one/execute", `{"input":{"n":1}}`)
	for _, want := range []string{`"status":"busy"`, `"status":"ready"`} {
		for data := ""; !strings.Contains(data, want); {
			var kind string
			if _, kind, data = s.next(); kind == "" {
				t.Fatalf("the stream ended before %s", want)
			}
		}
	}
	again := l.stream(t, "/events?kinds=worker,task.created&after=0")
	for {
		_, kind, data := again.next()
		switch kind {
		case "worker.updated":
			t.Errorf("told again: %s", data)
		case "dropped":
			t.Errorf("what is not kept counts as lost: %s", data)
		case "task.created":
			return
		}
	}
}

func TestExecutionStreams(t *testing.T) {
	l := serve(t)
	l.must(201, nil, "POST", "/tasks", `{"name":"steps","description":"d","inputSchema":{"type":"object"},"outputSchema":{},
		"code":"export default async (i, context) => { reportProgress({ progress: 0.5, step: 'half' }); console.log('first line'); await new Promise((r) => setTimeout(r, 300)); console.log('last line'); return 1 }"}`)
	var run struct{ ExecutionID string }
	l.must(202, &run, "POST", "/tasks/steps/execute", `{"input":{},"wait":0}`)
	events := l.stream(t, "/executions/"+run.ExecutionID+"/events")
	logs := l.stream(t, "/executions/"+run.ExecutionID+"/logs?stream=true")
	var kinds []string
	for {
		_, kind, _ := events.next()
		if kind == "" {
			break
		}
		kinds = append(kinds, kind)
	}
	if len(kinds) < 2 || kinds[0] != "execution.status" || kinds[len(kinds)-1] != "end" {
		t.Errorf("events %v", kinds)
	}
	var said []string
	for {
		_, kind, data := logs.next()
		if kind == "" {
			break
		}
		var line struct{ Message string }
		if err := json.Unmarshal([]byte(data), &line); err != nil {
			t.Fatal(err)
		}
		said = append(said, kind+" "+line.Message)
	}
	if got := strings.Join(said, ", "); got != "log first line, log last line, end " {
		t.Errorf("logs: %s", got)
	}
	if a := l.send("GET", "/executions/99/events", ""); a.Status != 404 {
		t.Errorf("events of nothing: %d %s", a.Status, a.Raw)
	}
}

func TestSlowReaderIsTold(t *testing.T) {
	l := serve(t)
	s := l.stream(t, "/events?after=0")
	bus := l.server.Deps().Bus
	const many = 200_000 // more than the sockets' buffers and the queue hold
	for range many {
		bus.Publish(ratchet.Event{Kind: "tools.changed", ID: strings.Repeat("x", 100)})
	}
	for {
		_, kind, data := s.next()
		if kind == "" {
			t.Fatal("the stream ended")
		}
		if kind == "dropped" {
			if !strings.Contains(data, `"dropped":`) {
				t.Errorf("told %s", data)
			}
			return
		}
	}
}

func TestCloseEndsStreams(t *testing.T) {
	l := serve(t)
	s := l.stream(t, "/events")
	hurry, cancel := context.WithCancel(context.Background())
	cancel()
	_ = l.server.Close(hurry)
	if _, kind, _ := s.next(); kind != "end" {
		t.Errorf("got %q", kind)
	}
}
