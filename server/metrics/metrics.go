package metrics

import (
	"context"
	"net/http"
	"sync"

	"ratchet/registry"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"ratchet"
	"ratchet/events"
	"ratchet/storage"
)

// Config says what to measure. Nil functions leave their metrics out.
type Config struct {
	Version string
	Store   *storage.DB
	Bus     *ratchet.Bus                          // executions are counted from its events
	Workers func() []ratchet.Worker               // the pool at this moment
	Tools   *registry.Registry                    // of the server, to know what callers may call
	Caller  func(*http.Request) ratchet.Principal // who reads over HTTP; nil = the machine's owner
}

// Metrics are the counters of one server. New makes them, Close ends what
// counts in the background. They are safe for concurrent use.
type Metrics struct {
	cfg      Config
	registry *prometheus.Registry
	tasks    labelCap

	calls      *prometheus.CounterVec
	callTime   *prometheus.HistogramVec
	failures   *prometheus.CounterVec
	limited    *prometheus.CounterVec
	requests   *prometheus.CounterVec
	reqTime    *prometheus.HistogramVec
	executions *prometheus.CounterVec
	tests      *prometheus.CounterVec
	runTime    *prometheus.HistogramVec
	queueWait  prometheus.Histogram
	lost       prometheus.Counter

	stop func()
	done sync.WaitGroup
}

// seconds are the buckets of durations, from a registry call to a long run.
var seconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// New makes the metrics and begins to count. The caller must Close them.
func New(cfg Config) *Metrics {
	m := &Metrics{cfg: cfg, registry: prometheus.NewRegistry(), tasks: labelCap{limit: 200}}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}, labels)
	}
	m.calls = counter("ratchet_mcp_calls_total", "Tool calls over MCP and every other surface, by what came of them.", "tool", "surface", "outcome")
	m.callTime = histogram("ratchet_mcp_call_duration_seconds", "Time of tool calls from the gates to the answer.", "tool", "surface")
	m.failures = counter("ratchet_errors_total", "Tool calls that failed, by type of error.", "type")
	m.limited = counter("ratchet_rate_limited_total", "Tool calls refused because of a limit.", "surface")
	m.requests = counter("ratchet_http_requests_total", "HTTP requests answered, by route.", "method", "route", "status")
	m.reqTime = histogram("ratchet_http_request_duration_seconds", "Time of HTTP requests; of streams of live events over HTTP/1.1 until they are open.", "method", "route")
	m.executions = counter("ratchet_executions_total", "Executions that ended, by status and task, without those of tests.", "status", "task")
	m.tests = counter("ratchet_test_executions_total", "Executions of tests that ended, by status and task.", "status", "task")
	m.runTime = histogram("ratchet_execution_duration_seconds", "Time of executions from their start to their end, without those of tests.", "task")
	m.queueWait = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "ratchet_queue_wait_seconds", Help: "Time that executions, those of tests too, waited for a worker.", Buckets: seconds,
	})
	m.lost = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "ratchet_metrics_events_lost_total", Help: "Events that came too fast to be counted.",
	})
	m.registry.MustRegister(
		m.calls, m.callTime, m.failures, m.limited, m.requests, m.reqTime, m.executions, m.tests, m.runTime, m.queueWait, m.lost,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &state{m},
	)
	m.follow()
	return m
}

// Gatherer reads all metrics, for those who send them elsewhere.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Close ends the counting of executions.
func (m *Metrics) Close() {
	m.stop()
	m.done.Wait()
}

// follow counts executions from the events of their end.
func (m *Metrics) follow() {
	if m.cfg.Bus == nil {
		m.stop = func() {}
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	sub := m.cfg.Bus.Subscribe(1<<16, func(e *ratchet.Event) bool {
		x, ok := e.Data.(*ratchet.Execution)
		return ok && e.Kind == events.ExecutionUpdated && x.Status.Terminal()
	})
	m.stop = func() { cancel(); sub.Close() }
	m.done.Go(func() {
		ratchet.Keep("count executions", func(error) { m.lost.Inc() }, func() { m.count(ctx, sub) })
	})
}

func (m *Metrics) count(ctx context.Context, sub *ratchet.Subscription) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-sub.Ready():
		}
		events, dropped := sub.Take()
		m.lost.Add(float64(dropped))
		for i := range events {
			m.ended(events[i].Data.(*ratchet.Execution))
		}
	}
}

func (m *Metrics) ended(x *ratchet.Execution) {
	task := m.tasks.label(x.TaskName)
	if x.Origin == ratchet.OriginTest { // they fail on purpose and have no network
		m.tests.WithLabelValues(string(x.Status), task).Inc()
	} else {
		m.executions.WithLabelValues(string(x.Status), task).Inc()
		if d := x.Duration(); d > 0 {
			m.runTime.WithLabelValues(task).Observe(d.Seconds())
		}
	}
	if x.Origin != ratchet.OriginExternal && !x.StartedAt.IsZero() && !x.QueuedAt.IsZero() {
		m.queueWait.Observe(x.StartedAt.Sub(x.QueuedAt).Seconds())
	}
}

// otherTasks is the label of tasks beyond those that have one of their own.
const otherTasks = "other"

// labelCap bounds the values of a label: after the first ones all are "other".
type labelCap struct {
	limit int
	mu    sync.Mutex
	known map[string]bool
}

func (c *labelCap) label(value string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known[value] {
		return value
	}
	if len(c.known) >= c.limit {
		return otherTasks
	}
	if c.known == nil {
		c.known = make(map[string]bool)
	}
	c.known[value] = true
	return value
}
