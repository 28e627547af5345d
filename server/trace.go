package server

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"ratchet/server/config"
	"ratchet/server/limit"
	"ratchet/server/telemetry"
)

func telemetryConfig(c config.Tracing, o Options) telemetry.Config {
	propagate := map[string]telemetry.Propagation{"trace": telemetry.PropagateTrace, "all": telemetry.PropagateAll}
	return telemetry.Config{
		Traces: c.Traces(), Metrics: c.MetricsTo(), GRPC: c.GRPC(), Insecure: c.Insecure, Headers: c.HeaderMap(), Timeout: c.Timeout,
		SampleRatio: c.SampleRatio, Propagate: propagate[c.Propagate], Interval: c.MetricsInterval,
		Service: c.ServiceName, Version: o.Version, Log: o.Log,
	}
}

// openTracing puts the spans of tool calls before everything else, so that
// what the gates refuse is in the trace.
func (s *Server) openTracing() {
	if s.telemetry.Tracing() {
		s.deps.Gates = append(s.deps.Gates, s.telemetry.Gate())
	}
}

// sendMetrics begins to send the metrics; the last sending is at the end, when
// nothing runs any more and the store still answers.
func (s *Server) sendMetrics(ctx context.Context) error {
	if s.telemetry == nil {
		return nil
	}
	s.closers = slices.Insert(s.closers, max(0, len(s.closers)-1), s.telemetry.Close)
	return s.telemetry.SendMetrics(ctx, s.metrics.Gatherer())
}

// traced begins the span of a request. Those that only ask how the server is
// have none: they come all the time and are no work.
func (s *Server) traced(r *http.Request, id string) (*http.Request, *telemetry.Span) {
	switch path := r.URL.Path; {
	case !s.telemetry.Tracing(), path == "/live", path == "/ready", path == "/health", path == "/health/detailed",
		path == "/metrics", strings.HasPrefix(path, "/metrics/"), path == s.cfg.MCP.Endpoint+"/health":
		return r, nil
	}
	return s.telemetry.BeginRequest(r, limit.Address(r), id)
}
