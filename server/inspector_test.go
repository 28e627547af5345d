package server

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestInspectorIsLinked follows the links of tools to the page that shows a
// run: each can be read in the form that hosts take.
func TestInspectorIsLinked(t *testing.T) {
	s := wholeServer(t, "mcp.toolsets", "all")
	inspected := []string{
		"ratchet_analyze_execution_error", "ratchet_execute_task", "ratchet_fork_execution", "ratchet_get_execution_logs",
		"ratchet_get_execution_status", "ratchet_get_execution_trace", "ratchet_replay_execution", "ratchet_retry_execution",
	}
	everywhere(t, s, `{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}}`, func(t *testing.T, c *peer) {
		if !c.declares(extensionUI) {
			t.Error("the extension is not declared")
		}
		var list struct {
			Tools []struct {
				Name string
				Meta struct{ UI struct{ ResourceURI string } } `json:"_meta"`
			}
		}
		c.result("tools/list", nil, &list)
		var linked []string
		for _, tool := range list.Tools {
			if tool.Meta.UI.ResourceURI != "" {
				linked = append(linked, tool.Name)
			}
			if uri := tool.Meta.UI.ResourceURI; uri != "" && uri != inspectorURI {
				t.Errorf("%s is linked to %s", tool.Name, uri)
			}
		}
		if !slices.Equal(linked, inspected) {
			t.Errorf("linked: %q; want %q", linked, inspected)
		}
		var page struct {
			Contents []struct {
				MIMEType, Text string
				Meta           struct {
					UI struct {
						CSP           map[string]any
						PrefersBorder bool
					}
				} `json:"_meta"`
			}
		}
		raw := c.result("resources/read", map[string]any{"uri": inspectorURI}, &page)
		if len(page.Contents) != 1 || page.Contents[0].MIMEType != inspectorType || !page.Contents[0].Meta.UI.PrefersBorder {
			t.Fatalf("the page: %.300s", raw)
		}
		if domains := page.Contents[0].Meta.UI.CSP; domains == nil || len(domains) != 0 {
			t.Errorf("the page may reach %v", domains)
		}
		var listed struct{ Resources []json.RawMessage }
		if got := c.result("resources/list", nil, &listed); !strings.Contains(string(got), `"`+inspectorURI+`"`) {
			t.Error("the page is not listed")
		}
	})
}
