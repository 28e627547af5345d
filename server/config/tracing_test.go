package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

func tracing(t *testing.T, yaml string, env ...string) (Config, error) {
	t.Helper()
	return Load(Options{File: write(t, "tracing:\n  "+strings.ReplaceAll(yaml, "\n", "\n  ")+"\n"), Env: append([]string{}, env...)})
}

func TestTracingAddresses(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string][2]string{
		"protocol: http":                                       {},
		"endpoint: http://c:4318/":                             {"http://c:4318/v1/traces", "http://c:4318/v1/metrics"},
		"endpoint: https://c/otlp":                             {"https://c/otlp/v1/traces", "https://c/otlp/v1/metrics"},
		"endpoint: http://c\nmetrics: false":                   {"http://c/v1/traces", ""},
		"endpoint: c:4317\nprotocol: grpc\ninsecure: true":     {"c:4317", "c:4317"},
		"endpoint: http://c\ntraces_endpoint: http://d/t":      {"http://d/t", "http://c/v1/metrics"},
		"metrics_endpoint: http://d/m":                         {"", "http://d/m"},
		"traces_endpoint: http://d/t\nprotocol: http/protobuf": {"http://d/t", ""},
	} {
		cfg, err := tracing(t, yaml)
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
			continue
		}
		if got := [2]string{cfg.Tracing.Traces(), cfg.Tracing.MetricsTo()}; got != want {
			t.Errorf("%s: %q", yaml, got)
		}
	}
}

// TestTracingFromStandardVariables: a collector that the environment names is used.
func TestTracingFromStandardVariables(t *testing.T) {
	t.Parallel()
	cfg, err := tracing(t, "sample_ratio: 0.25\ntimeout: 2\nmetrics_interval: 5\npropagate: all",
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_SERVICE_NAME=mine",
		"OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20abc, x-key = k=v", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://d:1",
		"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://e:1", "OTEL_EXPORTER_OTLP_INSECURE=true")
	if err != nil {
		t.Fatal(err)
	}
	c := cfg.Tracing
	want := Tracing{
		Endpoint: "http://c:4317", TracesEndpoint: "http://d:1", MetricsEndpoint: "http://e:1", Protocol: "grpc", Insecure: true,
		Headers: c.Headers, Timeout: 2 * time.Second, SampleRatio: 0.25, Propagate: "all", ServiceName: "mine", Metrics: true,
		MetricsInterval: 5 * time.Second,
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"authorization": "Bearer abc", "x-key": "k=v"}, c.HeaderMap()); diff != "" {
		t.Error(diff)
	}
	off, err := tracing(t, "protocol: http", "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "RATCHET_TRACING_ENDPOINT=")
	if err != nil || off.Tracing.Traces() != "" {
		t.Errorf("the full name does not win: %v %q", err, off.Tracing.Traces())
	}
}

func TestTracingIsChecked(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"protocol: smoke":                      "want http, http/protobuf or grpc",
		"endpoint: ftp://c":                    "want http:// or https://",
		"endpoint: http://u:p@c":               "tracing.headers",
		"endpoint: http://c?x=1":               "want an address",
		"endpoint: https://c\ninsecure: true":  "contradict",
		"endpoint: http://c/x\nprotocol: grpc": "want no path",
		"endpoint: http://c\nprotocol: grpc":   "want a port",
		"metrics_endpoint: '://'":              "tracing.metrics_endpoint",
		"headers: [s3cret]":                    "want name=value",
		"headers: ['a b=s3cret']":              "want name=value",
		"headers: ['a=s3cret%0D%0Ab: c']":      "want name=value",
		"sample_ratio: 1.5":                    "from 0 to 1",
		"sample_ratio: much":                   "want a number",
		"sample_ratio: -0.1":                   "from 0 to 1",
		"propagate: some":                      "none, trace or all",
		"service_name: ' '":                    "want a name",
		"timeout: 0":                           "0.1 to 300",
		"metrics_interval: 0":                  "at least 1 second",
	} {
		_, err := tracing(t, yaml)
		e, ok := errors.AsType[*ratchet.Error](err)
		if !ok || e.Code != ratchet.CodeConfig || !strings.Contains(e.Message, want) || !strings.Contains(e.Message, "tracing.") {
			t.Errorf("%s: %v", yaml, err)
		}
		if strings.Contains(fmt.Sprint(err), "s3cret") {
			t.Errorf("%s: the error tells the secret: %v", yaml, err)
		}
	}
}

// TestSecretsOfKeysAreMasked: also those that are no map.
func TestSecretsOfKeysAreMasked(t *testing.T) {
	t.Parallel()
	cfg, err := tracing(t, "headers: [authorization=s3cret]", "RATCHET_ADMIN_PASSWORD=s3cret word")
	if err != nil {
		t.Fatal(err)
	}
	for key, source := range cfg.Sources() {
		if strings.Contains(fmt.Sprint(source.Value), "s3cret") {
			t.Errorf("%s is shown as %v", key, source.Value)
		}
	}
	if got := cfg.Sources()["tracing.headers"].Value; got != "***" {
		t.Errorf("headers are shown as %v", got)
	}
	if got := cfg.Sources()["auth.jwt_secret"].Value; got != "" {
		t.Errorf("an unset secret is shown as %v", got)
	}
}
