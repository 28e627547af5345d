package registry

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"ratchet"
)

// Permit returns nil when p may call t: its role has the right and its scope
// leaves it. An anonymous caller, and a role that does not exist, may call nothing.
//
//	what the tool does          readonly  user  service      admin
//	reads                       yes       yes   yes          yes
//	writes, deletes, runs code  no        yes   yes          yes
//	administers (toolset admin) no        no    when listed  yes
//
// Listed means that the scope names the tool or the toolset. A principal that is
// ReadOnly may call what only reads and runs no code.
func Permit(p ratchet.Principal, t Tool) error {
	var ok bool
	switch p.Role {
	case ratchet.RoleAdmin:
		ok = true
	case ratchet.RoleService:
		ok = t.Toolset != "admin" || p.Scope.Names(t.Name, t.Toolset)
	case ratchet.RoleUser:
		ok = t.Toolset != "admin"
	case ratchet.RoleReadonly:
		ok = t.Toolset != "admin" && t.Effect == Reads && !t.Executes
	case ratchet.RoleAnonymous:
		return unknownCaller()
	default:
		return unknownCaller()
	}
	if !ok {
		return ratchet.Errorf(ratchet.CodeDenied, "the role %s may not call %s", p.Role, t.Name).
			WithHint("ask an admin for %s", permittedRoles(t))
	}
	if p.ReadOnly && (t.Effect != Reads || t.Executes) {
		return ratchet.Errorf(ratchet.CodeDenied, "a web page of another origin may call %s only with a login", t.Name).
			WithHint("send an API key in X-API-Key, or add the page's origin to server.cors.write_origins")
	}
	if r := withheld(p.Scope, t); r != "" {
		return ratchet.Errorf(ratchet.CodeDenied, "%s needs the right %s, which this caller does not have", t.Name, r).
			WithHint("ask an admin for a key with can_%s", r)
	}
	if !p.Scope.AllowsTool(t.Name, t.Toolset) {
		return ratchet.Errorf(ratchet.CodeDenied, "%s is outside of what this caller may use", t.Name).
			WithHint("list the tools to see what is left, or ask an admin for a key with this tool")
	}
	return nil
}

// withheld is a right that t takes and s does not leave; empty = none.
func withheld(s *ratchet.Scope, t Tool) ratchet.Right {
	if t.Executes && !s.Has(ratchet.RightExecute) {
		return ratchet.RightExecute
	}
	for _, r := range t.Needs {
		if !s.Has(r) {
			return r
		}
	}
	return ""
}

// PermitAny returns nil when p may call one of the named tools, which other
// surfaces than tools tell the same as; no names permit everyone. The error is
// that of the last tool.
func PermitAny(p ratchet.Principal, r *Registry, names ...string) (err error) {
	for _, name := range names {
		t, ok := r.Whole().Lookup(name)
		if !ok {
			t = Tool{Spec: Spec{Name: name, Effect: Reads}} // not of this server: its name alone decides
		}
		if err = Permit(p, t); err == nil {
			return nil
		}
	}
	return err
}

func unknownCaller() error {
	return ratchet.Errorf(ratchet.CodeUnauthenticated, "authentication required").
		WithHint("send an API key in X-API-Key, or log in at POST /api/v1/auth/login")
}

// permittedRoles names the roles that may call t.
func permittedRoles(t Tool) string {
	if t.Toolset == "admin" {
		return "the role admin, or a service key that lists the tool"
	}
	return "a role that may: " + strings.Join([]string{string(ratchet.RoleUser), string(ratchet.RoleService), string(ratchet.RoleAdmin)}, ", ")
}

// Permission is the gate that asks Permit about every call, and hides the
// tasks that the caller's scope leaves out from the call's context, which
// carries the caller's role.
type Permission struct{}

// Enter implements Gate.
func (Permission) Enter(ctx context.Context, t Tool, _ json.RawMessage) (next context.Context, leave func(any, error), err error) {
	p := CallerFrom(ctx).Identity
	if err := Permit(p, t); err != nil {
		return nil, nil, err
	}
	return ratchet.WithRole(ratchet.WithScope(ctx, p.Scope), p.Role), nil, nil
}

// For returns the tools that p may call. It is r itself when that is all. For
// web pages too, which are refused one call at a time, with what to do about it.
func (r *Registry) For(p ratchet.Principal) *Registry {
	p.ReadOnly = false
	refused := func(t Tool) bool { return Permit(p, t) != nil }
	if !slices.ContainsFunc(r.list, refused) { // as for every call of most callers
		return r
	}
	kept := slices.DeleteFunc(slices.Clone(r.list), refused)
	out := &Registry{list: kept, byName: make(map[string]int, len(kept)), aliases: map[string]string{}, events: r.events, whole: r.whole, chosen: r.chosen, base: r.base, served: r}
	if out.whole == nil {
		out.whole = r
	}
	for i, t := range kept {
		out.byName[t.Name] = i
		for _, alias := range t.Aliases {
			out.aliases[alias] = t.Name
		}
	}
	return out
}
