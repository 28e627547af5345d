package ratchet_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

const (
	aTrace  = "0af7651916cd43dd8448eb211c80319c"
	aParent = "00-" + aTrace + "-b7ad6b7169203331-01"
)

func TestTraceContextOf(t *testing.T) {
	known := ratchet.TraceContext{TraceID: aTrace, SpanID: "b7ad6b7169203331", Flags: 1}
	for text, want := range map[string]ratchet.TraceContext{
		aParent:                                known,
		" " + aParent + " ":                    known,
		strings.TrimSuffix(aParent, "1") + "0": {TraceID: aTrace, SpanID: "b7ad6b7169203331"},
		"01" + aParent[2:]:                     known, // a later version
		"01" + aParent[2:] + "-more":           known,
		aParent + "-more":                      {},
		aParent + "0":                          {},
		"ff" + aParent[2:]:                     {},
		strings.ToUpper(aParent):               {},
		"00-" + strings.Repeat("0", 32) + "-b7ad6b7169203331-01": {},
		"00-" + aTrace + "-0000000000000000-01":                  {},
		"00-" + aTrace + "-b7ad6b716920333x-01":                  {},
		"00-" + aTrace + "-b7ad6b7169203331-0x":                  {},
		"00_" + aTrace + "-b7ad6b7169203331-01":                  {},
		"":                                                       {},
		"00":                                                     {},
	} {
		got := ratchet.TraceContextOf(http.Header{"Traceparent": {text}}.Values)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if got := ratchet.TraceContextOf(http.Header{"Traceparent": {aParent, aParent}}.Values); got != (ratchet.TraceContext{}) {
		t.Errorf("two parents: %+v", got)
	}
	if got := known.Traceparent(); got != aParent {
		t.Errorf("written as %s", got)
	}
	if got := (ratchet.TraceContext{TraceID: aTrace}).Traceparent(); got != "" {
		t.Errorf("without a span: %s", got)
	}
}

func TestTraceContextCarriesStateAndBaggage(t *testing.T) {
	h := http.Header{"Traceparent": {aParent}, "Tracestate": {"a=1", "b=2"}, "Baggage": {"user=x"}}
	if got := ratchet.TraceContextOf(h.Values); got.State != "a=1,b=2" || got.Baggage != "user=x" {
		t.Errorf("%+v", got)
	}
	h["Tracestate"], h["Baggage"] = []string{"a=" + strings.Repeat("x", 511)}, []string{"a=b\r\nHost: c"}
	if got := ratchet.TraceContextOf(h.Values); got.State != "" || got.Baggage != "" || got.TraceID == "" {
		t.Errorf("what cannot be sent on is kept: %+v", got)
	}
	h.Del("Traceparent")
	h["Tracestate"] = []string{"a=1"}
	if got := ratchet.TraceContextOf(h.Values); got != (ratchet.TraceContext{}) {
		t.Errorf("without a parent: %+v", got)
	}
}
