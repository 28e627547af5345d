package mask

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// Handler returns a handler that hands log records on to next without secrets:
// without known ones, without what looks like one, and without the values of
// attributes whose keys name one.
func Handler(next slog.Handler, known *Values) slog.Handler { return handler{next, known} }

type handler struct {
	next  slog.Handler
	known *Values
}

// Enabled implements slog.Handler.
func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, h.text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(h.attr(a))
		return true
	})
	return h.next.Handle(ctx, out)
}

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.next.WithAttrs(h.attrs(attrs)), h.known}
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name), h.known} }

func (h handler) text(s string) string { return Secrets(h.known.Text(s)) }

func (h handler) attrs(attrs []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = h.attr(a)
	}
	return out
}

func (h handler) attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(h.attrs(v.Group())...)}
	case slog.KindString, slog.KindAny:
		if sensitive(a.Key) {
			return slog.String(a.Key, "***")
		}
	}
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, h.text(v.String()))
	case slog.KindAny:
		// What shows no secret goes on as it is: a handler may know its type.
		if shown := fmt.Sprintf("%+v", v.Any()); h.text(shown) != shown {
			return slog.String(a.Key, h.text(shown))
		}
	}
	return slog.Attr{Key: a.Key, Value: v}
}

// sensitive says whether an attribute's key names a secret.
func sensitive(key string) bool {
	key = strings.ToLower(key)
	for _, name := range []string{"password", "secret", "token", "key", "ssn", "credit_card", "authorization", "cookie"} {
		if key == name || strings.HasSuffix(key, "_"+name) {
			return true
		}
	}
	return false
}
