package limit

import (
	"ratchet"
	"ratchet/registry"
)

// The tiers a principal can be in.
const (
	TierDefault    = "default"
	TierPermissive = "permissive"
	TierStrict     = "strict"
	TierUnlimited  = "unlimited"
)

// Tiers lists the names of all tiers.
func Tiers() []string { return []string{TierDefault, TierPermissive, TierStrict, TierUnlimited} }

// Rate is what a client may do on all surfaces but MCP. Zero = no bound.
type Rate struct {
	PerMinute int // refilled steadily
	Burst     int // at once, after a pause
	PerDay    int // UTC; counted on MCP too
}

// Kinds is what a client may do over MCP in a minute, by kind of tool, and how
// many runs it may have open. Zero = no bound.
type Kinds struct {
	Execute, Create, Logs, Traces, Total int
	Runs                                 int // at once
}

// RateOf is the row of a role in a tier. Unknown tiers are the default one.
func RateOf(tier string, role ratchet.Role) Rate {
	switch tier {
	case TierUnlimited:
		return Rate{}
	case TierPermissive:
		return pick(role, Rate{300, 50, 10_000}, Rate{600, 100, 50_000}, Rate{300, 50, 25_000}, Rate{1200, 200, 0}, Rate{1800, 300, 0})
	case TierStrict:
		return pick(role, Rate{15, 3, 500}, Rate{60, 10, 5000}, Rate{30, 5, 2500}, Rate{150, 25, 25_000}, Rate{300, 50, 100_000})
	default:
		return pick(role, Rate{30, 5, 1000}, Rate{120, 20, 10_000}, Rate{60, 10, 5000}, Rate{300, 50, 50_000}, Rate{600, 100, 0})
	}
}

func pick(role ratchet.Role, anonymous, user, readonly, admin, service Rate) Rate {
	switch role {
	case ratchet.RoleUser:
		return user
	case ratchet.RoleReadonly:
		return readonly
	case ratchet.RoleAdmin:
		return admin
	case ratchet.RoleService:
		return service
	default:
		return anonymous
	}
}

// KindsOf is what a tier may do over MCP.
func KindsOf(tier string) Kinds {
	switch tier {
	case TierUnlimited:
		return Kinds{}
	case TierPermissive: // three times the default
		return Kinds{Execute: 300, Create: 60, Logs: 300, Traces: 150, Total: 3000, Runs: 15}
	case TierStrict:
		return Kinds{Execute: 5, Create: 5, Logs: 20, Traces: 10, Total: 100, Runs: 2}
	default:
		return Kinds{Execute: 100, Create: 20, Logs: 100, Traces: 50, Total: 1000, Runs: 5}
	}
}

// kind is the name and bound of the kind a tool is of; empty for the others.
func (k Kinds) kind(t *registry.Tool) (name string, perMinute int) {
	switch {
	case t.Executes:
		return "execute", k.Execute
	case t.Rate == registry.RateCreate:
		return string(t.Rate), k.Create
	case t.Rate == registry.RateLogs:
		return string(t.Rate), k.Logs
	case t.Rate == registry.RateTraces:
		return string(t.Rate), k.Traces
	default:
		return "", 0
	}
}
