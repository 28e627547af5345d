package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reference/configuration.md anew")

// TestReference holds docs/reference/configuration.md to the keys there are.
func TestReference(t *testing.T) {
	const path = "../../docs/reference/configuration.md"
	var want strings.Builder
	want.WriteString("# Configuration keys\n\nWritten from the code by `make update`. How layers and changes work: [configuration](../configuration.md).\n" +
		"Each key is an environment variable too: `server.port` is `RATCHET_SERVER_PORT`.\n")
	section := ""
	for _, f := range fields() {
		first, _, nested := strings.Cut(f.key, delimiter)
		if !nested {
			first = "general"
		}
		if first != section {
			section = first
			fmt.Fprintf(&want, "\n## %s\n\n| Key | Kind | Default | Meaning |\n|---|---|---|---|\n", section)
		}
		kind, preset := f.typeName(), ""
		if f.secret {
			kind += ", secret"
		}
		if f.fallback != "" {
			preset = "`" + f.fallback + "`"
		}
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s |\n", f.key, kind, preset, cell(f.doc))
	}
	if *update {
		if err := os.WriteFile(path, []byte(want.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want.String() {
		t.Errorf("%s is not what the code says (%v): run make update and read the diff", path, err)
	}
}

// cell is text in a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
}
