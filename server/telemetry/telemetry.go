package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/google/uuid"

	"ratchet"
)

// Config says what is sent where. With neither Traces nor Metrics nothing is.
type Config struct {
	Traces   string            // address for spans, with or without http:// or https://; empty = none are sent
	Metrics  string            // address for metrics; empty = none are sent
	GRPC     bool              // false = Protobuf over HTTP
	Insecure bool              // no TLS to an address without http:// and https://
	Headers  map[string]string // sent with everything
	Timeout  time.Duration     // of one sending with its repetitions; 0 = 10 s

	SampleRatio float64       // part of the traces begun here that is recorded
	Propagate   Propagation   // what the requests of tasks carry
	Interval    time.Duration // between two sendings of metrics; 0 = 60 s
	Service     string        // name of this server; empty = ratchet
	Version     string        // of the product; empty = dev
	Log         *slog.Logger  // nil = discarded
}

// Propagation is what requests of tasks carry of a trace.
type Propagation int

// From nothing to everything.
const (
	PropagateNone  Propagation = iota
	PropagateTrace             // traceparent and tracestate
	PropagateAll               // baggage too
)

// Telemetry sends spans and metrics. Open makes it; nil is switched off. It is
// safe for concurrent use.
type Telemetry struct {
	cfg      Config
	resource *resource.Resource
	traces   *sdk.TracerProvider // nil = no spans
	tracer   trace.Tracer        // of traces
	metrics  *metric.MeterProvider
	lines    *complaints
	client   *http.Client // of both exporters, for HTTP
	life     context.Context
	end      context.CancelFunc // ends what is still being sent
}

// Open prepares the sending; it opens no connection. Without addresses it
// returns nil. The caller must Close what it returns.
func Open(ctx context.Context, cfg Config) (*Telemetry, error) {
	if cfg.Traces == "" && cfg.Metrics == "" {
		return nil, nil
	}
	t := &Telemetry{cfg: cfg.withDefaults()}
	t.life, t.end = context.WithCancel(context.WithoutCancel(ctx))
	t.lines = &complaints{log: t.cfg.Log, now: time.Now}
	t.client = newClient(t.cfg.Timeout)
	var err error
	if t.resource, err = t.cfg.describe(ctx); err != nil {
		return nil, ratchet.Errorf(ratchet.CodeConfig, "OTEL_RESOURCE_ATTRIBUTES cannot be read").
			WithHint("want name=value,name=value").Wrap(err)
	}
	if cfg.Traces == "" {
		return t, nil
	}
	exporter, err := t.spanExporter(ctx)
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeConfig, "spans cannot be sent to %s", cfg.Traces).At("tracing.endpoint").Wrap(err)
	}
	t.traces = sdk.NewTracerProvider(
		sdk.WithResource(t.resource), sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(cfg.SampleRatio))),
		sdk.WithBatcher(quietSpans{exporter, t}, sdk.WithExportTimeout(t.cfg.Timeout), sdk.WithBatchTimeout(time.Second)),
	)
	t.tracer = t.traces.Tracer("ratchet", trace.WithInstrumentationVersion(t.cfg.Version), trace.WithSchemaURL(semconv.SchemaURL))
	return t, nil
}

func (c Config) withDefaults() Config {
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Interval == 0 {
		c.Interval = 60 * time.Second
	}
	if c.Service == "" {
		c.Service = "ratchet"
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// describe is who sends. OTEL_RESOURCE_ATTRIBUTES adds to it.
func (c Config) describe(ctx context.Context) (*resource.Resource, error) {
	return resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(), resource.WithFromEnv(), resource.WithAttributes(
		semconv.ServiceName(c.Service), semconv.ServiceVersion(c.Version),
		attribute.String("service.instance.id", uuid.NewString()),
	), resource.WithSchemaURL(semconv.SchemaURL))
}

// Tracing says whether spans are made.
func (t *Telemetry) Tracing() bool { return t != nil && t.traces != nil }

// flushTime bounds the last sending: a collector that is gone holds nothing up.
const flushTime = 5 * time.Second

// Close sends what is left, until ctx or a few seconds end, and stops. A
// collector that does not take it is no error.
func (t *Telemetry) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	const doing = "end what sends telemetry"
	stop := context.AfterFunc(ctx, ratchet.Guard(doing, ratchet.Logged(t.lines.log, doing), t.end))
	var err error
	if t.metrics != nil {
		err = t.metrics.Shutdown(ctx)
	}
	if t.traces != nil {
		err = errors.Join(err, t.traces.Shutdown(ctx))
	}
	stop()
	t.end()
	t.client.CloseIdleConnections()
	if err != nil {
		t.lines.say("telemetry was not sent to its end", err)
	}
	return nil
}
