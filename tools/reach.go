package tools

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/storage"
)

// bounded says whether something narrows what a caller may do below its role:
// a scope, addresses, an end or a rate.
func bounded(p ratchet.Principal) bool {
	b := p.Bounds()
	return !b.Empty()
}

// keyWithin says which API keys exist for the caller: with bounds, those that
// hold no more than the caller. Nil = all do.
func keyWithin(ctx context.Context) func(*ratchet.APIKey) bool {
	p := registry.CallerFrom(ctx).Identity
	if !bounded(p) {
		return nil
	}
	return func(k *ratchet.APIKey) bool {
		return "key:"+k.ID == p.ID || mayGrant(ctx, k.Role) == nil && covers(ctx, k.Bounds()) == nil
	}
}

// userWithin is keyWithin for users.
func userWithin(ctx context.Context) func(*ratchet.User) bool {
	p := registry.CallerFrom(ctx).Identity
	if !bounded(p) {
		return nil
	}
	return func(u *ratchet.User) bool {
		return "user:"+u.ID == p.ID || mayGrant(ctx, u.Role) == nil && covers(ctx, u.Bounds) == nil
	}
}

// userClash is err as the caller may know it, which refuses what u is to be. A
// name or email of a user that does not exist for the caller is refused without
// saying that it is taken, as the name of a task outside of its patterns is.
func userClash(ctx context.Context, d *registry.Deps, u *ratchet.User, err error) error {
	within := userWithin(ctx)
	if within == nil || !storage.IsTaken(err) {
		return err
	}
	for _, ref := range []string{u.Username, u.Email} {
		if other, lookup := d.Store.User(ctx, ref, within); ref != "" && lookup == nil && other.ID != u.ID {
			return err
		}
	}
	return ratchet.Errorf(ratchet.CodeDenied, "you may not give a user this username or email").At("/username").Wrap(err).
		WithHint("choose others, or ask an admin without bounds")
}

// keyClash is userClash for API keys.
func keyClash(ctx context.Context, d *registry.Deps, k *ratchet.APIKey, err error) error {
	within := keyWithin(ctx)
	if within == nil || !storage.IsTaken(err) {
		return err
	}
	if _, lookup := d.Store.APIKey(ctx, k.Name, within); lookup == nil {
		return err
	}
	return ratchet.Errorf(ratchet.CodeDenied, "you may not name an API key %q", k.Name).At("/name").Wrap(err).
		WithHint("choose another name, or ask an admin without bounds")
}

// mayConfigure refuses to let a bounded caller change settings that hold for
// every caller, other than what is logged.
func mayConfigure(ctx context.Context, key string) error {
	if !bounded(registry.CallerFrom(ctx).Identity) || strings.HasPrefix(key, "logging.") {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeDenied, "%s holds for every caller, and this caller is bounded", key).At("/key").
		With(ratchet.FieldAllowed, []string{"logging.*"}).WithHint("ask an admin without bounds")
}

// inherit lets what b leaves open be as the caller has it, and refuses what
// reaches beyond the caller.
func inherit(ctx context.Context, b ratchet.Bounds) (ratchet.Bounds, error) {
	p := registry.CallerFrom(ctx).Identity
	if !bounded(p) {
		return b, nil
	}
	if own := p.Scope; own != nil {
		s := &b.Scope
		if len(s.Tools)+len(s.Toolsets) == 0 {
			s.Tools, s.Toolsets = own.Tools, own.Toolsets
		}
		if len(s.TaskPatterns) == 0 {
			s.TaskPatterns = own.TaskPatterns
		}
		s.DeniedTools = union(s.DeniedTools, own.DeniedTools)
		s.DeniedTasks = union(s.DeniedTasks, own.DeniedTasks)
		s.Withheld = union(s.Withheld, own.Withheld)
	}
	if len(b.AllowedIPs) == 0 {
		b.AllowedIPs = p.AllowedIPs
	}
	if b.ExpiresAt.IsZero() {
		b.ExpiresAt = p.ExpiresAt
	}
	if b.Tier == "" {
		b.Tier = p.Tier
	}
	return b, covers(ctx, b)
}

// covers refuses bounds that leave anything the caller does not hold.
func covers(ctx context.Context, b ratchet.Bounds) error {
	p := registry.CallerFrom(ctx).Identity
	if !bounded(p) {
		return nil
	}
	if own := p.Scope; own != nil {
		if err := scopeCovers(own, &b.Scope); err != nil {
			return err
		}
	}
	if len(p.AllowedIPs) > 0 && (len(b.AllowedIPs) == 0 || !allWithin(b.AllowedIPs, p.AllowedIPs, addressWithin)) {
		return beyond("allowed_ips", b.AllowedIPs, p.AllowedIPs)
	}
	if !p.ExpiresAt.IsZero() && (b.ExpiresAt.IsZero() || b.ExpiresAt.After(p.ExpiresAt)) {
		return beyond("expires_at", registry.Stamp(b.ExpiresAt), registry.Stamp(p.ExpiresAt))
	}
	if !tierWithin(b.Tier, p.Tier) {
		return beyond("rate_tier", b.Tier, p.Tier)
	}
	return nil
}

func scopeCovers(own, s *ratchet.Scope) error {
	if len(own.Tools)+len(own.Toolsets) > 0 {
		if len(s.Tools)+len(s.Toolsets) == 0 || !allWithin(s.Tools, own.Tools, patternWithin) {
			return beyond("tools", s.Tools, own.Tools)
		}
		if !allWithin(s.Toolsets, own.Toolsets, func(a, b string) bool { return a == b }) {
			return beyond("toolsets", s.Toolsets, own.Toolsets)
		}
	}
	if len(own.TaskPatterns) > 0 && (len(s.TaskPatterns) == 0 || !allWithin(s.TaskPatterns, own.TaskPatterns, patternWithin)) {
		return beyond("allowed_task_patterns", s.TaskPatterns, own.TaskPatterns)
	}
	for _, r := range own.Withheld {
		if s.Has(r) {
			return beyond("can_"+string(r), true, false)
		}
	}
	// What the caller is denied must be denied to the key too.
	if !allWithin(own.DeniedTools, s.DeniedTools, patternWithin) {
		return beyond("denied_tools", s.DeniedTools, own.DeniedTools)
	}
	if !allWithin(own.DeniedTasks, s.DeniedTasks, patternWithin) {
		return beyond("denied_task_patterns", s.DeniedTasks, own.DeniedTasks)
	}
	return nil
}

func beyond(field string, wanted, own any) error {
	return ratchet.Errorf(ratchet.CodeDenied, "%s reaches beyond what this caller may do itself", field).At("/"+field).
		With("actual", wanted).With(ratchet.FieldAllowed, own).WithHint("stay within what is allowed, or ask an admin without bounds")
}

// allWithin says whether each of list is within one of own.
func allWithin(list, own []string, within func(a, b string) bool) bool {
	for _, a := range list {
		if !slices.ContainsFunc(own, func(b string) bool { return within(a, b) }) {
			return false
		}
	}
	return true
}

// patternWithin says whether every name that fits a fits b.
func patternWithin(a, b string) bool {
	head, aPrefix := strings.CutSuffix(a, "*")
	start, bPrefix := strings.CutSuffix(b, "*")
	switch {
	case b == "*":
		return true
	case aPrefix:
		return bPrefix && strings.HasPrefix(head, start)
	case strings.HasPrefix(a, "*"):
		return !bPrefix && strings.HasPrefix(b, "*") && strings.HasSuffix(a, b[1:])
	default:
		return ratchet.MatchPattern(b, a)
	}
}

// addressWithin says whether an address or network lies in another.
func addressWithin(a, b string) bool {
	inner, outer := network(a), network(b)
	return inner.IsValid() && outer.IsValid() && inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())
}

func network(text string) netip.Prefix {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}
	}
	return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
}

// tierWithin says whether a rate tier allows no more than the caller's. The
// configured tier, which is empty, is taken for the lowest as a caller's and
// for the highest as a key's.
func tierWithin(tier, own string) bool {
	ranks := map[string]int{"strict": 1, "default": 2, "permissive": 3, "unlimited": 4}
	if tier == own || own == "unlimited" {
		return true
	}
	return tier != "" && ranks[tier] <= max(ranks[own], 1)
}

func union[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
