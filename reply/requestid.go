package reply

import (
	"context"
	"crypto/rand"
	"strings"
)

// HeaderRequestID is the header with the id of a request, in logs and audit too. The
// server puts one into every request before a handler sees it.
const HeaderRequestID = "X-Request-Id"

type requestIDKey struct{}

// NewRequestID returns a new id to find a request by in answers, logs and the audit.
func NewRequestID() string { return "req_" + strings.ToLower(rand.Text()) }

// WithRequestID returns ctx with the id of the request that it belongs to.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestIDOf returns the id of the request that ctx belongs to; empty = it
// belongs to none.
func RequestIDOf(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
