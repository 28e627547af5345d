package typescript_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/google/go-cmp/cmp"

	"ratchet/adapters/typescript"
)

// TestType compares each testdata/schema/NAME.json with NAME.ts beside it.
func TestType(t *testing.T) {
	files, err := filepath.Glob("testdata/schema/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := typescript.Type("Value", raw)
		golden(t, strings.TrimSuffix(file, "json")+"ts", got)
		parses(t, got)
	}
}

// golden compares text with a file, or writes the file when UPDATE is set.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (UPDATE=1 go test accepts it): %s", file, diff)
	}
}

// parses checks with an engine of others that text is TypeScript.
func parses(t testing.TB, text string) {
	t.Helper()
	if r := api.Transform(text, api.TransformOptions{Loader: api.LoaderTS}); len(r.Errors) > 0 {
		t.Fatalf("not TypeScript: %s at line %d of\n%s", r.Errors[0].Text, r.Errors[0].Location.Line, text)
	}
}

// FuzzType: whatever the schema, the result is TypeScript.
func FuzzType(f *testing.F) {
	files, _ := filepath.Glob("testdata/schema/*.json")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	for _, seed := range []string{
		`{"$ref":"#"}`, `{"$ref":"#/a","a":{"$ref":"#/b"},"b":{"$ref":"#/a"}}`, `{"description":"*/ */","type":"string"}`, `[]`, `{`,
		`{"properties":{"a\u2028*/":{"enum":["\u2028",{"a":[]}]}}}`, `{"items":[{"type":["string","x"]}],"additionalItems":false}`,
		`{"enum":[]}`, `{"anyOf":[]}`, `{"$ref":"#/x/99","x":[1]}`, `{"type":"object","properties":{"__proto__":{}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, schema string) {
		if !json.Valid([]byte(schema)) && len(schema) > 1000 {
			return
		}
		parses(t, typescript.Type("Value", json.RawMessage(schema)))
	})
}
