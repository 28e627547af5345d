package graphql_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/adapters/graphql"
	"ratchet/tools"
)

// gateWriter lets nothing through until it is opened.
type gateWriter struct {
	header  http.Header
	reached chan struct{} // closed when something was written
	open    chan struct{}
	once    sync.Once
	mu      sync.Mutex
	body    bytes.Buffer
	wrote   chan struct{}
}

func (g *gateWriter) Header() http.Header { return g.header }
func (g *gateWriter) WriteHeader(int)     {}
func (g *gateWriter) Flush()              {}

func (g *gateWriter) Write(p []byte) (int, error) {
	g.once.Do(func() { close(g.reached) })
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	g.body.Write(p)
	select {
	case g.wrote <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (g *gateWriter) text() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.body.String()
}

// follow opens a stream of task events whose reader is w.
func follow(t testing.TB, w http.ResponseWriter, bus *ratchet.Bus) (stop func()) {
	t.Helper()
	r, err := registry.New(registry.Define(registry.Spec{
		Name: "ratchet_list_available_tasks", Title: "List", Doc: "Lists.", Toolset: "core", Category: "discovery", Effect: registry.Reads,
	}, func(context.Context, *registry.Deps, tools.ListTasksIn) (tools.ListTasksOut, error) {
		return tools.ListTasksOut{}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	h, err := graphql.New(graphql.Config{Registry: r, Deps: &registry.Deps{Bus: bus}, Limits: graphql.Limits{KeepAlive: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	q := url.Values{"query": {`subscription { taskEvents { sequence missed name } }`}}
	req := httptest.NewRequest(http.MethodGet, "/graphql?"+q.Encode(), nil).WithContext(ctx)
	req.Header.Set("Accept", "text/event-stream")
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.ServeHTTP(w, req)
	}()
	return func() {
		cancel()
		<-done
		h.Close()
	}
}

// TestSlowReader: who does not read loses the oldest events and is told how
// many; the newest arrive, in order.
func TestSlowReader(t *testing.T) {
	bus := new(ratchet.Bus)
	w := &gateWriter{header: http.Header{}, reached: make(chan struct{}), open: make(chan struct{}), wrote: make(chan struct{}, 1)}
	stop := follow(t, w, bus)
	<-w.reached // it was subscribed to, or will be while the gate is shut
	const total = 2000
	publish := func(n int) {
		for range n {
			bus.Publish(ratchet.Event{Kind: "task.updated", ID: "x", Data: &ratchet.Task{Name: "busy"}})
		}
	}
	close(w.open)
	for !strings.Contains(w.text(), `"name":"busy"`) { // until the subscription stands
		publish(1)
		runtime.Gosched()
	}
	shut := make(chan struct{})
	w.mu.Lock() // the reader stops
	go func() {
		defer close(shut)
		publish(total)
	}()
	<-shut // publishing never waits
	w.mu.Unlock()
	last := strconv.FormatInt(bus.Newest(), 10)
	for !strings.Contains(w.text(), "id: "+last+"\n") {
		<-w.wrote
	}
	stop()
	before, lost := int64(0), int64(0)
	for _, m := range regexp.MustCompile(`data: (.*)`).FindAllStringSubmatch(w.text(), -1) {
		var e struct {
			Data struct {
				TaskEvents struct{ Sequence, Missed int64 }
			}
		}
		if err := json.Unmarshal([]byte(m[1]), &e); err != nil {
			t.Fatal(err)
		}
		if e.Data.TaskEvents.Sequence <= before {
			t.Errorf("%d after %d", e.Data.TaskEvents.Sequence, before)
		}
		before = e.Data.TaskEvents.Sequence
		lost += e.Data.TaskEvents.Missed
	}
	if lost < total/2 {
		t.Errorf("%d events were lost", lost)
	}
}

// TestCutOffIsNotComplete: a stream whose request ended says nothing more, also
// when the subscription is over by the time the writer comes back.
func TestCutOffIsNotComplete(t *testing.T) {
	for range 50 { // which of two ready channels select takes is chance
		w := &gateWriter{header: http.Header{}, reached: make(chan struct{}), open: make(chan struct{}), wrote: make(chan struct{}, 1)}
		stop := follow(t, w, new(ratchet.Bus))
		<-w.reached // the writer waits at the gate
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			stop()
		}()
		for range 1000 {
			runtime.Gosched() // the subscription hears of the end
		}
		close(w.open)
		<-stopped
		if strings.Contains(w.text(), "event: complete") {
			t.Fatalf("a stream that was cut off ends with\n%s", w.text())
		}
	}
}
