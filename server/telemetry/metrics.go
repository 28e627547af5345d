package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"ratchet"
)

// SendMetrics begins to send what a registry has counted, at every interval
// and at Close.
func (t *Telemetry) SendMetrics(ctx context.Context, from prometheus.Gatherer) error {
	if t == nil || t.cfg.Metrics == "" {
		return nil
	}
	exporter, err := t.metricExporter(ctx)
	if err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "metrics cannot be sent to %s", t.cfg.Metrics).At("tracing.endpoint").Wrap(err)
	}
	t.metrics = metric.NewMeterProvider(metric.WithResource(t.resource), metric.WithReader(metric.NewPeriodicReader(
		quietMetrics{exporter, t}, metric.WithInterval(t.cfg.Interval), metric.WithTimeout(t.cfg.Timeout),
		metric.WithProducer(bridge.NewMetricProducer(bridge.WithGatherer(readable{from, t}))),
	)))
	return nil
}

// readable is a gatherer that skips failing collectors.
type readable struct {
	prometheus.Gatherer
	t *Telemetry
}

// Gather reads the registry.
func (r readable) Gather() ([]*dto.MetricFamily, error) {
	families, err := r.Gatherer.Gather()
	if err != nil {
		r.t.lines.say("metrics were not read in full", err)
	}
	return families, nil
}
