package tools_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet/tools"
)

// TestReference holds docs/reference/tools.md to the tools there are.
func TestReference(t *testing.T) {
	const path = "../docs/reference/tools.md"
	reg, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	d := &registry.Deps{Tools: reg, Settings: registry.Settings{MaxResultBytes: 1 << 20}}
	said, err := tools.EndpointReference.Call(t.Context(), d, json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	_, sections, _ := strings.Cut(said.(registry.Markdown).Text, "\n")
	if got := strings.Count(sections, "\n## "); got != len(tools.All()) {
		t.Errorf("the reference has %d of %d tools", got, len(tools.All()))
	}
	var index strings.Builder
	for _, toolset := range []string{"core", "control", "admin"} {
		fmt.Fprintf(&index, "\n**%s**\n\n", toolset)
		for _, tool := range reg.List() {
			if tool.Toolset == toolset {
				fmt.Fprintf(&index, "- [%s](#%s): %s\n", tool.Name, tool.Name, tool.Title)
			}
		}
	}
	want := "# Tools\n\nWritten from the code by `make update`. Agents read the same as `ratchet://docs/endpoint-reference`.\n" +
		"`ratchet serve --toolsets` chooses the groups that MCP offers; REST, GraphQL and the command line have all.\n" +
		index.String() + sections
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is not what the code says (%v): run make update and read the diff", path, err)
	}
}

// TestToolNames: what lower packages lead to is there.
func TestToolNames(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "toolname.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok {
			name, _ := strconv.Unquote(lit.Value)
			if tool, ok := allTools(t).Whole().Lookup(name); !ok || tool.Name != name {
				t.Errorf("%s is not a tool", name)
			}
			named++
		}
		return true
	})
	if named == 0 {
		t.Error("no names were found")
	}
}
