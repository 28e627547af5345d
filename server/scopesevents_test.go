package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/events"
)

// follow opens a stream of server-sent events and returns its status and lines.
func (l *secured) follow(path string, headers []string) (status int, lines *bufio.Scanner) {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, l.url+path, nil)
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
	l.t.Cleanup(func() { _ = res.Body.Close() })
	lines = bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return res.StatusCode, lines
}

// until reads to a line that holds text.
func (l *secured) until(lines *bufio.Scanner, text string) (read string) {
	l.t.Helper()
	for lines.Scan() {
		read += lines.Text() + "\n"
		if strings.Contains(lines.Text(), text) {
			return read
		}
	}
	l.t.Fatalf("the stream ended before %q: %v\n%s", text, lines.Err(), read)
	return ""
}

// happens publishes an event of every kind about a task.
func (m *matrix) happens(kind, task string) {
	id := m.ids[task]
	of, err := m.s.deps.Store.Task(m.t.Context(), task)
	if err != nil {
		m.t.Fatal(err)
	}
	e := ratchet.Event{Kind: kind, ID: id, Task: task, Data: &ratchet.Execution{ID: id, TaskID: of.ID, TaskName: task}}
	switch area, part, _ := strings.Cut(kind, "."); {
	case area == "task":
		e.ID, e.Data = of.ID, of
	case part == "progress":
		e.Data = ratchet.Progress{Message: "marker-" + task}
	case part == "log":
		e.Data = []ratchet.LogLine{{Message: "marker-" + task}}
	case area == "worker":
		e.Data, e.Task = ratchet.Worker{State: "ready"}, ""
	case area != "execution":
		e.Data, e.Task = nil, ""
	}
	m.s.deps.Bus.Publish(e)
}

// mark is how the event of a kind about a task is known.
func (m *matrix) mark(kind, task string) string {
	id := m.ids[task]
	if strings.HasPrefix(kind, "task.") {
		of, err := m.s.deps.Store.Task(m.t.Context(), task)
		if err != nil {
			m.t.Fatal(err)
		}
		id = of.ID
	}
	return fmt.Sprintf(`"kind":%q,"id":%q`, kind, id)
}

func (m *matrix) eventRows() {
	var streams []*bufio.Scanner
	for i := range m.keys {
		status, lines := m.follow("/api/v1/events", m.headers[i])
		if status != http.StatusOK {
			lines = nil
		} else {
			m.until(lines, ": open")
		}
		streams = append(streams, lines)
	}
	for _, kind := range m.s.deps.Tools.Events().Names() {
		for _, task := range both() {
			m.happens(kind, task)
		}
	}
	m.s.deps.Bus.Publish(ratchet.Event{Kind: "tools.changed", ID: "the end"})
	heard := make([]string, len(streams))
	for i, lines := range streams {
		if lines != nil {
			heard[i] = m.until(lines, "the end")
		}
	}
	for _, kind := range m.s.deps.Tools.Events().Names() {
		for _, task := range both() {
			m.row("event "+kind+" of "+task, func(i int) string {
				switch {
				case streams[i] == nil:
					return "no"
				case strings.Contains(heard[i], m.mark(kind, task)):
					return "yes"
				}
				return "hid"
			})
		}
	}
}

// subscriptionRows open each field of Subscription about each task.
func (m *matrix) subscriptionRows() {
	for _, f := range m.subscriptions() {
		for _, task := range both() {
			var args []string
			about := false
			for _, a := range f.Args {
				if v, ok := map[string]string{"taskId": task, "executionId": m.ids[task]}[a.Name]; ok {
					args, about = append(args, fmt.Sprintf("%s: %q", a.Name, v)), true
				}
			}
			call := f.Name
			if about {
				call += "(" + strings.Join(args, ", ") + ")"
			}
			m.row("subscription "+f.Name+" of "+task, func(i int) string {
				_, lines := m.follow("/graphql?query="+url.QueryEscape("subscription { "+call+" { kind } }"), m.headers[i])
				m.until(lines, ":") // it is open, if only to say why it ends
				for _, kind := range m.s.deps.Tools.Events().Names() {
					m.happens(kind, task)
				}
				for lines.Scan() {
					if text := lines.Text(); strings.HasPrefix(text, "data:") {
						return said(text)
					}
				}
				return "?"
			})
		}
	}
	m.allRuns()
}

// allRuns follow the runs of all tasks: those of sec-b first.
func (m *matrix) allRuns() {
	m.row("subscription taskExecutions of all names sec-b", func(i int) string {
		query := url.QueryEscape("subscription { taskExecutions { taskName } }")
		if m.values["subscription taskExecutions of pub-a"][i] != "yes" {
			return "no"
		}
		_, lines := m.follow("/graphql?query="+query, m.headers[i])
		m.until(lines, ":") // it is open
		m.happens("execution.updated", "sec-b")
		m.happens("execution.updated", "pub-a")
		return listed(m.until(lines, "pub-a"), "sec-b")
	})
}

// notificationRows listen as MCP clients: to the list of resources, and to a
// run of each task.
func (m *matrix) notificationRows() {
	heard := make([]chan string, len(m.keys))
	clients := make([]*mcp.ClientSession, len(m.keys))
	for i := range m.keys {
		note := func(what string) { heard[i] <- what }
		heard[i] = make(chan string, 1000)
		opts := &mcp.ClientOptions{
			ResourceListChangedHandler: func(context.Context, *mcp.ResourceListChangedRequest) { note("resources") },
			PromptListChangedHandler:   func(context.Context, *mcp.PromptListChangedRequest) { note("prompts") },
		}
		web := &http.Client{Transport: withHeaders(m.headers[i])}
		clients[i] = connect(m.t, &mcp.StreamableClientTransport{Endpoint: m.url + "/mcp", HTTPClient: web}, opts, "2025-11-25")
	}
	for _, task := range both() {
		uri := m.filled("ratchet://executions/{id}", task)
		m.row("notifications/resources/updated of "+task, func(i int) string {
			err := clients[i].Subscribe(m.t.Context(), &mcp.SubscribeParams{URI: uri})
			if err == nil {
				return "yes"
			}
			return said(err.Error() + wireCode(err))
		})
	}
	// settled waits until all that happened was told: of two changes of the list
	// of prompts, the second is told after everything that was there at the first.
	settled := func(i int) (resources bool) {
		for range 2 {
			m.s.deps.Bus.Publish(ratchet.Event{Kind: "prompts.changed"})
			for what := ""; what != "prompts"; {
				what = <-heard[i]
				resources = resources || what == "resources"
			}
		}
		return resources
	}
	m.row("notifications/resources/list_changed for sec-b", func(i int) string {
		settled(i)
		m.happens("task.created", "sec-b")
		told := settled(i)
		for !told && m.values["event task.created of sec-b"][i] == "yes" { // it will be, however slow the machine is
			told = settled(i)
		}
		return map[bool]string{true: "yes", false: "hid"}[told]
	})
	for _, c := range clients {
		_ = c.Close()
	}
}

// wireCode is what an error of a client says of itself.
func wireCode(err error) string {
	if known, ok := errors.AsType[*jsonrpc.Error](err); ok {
		return string(known.Data)
	}
	return ""
}

// withHeaders adds headers, in pairs, to every request.
type withHeaders []string

func (h withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for i := 0; i+1 < len(h); i += 2 {
		r.Header.Set(h[i], h[i+1])
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestEventKinds: whoever publishes or shows an event names its kind by the
// constant that declares it.
func TestEventKinds(t *testing.T) {
	kinds, err := events.NewSet(events.All()...)
	if err != nil {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`"(?:` + strings.ReplaceAll(strings.Join(kinds.Names(), "|"), ".", `\.`) + `)"`)
	err = filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == "../events" {
			return err
		}
		text, err := os.ReadFile(path)
		if found := literal.FindString(string(text)); found != "" {
			t.Errorf("%s: %s is declared in package events; use the constant", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
