package e2e_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ratchet/tools"
)

// TestToolsAreNamedOnce: outside of package tools, strings name tools by the constants
// of toolname.go.
func TestToolsAreNamedOnce(t *testing.T) {
	var names []string
	for _, tool := range tools.All() {
		names = append(names, tool.Name)
	}
	named := regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\b`)
	for _, dir := range []string{"analysis", "adapters", "executor", "prompts", "resources", "runtime", "secrets", "server", "storage"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "server/fixtures") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if ok && lit.Kind == token.STRING && lit.Value[0] == '"' && named.MatchString(lit.Value) {
					t.Errorf("%s names %s", set.Position(lit.Pos()), named.FindString(lit.Value))
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
