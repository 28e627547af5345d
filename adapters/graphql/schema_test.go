package graphql_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratchet/adapters/graphql"
	"ratchet/tools"
)

var update = flag.Bool("update", false, "accept the changed schema")

// all is the registry of every tool of the product.
func all(t testing.TB) *tools.Registry {
	t.Helper()
	r, err := tools.NewRegistry(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSDL pins the schema of all tools: what changes here changes for clients.
func TestSDL(t *testing.T) {
	h, err := graphql.New(graphql.Config{Registry: all(t), Deps: &tools.Deps{}})
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
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), h.SDL()); diff != "" {
		t.Errorf("the schema changed; run go test ./adapters/graphql -run SDL -update when that is meant:\n%s", diff)
	}
}
