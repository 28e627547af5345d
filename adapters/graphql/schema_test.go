package graphql_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ratchet/registry"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/adapters/graphql"
	"ratchet/tools"
)

var update = flag.Bool("update", false, "accept the changed schema")

// all is the registry of every tool of the product.
func all(t testing.TB) *registry.Registry {
	t.Helper()
	r, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSDL pins the schema of all tools in testdata/schema.graphql: what was
// there may not vanish or change. What is new is accepted by -update.
func TestSDL(t *testing.T) {
	h, err := graphql.New(graphql.Config{Registry: all(t), Deps: &registry.Deps{}})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	path := filepath.Join("testdata", "schema.graphql")
	if *update {
		if err := os.WriteFile(path, []byte(h.SDL()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	known, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := changes(t, load(t, string(known)), load(t, h.SDL()))
	for _, fault := range broken {
		t.Error(fault)
	}
	if len(broken) > 0 {
		t.Error("this breaks clients; run go test ./adapters/graphql -run SDL -update when it is meant")
	}
}

func load(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// changes lists what works with was and not with is.
func changes(t *testing.T, was, is *ast.Schema) []string {
	t.Helper()
	var broken []string
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	for name, old := range was.Types {
		now := is.Types[name]
		if now == nil {
			say("type %s is gone", name)
			continue
		}
		for _, f := range old.Fields {
			g := now.Fields.ForName(f.Name)
			if g == nil || g.Type.String() != f.Type.String() {
				say("%s.%s: %s is gone or changed", name, f.Name, f.Type)
				continue
			}
			for _, a := range f.Arguments {
				if b := g.Arguments.ForName(a.Name); b == nil || b.Type.String() != a.Type.String() {
					say("%s.%s(%s: %s) is gone or changed", name, f.Name, a.Name, a.Type)
				}
			}
			for _, b := range g.Arguments {
				if f.Arguments.ForName(b.Name) == nil && b.Type.NonNull && b.DefaultValue == nil {
					say("%s.%s(%s: %s) is new and required", name, f.Name, b.Name, b.Type)
				}
			}
		}
		for _, v := range old.EnumValues {
			if now.EnumValues.ForName(v.Name) == nil {
				say("%s.%s is gone", name, v.Name)
			}
		}
	}
	slices.Sort(broken)
	return broken
}

// TestDescriptions: every type, field, argument and value says what it is.
func TestDescriptions(t *testing.T) {
	h, err := graphql.New(graphql.Config{Registry: all(t), Deps: &registry.Deps{}})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for name, def := range load(t, h.SDL()).Types {
		if def.BuiltIn {
			continue
		}
		if def.Description == "" {
			t.Errorf("%s has no description", name)
		}
		for _, f := range def.Fields {
			if f.Description == "" && f.Name[0] != '_' {
				t.Errorf("%s.%s has no description", name, f.Name)
			}
			for _, a := range f.Arguments {
				if a.Description == "" && f.Name[0] != '_' {
					t.Errorf("%s.%s(%s) has no description", name, f.Name, a.Name)
				}
			}
		}
		for _, v := range def.EnumValues {
			if v.Description == "" {
				t.Errorf("%s.%s has no description", name, v.Name)
			}
		}
	}
}
