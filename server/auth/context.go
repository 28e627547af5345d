package auth

import (
	"context"

	"ratchet"
)

type identityKey struct{}

// WithPrincipal returns a context that carries p.
func WithPrincipal(ctx context.Context, p ratchet.Principal) context.Context {
	return withIdentity(ctx, &identity{principal: p})
}

func withIdentity(ctx context.Context, id *identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

func identityFrom(ctx context.Context) *identity {
	id, _ := ctx.Value(identityKey{}).(*identity)
	return id
}

// FromContext returns the principal that Wrap found. Without one ok is false
// and the principal is anonymous, with no rights.
func FromContext(ctx context.Context) (p ratchet.Principal, ok bool) {
	if id := identityFrom(ctx); id != nil {
		return id.principal, true
	}
	return ratchet.Principal{Role: ratchet.RoleAnonymous, Via: "none"}, false
}

// PrincipalOf returns who sends the request of ctx: the machine's owner where
// no authentication is required.
func PrincipalOf(ctx context.Context) ratchet.Principal {
	if p, ok := FromContext(ctx); ok {
		return p
	}
	return ratchet.Local()
}
