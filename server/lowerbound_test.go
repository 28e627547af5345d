package server

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ratchet"
)

// TestTotalIsLowerBound: where more match than are counted, every surface says
// that the total is a lower bound. A busy machine counts fewer in its time.
func TestTotalIsLowerBound(t *testing.T) {
	l := lockedUp(t)
	var storing sync.WaitGroup
	for from := range 256 {
		storing.Go(func() {
			for i := from; i < 10_020; i += 256 {
				e := &ratchet.Execution{TaskID: "t", TaskName: "t", Status: ratchet.StatusFailed, QueuedAt: time.Unix(int64(1_700_000_000+i), 0)}
				if err := l.s.deps.Store.StoreExecution(t.Context(), e); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	storing.Wait()
	admin := l.bearer("admin")
	const many = `{"filters":[{"field":"queued_before","operator":"EQ","value":"2026-01-01T00:00:00Z"}],"limit":1}`
	a := l.send("GET", "/api/v1/executions?queued_before=2026-01-01T00:00:00Z", "", admin...)
	if !regexp.MustCompile(`"total":\d{2,5},"totalIsLowerBound":true`).MatchString(a.Body) || !strings.Contains(a.Body, `"hasNext":true`) ||
		a.Header.Get("X-Total-Is-Lower-Bound") != "true" || a.Header.Get("Content-Range") != "executions 0-24/*" || strings.Contains(a.Header.Get("Link"), "last") {
		t.Errorf("REST: %v %s", a.Header, a.Body[max(0, len(a.Body)-400):])
	}
	a = l.send("POST", "/graphql", `{"query":"{ executions(limit: 1, filters: {queuedBefore: {eq: \"2026-01-01T00:00:00Z\"}}) { meta { totalCount totalIsLowerBound hasNext } } }"}`, admin...)
	if !regexp.MustCompile(`"totalCount":\d{2,5},"totalIsLowerBound":true,"hasNext":true`).MatchString(a.Body) {
		t.Errorf("GraphQL: %s", a.Body)
	}
	call := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ratchet_list_executions","arguments":%s}}`, many)
	a = l.send("POST", "/mcp", call, append(admin, "Accept", "application/json, text/event-stream", "Content-Type", "application/json")...)
	if !strings.Contains(a.Body, `"total_is_lower_bound":true`) {
		t.Errorf("MCP: %s", a.Body)
	}
	a = l.send("GET", "/api/v1/executions?status=failed", "", admin...)
	if !strings.Contains(a.Body, `"total":10020,`) || a.Header.Get("X-Total-Is-Lower-Bound") != "" {
		t.Errorf("what counters know is exact: %v %s", a.Header, a.Body[max(0, len(a.Body)-400):])
	}
}
