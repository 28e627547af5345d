package logging

import (
	"context"
	"log/slog"
)

// Handler lets the lines through that the levels of their module allow. Make
// it with NewHandler.
type Handler struct {
	inner   slog.Handler
	levels  *Levels
	module  int // number of the module; -1 = of none
	grouped bool
}

// NewHandler puts levels before a handler, which must let every level through
// that may ever be wanted.
func NewHandler(inner slog.Handler, levels *Levels) *Handler {
	return &Handler{inner: inner, levels: levels, module: -1}
}

// Enabled says whether a line of this level is written.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.levels.filter().level(h.module) && h.inner.Enabled(ctx, level)
}

// Handle writes a line.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error { return h.inner.Handle(ctx, r) }

// WithAttrs takes the module out of the attributes, and hands all of them on.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	next.inner = h.inner.WithAttrs(attrs)
	for _, a := range attrs {
		if !h.grouped && a.Key == Key && a.Value.Kind() == slog.KindString {
			next.module = numberOf(a.Value.String())
		}
	}
	return &next
}

// WithGroup opens a group: what is called module in it is something else.
func (h *Handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	next := *h
	next.inner, next.grouped = h.inner.WithGroup(name), true
	return &next
}
