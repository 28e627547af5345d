package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestVersionWithoutHeader: a request that names its version in the body alone
// is told of the header.
func TestVersionWithoutHeader(t *testing.T) {
	s := wholeServer(t)
	body := `{"jsonrpc":"2.0","id":7,"method":"prompts/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`
	w, got := exchange(t, s, http.MethodPost, body, nil)
	if w.Code != http.StatusBadRequest || codeOf(t, []byte(got)) != mcp.CodeHeaderMismatch || !strings.Contains(got, "the header Mcp-Protocol-Version is missing") {
		t.Errorf("answered %d %s", w.Code, got)
	}
}
