package ratchet

import (
	"encoding/hex"
	"strings"
)

// TraceContext is where a piece of work stands in a W3C trace: the span that
// it is a child of, and what travels with the trace. The zero value is none.
type TraceContext struct {
	TraceID string // 32 hex digits
	SpanID  string // 16 hex digits; empty = the trace is known and the span is not
	Flags   byte   // bit 0 = who began it records it
	State   string // tracestate
	Baggage string // baggage
}

// The sizes that every party of a trace must carry.
const (
	maxTraceState = 512
	maxBaggage    = 8192
)

// TraceContextOf reads the fields traceparent, tracestate and baggage by their
// lower-case names, e.g. with http.Header.Values. A traceparent that is not as
// W3C wants it is none, and nothing is left of the others then.
func TraceContextOf(values func(name string) []string) TraceContext {
	parents := values("traceparent")
	if len(parents) != 1 {
		return TraceContext{}
	}
	c, ok := parseTraceparent(parents[0])
	if !ok {
		return TraceContext{}
	}
	c.State = carried(values("tracestate"), maxTraceState)
	c.Baggage = carried(values("baggage"), maxBaggage)
	return c
}

// carried joins the values of a field, or drops them: what is too long or
// could not be sent on as a header.
func carried(values []string, limit int) string {
	all := strings.Join(values, ",")
	if len(all) > limit || strings.ContainsFunc(all, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return strings.TrimSpace(all)
}

// parseTraceparent reads version-trace-parent-flags. Of a later version the
// part that is known is read.
func parseTraceparent(text string) (TraceContext, bool) {
	const length = 55
	text = strings.TrimSpace(text)
	if len(text) < length || len(text) > length && (text[:2] == "00" || text[length] != '-') {
		return TraceContext{}, false
	}
	version, trace, span, flags := text[:2], text[3:35], text[36:52], text[53:55]
	if text[2] != '-' || text[35] != '-' || text[52] != '-' || version == "ff" || !lowerHex(version) ||
		!lowerHex(trace) || strings.Trim(trace, "0") == "" || !lowerHex(span) || strings.Trim(span, "0") == "" {
		return TraceContext{}, false
	}
	bits, err := hex.DecodeString(flags)
	if err != nil || !lowerHex(flags) {
		return TraceContext{}, false
	}
	return TraceContext{TraceID: trace, SpanID: span, Flags: bits[0]}, true
}

func lowerHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// Traceparent is the field that says c to another party; empty when c has no span.
func (c TraceContext) Traceparent() string {
	if c.TraceID == "" || c.SpanID == "" {
		return ""
	}
	return "00-" + c.TraceID + "-" + c.SpanID + "-" + hex.EncodeToString([]byte{c.Flags})
}
