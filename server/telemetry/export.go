package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// newClient sends to a collector. It follows no redirects: the headers may
// hold a secret, and the address is the operator's.
func newClient(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// whole is an address with its scheme.
func (c Config) whole(address string) string {
	switch {
	case strings.Contains(address, "://"):
		return address
	case c.Insecure:
		return "http://" + address
	default:
		return "https://" + address
	}
}

func (t *Telemetry) spanExporter(ctx context.Context) (sdk.SpanExporter, error) {
	c := t.cfg
	if c.GRPC {
		return otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(c.whole(c.Traces)), otlptracegrpc.WithHeaders(c.Headers),
			otlptracegrpc.WithTimeout(c.Timeout), otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{
				Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: c.Timeout,
			}))
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(c.whole(c.Traces)), otlptracehttp.WithHeaders(c.Headers),
		otlptracehttp.WithHTTPClient(t.client), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: c.Timeout,
		}))
}

func (t *Telemetry) metricExporter(ctx context.Context) (metric.Exporter, error) {
	c := t.cfg
	if c.GRPC {
		return otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpointURL(c.whole(c.Metrics)), otlpmetricgrpc.WithHeaders(c.Headers),
			otlpmetricgrpc.WithTimeout(c.Timeout), otlpmetricgrpc.WithRetry(otlpmetricgrpc.RetryConfig{
				Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: c.Timeout,
			}))
	}
	return otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(c.whole(c.Metrics)), otlpmetrichttp.WithHeaders(c.Headers),
		otlpmetrichttp.WithHTTPClient(t.client), otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{
			Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: c.Timeout,
		}))
}

// quietSpans sends spans and tells the log, not its caller, what goes wrong:
// the library would tell a handler that the whole process shares.
type quietSpans struct {
	sdk.SpanExporter
	t *Telemetry
}

// ExportSpans sends spans, until the telemetry is closed.
func (q quietSpans) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	ctx, cancel := q.t.alive(ctx)
	defer cancel()
	if err := q.SpanExporter.ExportSpans(ctx, spans); err != nil {
		q.t.lines.say("spans were not sent", err, "spans", len(spans), "to", q.t.cfg.Traces)
	}
	return nil
}

// quietMetrics is quietSpans for metrics.
type quietMetrics struct {
	metric.Exporter
	t *Telemetry
}

// Export sends metrics, until the telemetry is closed.
func (q quietMetrics) Export(ctx context.Context, data *metricdata.ResourceMetrics) error {
	ctx, cancel := q.t.alive(ctx)
	defer cancel()
	if err := q.Exporter.Export(ctx, data); err != nil {
		q.t.lines.say("metrics were not sent", err, "to", q.t.cfg.Metrics)
	}
	return nil
}

// alive is ctx that ends with the telemetry, or when one sending may not take
// longer.
func (t *Telemetry) alive(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, t.cfg.Timeout)
	stop := context.AfterFunc(t.life, cancel)
	return ctx, func() { stop(); cancel() }
}

// complainEvery is how often a collector that does not take what it is sent is
// worth a line.
const complainEvery = time.Minute

// complaints writes warnings to the log, not too many.
type complaints struct {
	log *slog.Logger
	now func() time.Time

	mu     sync.Mutex
	last   time.Time
	silent int // warnings since the last line
}

func (c *complaints) say(what string, err error, more ...any) {
	c.mu.Lock()
	now := c.now()
	if !c.last.IsZero() && now.Sub(c.last) < complainEvery {
		c.silent++
		c.mu.Unlock()
		return
	}
	silent := c.silent
	c.last, c.silent = now, 0
	c.mu.Unlock()
	c.log.Warn(what, append(more, "error", err, "not_logged_before", silent)...)
}
