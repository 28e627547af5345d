package runtime

import (
	"os"
	"strings"
	"testing"
)

// TestGlobalsDocument: docs/javascript.md names every global and every module.
func TestGlobalsDocument(t *testing.T) {
	text, err := os.ReadFile("../docs/javascript.md")
	if err != nil {
		t.Fatal(err)
	}
	there, _, _ := strings.Cut(string(text), "## What there is not")
	for _, name := range append(Globals(), nodeNames()...) {
		if name = strings.TrimPrefix(name, "node:"); !strings.Contains(there, "`"+name+"`") {
			t.Errorf("docs/javascript.md does not name %s", name)
		}
	}
	for name := range machineModules() {
		if strings.Contains(there, "`"+name+"`") {
			t.Errorf("docs/javascript.md says that there is %s", name)
		}
	}
}
