package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestClientEntries compares the entries of docs/mcp-clients.md with what
// print-config prints for the same program.
func TestClientEntries(t *testing.T) {
	whole, err := os.ReadFile("../../docs/mcp-clients.md")
	if err != nil {
		t.Fatal(err)
	}
	for client, title := range map[string]string{
		"claude-desktop": "Claude Desktop", "claude-code": "Claude Code", "vscode": "VS Code", "cursor": "Cursor", "windsurf": "Windsurf", "codex": "Codex",
	} {
		_, section, ok := strings.Cut(string(whole), "**"+title+"**")
		fence := regexp.MustCompile("(?s)```[^\n]*\n(.*?)\n```").FindStringSubmatch(section)
		if !ok || fence == nil {
			t.Errorf("there is no entry for %s", title)
			continue
		}
		var out bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &out}
		if code := a.run(t.Context(), []string{"print-config", client, "--command", "/path/to/ratchet"}); code != 0 {
			t.Fatalf("print-config %s: %s", client, out.String())
		}
		var want, got any
		if json.Unmarshal([]byte(fence[1]), &want) != nil || json.Unmarshal(out.Bytes(), &got) != nil {
			want, got = fence[1], strings.TrimSpace(out.String()) // of a client whose entry is no JSON
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", client, diff)
		}
	}
}
