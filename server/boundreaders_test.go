package server

import (
	"net/http"
	"strings"
	"testing"

	"ratchet/reply"
)

// TestModest sends large bodies as callers who may only read, and as one who
// may write: neither announced nor chunked bodies of the former are read.
func TestModest(t *testing.T) {
	l := lockedUp(t)
	large := `{"query":"` + strings.Repeat(" ", reply.MaxReading) + `"}`
	for _, role := range []string{"", "readonly", "user"} {
		var headers []string
		if role != "" {
			headers = l.bearer(role)
		}
		for _, path := range []string{"/graphql", "/mcp", "/api/v1/tools/ratchet_list_available_tasks"} {
			headers := append(headers, "Content-Type", "application/json", "Accept", "application/json, text/event-stream")
			status := l.send("POST", path, large, headers...).Status
			if refused := status == http.StatusRequestEntityTooLarge; refused != (role == "readonly") && (role != "" || status < 400) {
				t.Errorf("%s as %q: %d", path, role, status)
			}
		}
	}
}
