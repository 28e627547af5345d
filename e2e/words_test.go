package e2e_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unplain are words and phrases that docs/style.md has better ones for.
var unplain = regexp.MustCompile(`(?i)\b(mend(s|ed|ing)?|void (a|the|an) |at fault|faulty|nobody|somebody|none are|told of|tells? of|hears? of|` +
	`dear|dearest|holds at once|a time to come|the doors?|for the record|taken out|closed object|say who|whom|is there already|` +
	`is no tool|1 (tests|checks|files|errors|tasks|lines)|a (object|array|integer|execution|error|id|API|answer|argument|entry))\b`)

// TestPlainWords looks for them in what people and models read: the strings of the
// program and the pages of the documentation.
func TestPlainWords(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || name == "node_modules" || name == "decisions" || name == "bench" || name == "e2e" || strings.HasPrefix(name, ".") && path != "."):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".md") && name != "style.md":
			return plainPage(t, path)
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			return plainStrings(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// plainPage reports the words in a page, without its code blocks.
func plainPage(t *testing.T, path string) error {
	text, err := os.ReadFile(path)
	code := false
	for i, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if found := unplain.FindString(line); found != "" && !code {
			t.Errorf("%s:%d: %q in %s", path, i+1, found, line)
		}
	}
	return err
}

// plainStrings reports the words in the strings of a file.
func plainStrings(t *testing.T, path string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if found := unplain.FindString(text); err == nil && found != "" {
			t.Errorf("%s: %q in %.300s", set.Position(lit.Pos()), found, text)
		}
		return true
	})
	return nil
}
