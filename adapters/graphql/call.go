package graphql

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"

	"ratchet"
)

// call is what a request says about itself.
type call struct {
	requestID string
	traceID   string
	principal ratchet.Principal
	lastEvent string  // Last-Event-ID: where a stream is resumed
	socket    *socket // the WebSocket it came by; nil = none
}

type callKey struct{}

func withCall(ctx context.Context, c call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

func callFrom(ctx context.Context) call {
	c, _ := ctx.Value(callKey{}).(call)
	return c
}

func (h *Handler) callOf(r *http.Request) call {
	return call{
		requestID: r.Header.Get("X-Request-Id"), traceID: traceID(r.Header.Get("Traceparent")),
		principal: h.cfg.Principal(r), lastEvent: r.Header.Get("Last-Event-Id"),
	}
}

// traceID is the trace id of a W3C traceparent; empty when it is none.
func traceID(parent string) string {
	parts := strings.Split(parent, "-")
	if len(parts) < 4 || len(parts[1]) != 32 {
		return ""
	}
	if raw, err := hex.DecodeString(parts[1]); err != nil || strings.Trim(parts[1], "0") == "" || len(raw) != 16 {
		return ""
	}
	return strings.ToLower(parts[1])
}
