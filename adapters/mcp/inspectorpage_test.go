package mcp

import (
	"strings"
	"testing"
)

// TestInspectorFetchesNothing looks for what would reach out of the page, or
// make markup of what it shows.
func TestInspectorFetchesNothing(t *testing.T) {
	page := sealedPage(inspectorPage)
	for _, never := range []string{
		"http:", "https:", "//cdn", "url(", "@import", "<link", "<img", "<iframe", " src=", "innerHTML", "outerHTML", "insertAdjacentHTML",
		"document.write", "eval(", "Function(", "fetch(", "XMLHttpRequest", "WebSocket", "localStorage", "SCRIPT-HASH", "STYLE-HASH", "unsafe-",
	} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
	if !strings.Contains(page, "default-src 'none'; script-src 'sha256-") {
		t.Error("the page has no strict policy")
	}
}
