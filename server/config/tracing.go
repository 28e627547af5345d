package config

import (
	"cmp"
	"net"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// Tracing says where spans and metrics are sent, and which. Without an address
// nothing is.
type Tracing struct {
	Endpoint        string        `koanf:"endpoint" doc:"OpenTelemetry collector that spans and metrics are sent to, e.g. http://127.0.0.1:4318; empty = nothing is sent"`
	TracesEndpoint  string        `koanf:"traces_endpoint" doc:"whole address for spans; empty = /v1/traces below endpoint"`
	MetricsEndpoint string        `koanf:"metrics_endpoint" doc:"whole address for metrics; empty = /v1/metrics below endpoint"`
	Protocol        string        `koanf:"protocol" default:"http" doc:"how they are sent: http (Protobuf over HTTP) or grpc"`
	Insecure        bool          `koanf:"insecure" default:"false" doc:"send without TLS to an address that names neither http:// nor https://"`
	Headers         []string      `koanf:"headers" doc:"headers of what is sent, as name=value, e.g. authorization=Bearer%20…; values are percent-decoded" secret:"true"`
	Timeout         time.Duration `koanf:"timeout" default:"10" doc:"seconds that one sending may take, with its repetitions"`
	SampleRatio     float64       `koanf:"sample_ratio" default:"1" doc:"part of the traces begun here that is recorded, from 0 to 1; traces of others keep to what their traceparent says"`
	Propagate       string        `koanf:"propagate" default:"trace" doc:"what requests of tasks carry: none, trace (traceparent and tracestate), or all (baggage too)"`
	ServiceName     string        `koanf:"service_name" default:"ratchet" doc:"name of this server among those that send to the collector"`
	Metrics         bool          `koanf:"metrics" default:"true" doc:"send metrics as well as spans"`
	MetricsInterval time.Duration `koanf:"metrics_interval" default:"60" doc:"seconds between two sendings of the metrics"`
}

// Traces is the whole address for spans; empty = none are sent.
func (t Tracing) Traces() string { return cmp.Or(t.TracesEndpoint, t.below("/v1/traces")) }

// MetricsTo is the whole address for metrics; empty = none are sent.
func (t Tracing) MetricsTo() string {
	if !t.Metrics {
		return ""
	}
	return cmp.Or(t.MetricsEndpoint, t.below("/v1/metrics"))
}

// GRPC says how they are sent.
func (t Tracing) GRPC() bool { return t.Protocol == "grpc" }

// below is an address under the endpoint; with gRPC all have the endpoint's own.
func (t Tracing) below(path string) string {
	if t.Endpoint == "" || t.GRPC() {
		return t.Endpoint
	}
	return strings.TrimSuffix(t.Endpoint, "/") + path
}

// HeaderMap is Headers by name.
func (t Tracing) HeaderMap() map[string]string {
	headers := make(map[string]string, len(t.Headers))
	for _, text := range t.Headers {
		name, value, _ := strings.Cut(text, "=") // checked by Validate
		value = strings.TrimSpace(value)
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		headers[strings.TrimSpace(name)] = value
	}
	return headers
}

func (c Config) validateTracing() (found faults) {
	t := c.Tracing
	for _, one := range []struct{ key, address string }{
		{"tracing.endpoint", t.Endpoint},
		{"tracing.traces_endpoint", t.TracesEndpoint},
		{"tracing.metrics_endpoint", t.MetricsEndpoint},
	} {
		if what := t.wrongAddress(one.address); what != "" {
			found.add(c.wrong(one.key, what))
		}
	}
	for name, value := range t.HeaderMap() {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) || value == "" {
			found.add(c.wrong("tracing.headers", "want name=value, e.g. x-api-key=…")) // not shown: it is a secret
			break
		}
	}
	switch {
	case t.SampleRatio < 0 || t.SampleRatio > 1:
		found.add(c.wrong("tracing.sample_ratio", "want a number from 0 to 1"))
	case strings.TrimSpace(t.ServiceName) == "":
		found.add(c.wrong("tracing.service_name", "want a name"))
	case t.Timeout < 100*time.Millisecond || t.Timeout > 5*time.Minute:
		found.add(c.wrong("tracing.timeout", "want 0.1 to 300 seconds"))
	case t.MetricsInterval < time.Second:
		found.add(c.wrong("tracing.metrics_interval", "want at least 1 second"))
	}
	return found
}

// wrongAddress says what is wrong with an address; empty = nothing is.
func (t Tracing) wrongAddress(address string) string {
	if address == "" {
		return ""
	}
	scheme, _, given := strings.Cut(address, "://")
	if !given {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "":
		return "want an address such as http://127.0.0.1:4318"
	case given && scheme != "http" && scheme != "https":
		return "want http:// or https://, got " + kindOf(scheme+"://")
	case u.User != nil:
		return "want no user and password in the address: send them with tracing.headers"
	case scheme == "https" && given && t.Insecure:
		return "https:// and tracing.insecure contradict each other"
	case t.GRPC() && strings.Trim(u.Path, "/") != "":
		return "want no path: with protocol grpc there is only the host and its port"
	case t.GRPC() && u.Port() == "":
		return "want a port, e.g. " + net.JoinHostPort(u.Hostname(), "4317")
	}
	return ""
}
