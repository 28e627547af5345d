package auth

import (
	"context"

	"ratchet"
)

type principalKey struct{}

// WithPrincipal returns a context that carries p.
func WithPrincipal(ctx context.Context, p ratchet.Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// FromContext returns the principal that Wrap found. Without one ok is false
// and the principal is nobody: anonymous, with no rights.
func FromContext(ctx context.Context) (p ratchet.Principal, ok bool) {
	p, ok = ctx.Value(principalKey{}).(ratchet.Principal)
	if !ok {
		p = ratchet.Principal{Role: ratchet.RoleAnonymous, Via: "none"}
	}
	return p, ok
}
