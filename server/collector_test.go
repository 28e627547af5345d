package server

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	metricservice "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	traceservice "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metric "go.opentelemetry.io/proto/otlp/metrics/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// exported is a span as a collector got it.
type exported struct {
	Name, Trace, ID, Parent string
	Kind                    trace.Span_SpanKind
	Failed                  bool
	Attrs                   map[string]string
	Links                   []string // ids of spans
	Start, End              uint64
	State                   string
}

// collector is what a server sends its telemetry to, over HTTP or gRPC.
type collector struct {
	traceservice.UnimplementedTraceServiceServer
	address string

	mu       sync.Mutex
	spans    []exported
	metrics  map[string]*metric.Metric
	resource map[string]string
	asked    []string // paths of requests and keys they brought
}

// metricsSide is the other service: both have a method Export.
type metricsSide struct {
	metricservice.UnimplementedMetricsServiceServer
	c *collector
}

func openCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{metrics: map[string]*metric.Metric{}}
	web := httptest.NewServer(c)
	t.Cleanup(web.Close)
	c.address = web.URL
	return c
}

func openGRPCCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{metrics: map[string]*metric.Metric{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	traceservice.RegisterTraceServiceServer(s, c)
	metricservice.RegisterMetricsServiceServer(s, &metricsSide{c: c})
	done := make(chan error, 1)
	go func() { done <- s.Serve(listener) }()
	t.Cleanup(func() {
		s.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	c.address = listener.Addr().String()
	return c
}

// ServeHTTP takes what is sent over HTTP.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var answer proto.Message
	switch r.URL.Path {
	case "/v1/traces":
		var req traceservice.ExportTraceServiceRequest
		err = proto.Unmarshal(body, &req)
		c.took(r.URL.Path, r.Header.Get("X-Key"), req.GetResourceSpans(), nil)
		answer = &traceservice.ExportTraceServiceResponse{}
	case "/v1/metrics":
		var req metricservice.ExportMetricsServiceRequest
		err = proto.Unmarshal(body, &req)
		c.took(r.URL.Path, r.Header.Get("X-Key"), nil, req.GetResourceMetrics())
		answer = &metricservice.ExportMetricsServiceResponse{}
	default:
		err = fmt.Errorf("nothing is at %s", r.URL.Path)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	raw, _ := proto.Marshal(answer)
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(raw)
}

// Export takes spans over gRPC.
func (c *collector) Export(ctx context.Context, req *traceservice.ExportTraceServiceRequest) (*traceservice.ExportTraceServiceResponse, error) {
	c.took("grpc traces", keyOf(ctx), req.GetResourceSpans(), nil)
	return &traceservice.ExportTraceServiceResponse{}, nil
}

// Export takes metrics over gRPC.
func (m *metricsSide) Export(ctx context.Context, req *metricservice.ExportMetricsServiceRequest) (*metricservice.ExportMetricsServiceResponse, error) {
	m.c.took("grpc metrics", keyOf(ctx), nil, req.GetResourceMetrics())
	return &metricservice.ExportMetricsServiceResponse{}, nil
}

func keyOf(ctx context.Context) string {
	md, _ := metadata.FromIncomingContext(ctx)
	return strings.Join(md.Get("x-key"), ",")
}

func (c *collector) took(path, key string, spans []*trace.ResourceSpans, metrics []*metric.ResourceMetrics) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, strings.TrimSpace(path+" "+key))
	for _, r := range spans {
		c.resource = texts(r.GetResource().GetAttributes())
		for _, scope := range r.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				c.spans = append(c.spans, readSpan(s))
			}
		}
	}
	for _, r := range metrics {
		for _, scope := range r.GetScopeMetrics() {
			for _, m := range scope.GetMetrics() {
				c.metrics[m.GetName()] = m
			}
		}
	}
}

func readSpan(s *trace.Span) exported {
	e := exported{
		Name: s.GetName(), Trace: hex.EncodeToString(s.GetTraceId()), ID: hex.EncodeToString(s.GetSpanId()),
		Parent: hex.EncodeToString(s.GetParentSpanId()), Kind: s.GetKind(), State: s.GetTraceState(),
		Failed: s.GetStatus().GetCode() == trace.Status_STATUS_CODE_ERROR, Attrs: texts(s.GetAttributes()),
		Start: s.GetStartTimeUnixNano(), End: s.GetEndTimeUnixNano(),
	}
	for _, l := range s.GetLinks() {
		e.Links = append(e.Links, hex.EncodeToString(l.GetSpanId()))
	}
	return e
}

func texts(attrs []*common.KeyValue) map[string]string {
	out := map[string]string{}
	for _, a := range attrs {
		switch v := a.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			out[a.GetKey()] = v.StringValue
		case *common.AnyValue_IntValue:
			out[a.GetKey()] = fmt.Sprint(v.IntValue)
		}
	}
	return out
}

// all are the spans of a name that have come.
func (c *collector) all(name string) []exported {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.spans), func(s exported) bool { return s.Name != name })
}

// one is the only span of a name.
func (c *collector) one(t *testing.T, name string) exported {
	t.Helper()
	found := c.all(name)
	if len(found) != 1 {
		t.Fatalf("%d spans are called %q; there are %s", len(found), name, c.names())
	}
	return found[0]
}

func (c *collector) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, s := range c.spans {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

func (c *collector) requests() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}
