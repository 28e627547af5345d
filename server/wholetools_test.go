package server

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	mcpserver "ratchet/adapters/mcp"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestWholeTools: a program that asks gets the definitions, a model the lean form.
func TestWholeTools(t *testing.T) {
	s := openWhole(t)
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	c := connect(t, &mcp.StreamableClientTransport{Endpoint: web.URL + "/mcp", DisableStandaloneSSE: true}, nil, "2025-11-25")
	size := func(meta mcp.Meta) (bytes int, required bool) {
		list, err := c.ListTools(t.Context(), &mcp.ListToolsParams{Meta: meta})
		if err != nil {
			t.Fatal(err)
		}
		for _, tool := range list.Tools {
			raw, _ := json.Marshal(tool.OutputSchema)
			bytes += len(raw)
			fields, _ := tool.OutputSchema.(map[string]any)
			required = required || fields["required"] != nil
		}
		return bytes, required
	}
	lean, some := size(nil)
	whole, all := size(mcp.Meta{mcpserver.MetaVerbose: true})
	if lean == 0 || whole < 2*lean || some || !all {
		t.Errorf("lean: %d bytes, required %v; whole: %d bytes, required %v", lean, some, whole, all)
	}
}
