package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ratchet"
	"ratchet/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestOffCostsNothing: what is switched off is nil, and all its methods are there.
func TestOffCostsNothing(t *testing.T) {
	off, err := Open(t.Context(), Config{SampleRatio: 1, Headers: map[string]string{"a": "b"}})
	if off != nil || err != nil {
		t.Fatalf("%v %v", off, err)
	}
	log := slog.New(slog.DiscardHandler)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/", nil)
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	allocs := testing.AllocsPerRun(100, func() {
		same, span := off.BeginRequest(r, "", "")
		ctx, message := off.BeginMessage(r.Context(), Message{Method: "tools/call"})
		span.EndRequest("GET", "/", 200)
		message.EndMessage("", 0)
		if same != r || ctx != r.Context() || off.Logger(log) != log || off.Runs() != nil || off.Tracing() ||
			span.Context() != (ratchet.TraceContext{}) || FromContext(ctx) != (ratchet.TraceContext{}) {
			t.Error("something is switched on")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if err := errors.Join(off.SendMetrics(t.Context(), nil), off.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

// TestMetricsAlone: without an address for spans there are none.
func TestMetricsAlone(t *testing.T) {
	o, err := Open(t.Context(), Config{Metrics: "http://127.0.0.1:9/v1/metrics"})
	if err != nil {
		t.Fatal(err)
	}
	if o.Tracing() || o.Runs() != nil {
		t.Error("there are spans")
	}
	if err := o.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestComplaintsAreFew(t *testing.T) {
	var text strings.Builder
	now := time.Unix(0, 0)
	c := &complaints{log: slog.New(slog.NewTextHandler(&text, nil)), now: func() time.Time { return now }}
	for range 100 {
		c.say("not sent", errors.New("refused"))
		now = now.Add(time.Second)
	}
	if n := strings.Count(text.String(), "msg="); n != 2 || !strings.Contains(text.String(), "not_logged_before=59") {
		t.Errorf("%d lines:\n%s", n, text.String())
	}
}

// TestLogger: the ids are in lines with a span, through groups and attributes.
func TestLogger(t *testing.T) {
	o, err := Open(t.Context(), Config{Traces: "http://127.0.0.1:9/v1/traces"}) // nothing is sampled, so nothing is sent
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close(context.Background())
	var text strings.Builder
	log := o.Logger(slog.New(slog.NewTextHandler(&text, nil))).With("a", 1)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/", nil)
	r, span := o.BeginRequest(r, "", "")
	c := span.Context()
	log.InfoContext(r.Context(), "with")
	log.InfoContext(t.Context(), "without")
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if !strings.HasSuffix(lines[0], "trace_id="+c.TraceID+" span_id="+c.SpanID) || strings.Contains(lines[1], "trace_id") {
		t.Errorf("%q", lines)
	}
	if r.Header.Get("Traceparent") != c.Traceparent() || c.Flags != 0 {
		t.Errorf("%v %+v", r.Header, c)
	}
}

func TestRequestsShowNoSecrets(t *testing.T) {
	got := map[string]string{}
	for _, a := range fetchAttributes(&runtime.FetchRequest{Method: "BREW", URL: "https://u:p@h.example/a?key=1#f", Body: []byte("xy")}) {
		got[string(a.Key)] = a.Value.Emit()
	}
	want := map[string]string{
		"http.request.method": "_OTHER", "http.request.body.size": "2", "url.full": "https://h.example/a?REDACTED",
		"server.address": "h.example", "server.port": "443",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{"h:1": "https://h:1", "http://h:1": "http://h:1", "https://h": "https://h"} {
		if got := (Config{}).whole(address); got != want {
			t.Errorf("%s became %s", address, got)
		}
	}
	if got := (Config{Insecure: true}).whole("h:1"); got != "http://h:1" {
		t.Error(got)
	}
}

func TestLongest(t *testing.T) {
	all := []runtime.Span{{ID: 1, Duration: 3}, {ID: 2, Duration: 1}, {ID: 3, Duration: 2}}
	if diff := cmp.Diff(map[int]bool{1: true, 3: true}, longest(all, 2)); diff != "" {
		t.Error(diff)
	}
}
