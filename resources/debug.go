package resources

import (
	"context"

	"ratchet"
)

func readDebugSession(ctx context.Context, s Source, a address) (Document, error) {
	if s.Debug != nil {
		for _, session := range s.Debug(ctx) {
			if session.SessionID == a.name {
				return asJSON(session)
			}
		}
	}
	return Document{}, ratchet.Errorf(ratchet.CodeNotFound, "there is no debug session %s", a.name).
		WithHint("it may have expired; " + ratchet.ToolDebugTaskExecution + " with action start begins one")
}

// debugSessions lists the caller's debug sessions; there are few.
func (s Source) debugSessions(ctx context.Context) []Resource {
	if s.Debug == nil || s.may(ctx, toolDebug) != nil {
		return nil
	}
	var list []Resource
	for _, session := range s.Debug(ctx) {
		list = append(list, Resource{
			URI: "ratchet://debug-sessions/" + session.SessionID, Name: session.SessionID,
			Title: session.TaskName + " " + session.Status, Description: "debug session, " + session.Mode, MIMEType: typeJSON,
		})
	}
	return list
}
