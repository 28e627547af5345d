package registry

import (
	"context"
	"encoding/json"

	"ratchet"
	"ratchet/mask"
)

// Gate stands before every tool call on every surface: authorisation, rate
// limits, concurrency, audit and metrics are gates. A Gate must be safe for
// concurrent use.
type Gate interface {
	// Enter admits the call or refuses it with a *ratchet.Error. It may return
	// a context with more in it. leave is called once when the call ended,
	// with what Tool.Call returned; nil = nothing to do.
	Enter(ctx context.Context, t Tool, args json.RawMessage) (next context.Context, leave func(out any, err error), err error)
}

// Invoke calls t through the gates of d. Every surface calls tools by it; the
// caller is in ctx (see WithCaller). Errors are those of Tool.Call and of the
// gates.
func Invoke(ctx context.Context, d *Deps, t Tool, args json.RawMessage) (out any, err error) {
	for _, g := range d.Gates {
		next, leave, refused := g.Enter(ctx, t, args)
		if refused != nil {
			return nil, t.failure(refused)
		}
		ctx = next
		if leave != nil {
			defer func() { leave(out, err) }()
		}
	}
	out, err = t.Call(ctx, d, args)
	if err != nil {
		err = masked(ctx, err)
	}
	return out, err
}

// masked takes secrets out of the text of an error that goes to a caller, and
// for callers who are not the machine's owner its paths and statements too.
// What a task said is the caller's own and stays whole.
func masked(ctx context.Context, err error) error {
	e := ratchet.AsError(err)
	switch e.Code {
	case ratchet.CodeScript, ratchet.CodeLimit, ratchet.CodeTimeout, ratchet.CodeCancelled, ratchet.CodeDiverged:
		return err
	}
	hide := mask.Secrets
	if CallerFrom(ctx).Identity.ID != "" {
		hide = mask.Internals
	}
	shown := *e
	shown.Message, shown.Hint = hide(e.Message), hide(e.Hint)
	shown.Fields = make(map[string]any, len(e.Fields))
	for key, v := range e.Fields {
		if next, ok := v.(ratchet.NextTool); ok {
			next.Arguments, _ = mask.Any(next.Arguments, mask.Secrets).(map[string]any)
			v = next
		}
		shown.Fields[key] = mask.Any(v, mask.Secrets)
	}
	return &shown
}
