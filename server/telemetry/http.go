package telemetry

import (
	"net"
	"net/http"
	"strconv"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"ratchet"
)

// BeginRequest begins the span of an HTTP request. The request that is
// returned has it in its context, and its trace headers say it in place of the
// caller's: whatever reads them makes children of the span. from is the
// client's address.
func (t *Telemetry) BeginRequest(r *http.Request, from, requestID string) (*http.Request, *Span) {
	if !t.Tracing() {
		return r, nil
	}
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	ctx, s := t.start(r.Context(), knownMethod(r.Method), ratchet.TraceContextOf(r.Header.Values), trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		semconv.HTTPRequestMethodKey.String(knownMethod(r.Method)), semconv.URLScheme(scheme), semconv.URLPath(r.URL.Path),
		semconv.ServerAddress(hostOf(r.Host)), semconv.ClientAddress(from), semconv.UserAgentOriginal(r.UserAgent()),
		semconv.NetworkProtocolVersion(strconv.Itoa(r.ProtoMajor)+"."+strconv.Itoa(r.ProtoMinor)), keyRequest.String(requestID),
	))
	c := s.Context()
	r = r.WithContext(ctx)
	r.Header.Set("Traceparent", c.Traceparent())
	r.Header.Del("Tracestate")
	if c.State != "" {
		r.Header.Set("Tracestate", c.State)
	}
	return r, s
}

// EndRequest ends the span of a request that was answered. route is the
// pattern that it matched.
func (s *Span) EndRequest(method, route string, status int) {
	if s == nil {
		return
	}
	if route != "" {
		s.span.SetName(knownMethod(method) + " " + route)
		s.span.SetAttributes(semconv.HTTPRoute(route))
	}
	if status != 0 {
		s.span.SetAttributes(semconv.HTTPResponseStatusCode(status))
	}
	if status >= http.StatusInternalServerError {
		s.fail(strconv.Itoa(status))
	}
	s.span.End()
}

// knownMethod keeps the names of spans few.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	}
	return "_OTHER"
}

func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return hostport
}
