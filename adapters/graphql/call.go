package graphql

import (
	"context"
	"net/http"

	"ratchet"
)

// call is what a request says about itself.
type call struct {
	requestID string
	trace     ratchet.TraceContext
	principal ratchet.Principal
	lastEvent string  // Last-Event-ID: where a stream is resumed
	socket    *socket // the WebSocket it came by; nil = none
	streams   bool    // answers are server-sent events
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
		requestID: r.Header.Get("X-Request-Id"), trace: ratchet.TraceContextOf(r.Header.Values),
		principal: h.cfg.Principal(r), lastEvent: r.Header.Get("Last-Event-Id"), streams: eventStream{}.Supports(r),
	}
}
