package ratchet

import "time"

// Bounds narrow what a role may do, from where, until when and how often. The
// zero value narrows nothing.
type Bounds struct {
	Scope      Scope
	Tier       string // rate tier; empty = the configured one
	AllowedIPs []string
	ExpiresAt  time.Time // zero = never
}

// Empty says whether b narrows nothing.
func (b *Bounds) Empty() bool {
	return b.Scope.Empty() && b.Tier == "" && len(b.AllowedIPs) == 0 && b.ExpiresAt.IsZero()
}

// narrow puts the bounds on a caller.
func (b *Bounds) narrow(p Principal) Principal {
	p.Tier, p.AllowedIPs, p.ExpiresAt = b.Tier, b.AllowedIPs, b.ExpiresAt
	if !b.Scope.Empty() {
		scope := b.Scope
		p.Scope = &scope
	}
	return p
}

// Bounds are those that a caller is under.
func (p Principal) Bounds() Bounds {
	b := Bounds{Tier: p.Tier, AllowedIPs: p.AllowedIPs, ExpiresAt: p.ExpiresAt}
	if p.Scope != nil {
		b.Scope = *p.Scope
	}
	return b
}

// Bounds are those of the key.
func (k *APIKey) Bounds() Bounds {
	return Bounds{Scope: k.Scope, Tier: k.Tier, AllowedIPs: k.AllowedIPs, ExpiresAt: k.ExpiresAt}
}

// SetBounds replaces those of the key.
func (k *APIKey) SetBounds(b Bounds) {
	k.Scope, k.Tier, k.AllowedIPs, k.ExpiresAt = b.Scope, b.Tier, b.AllowedIPs, b.ExpiresAt
}
