package tools

import (
	"ratchet"
	"ratchet/registry"
)

// DebugSessionView is a debug session as a resource.
type DebugSessionView struct {
	DebugOut

	CreatedAt string `json:"created_at"`
}

// DebugSessions lists the debug sessions that p may steer, oldest first.
func DebugSessions(d *registry.Deps, p ratchet.Principal) []DebugSessionView {
	if d.Exec == nil {
		return nil
	}
	list := d.Exec.DebugSessions(p)
	out := make([]DebugSessionView, 0, len(list))
	for _, s := range list {
		out = append(out, DebugSessionView{DebugOut: debugOut(d, s, s.Peek(), DebugIn{}), CreatedAt: registry.Stamp(s.Created)})
	}
	return out
}
