package tools_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet/tools"
)

var update = flag.Bool("update", false, "accept the contract snapshots")

// definition is what clients see of a tool.
type definition struct {
	Name         string            `json:"name"`
	Title        string            `json:"title"`
	Description  string            `json:"description"`
	InputSchema  json.RawMessage   `json:"inputSchema"`
	OutputSchema json.RawMessage   `json:"outputSchema,omitempty"`
	Annotations  tools.Annotations `json:"annotations"`
	Meta         tools.Meta        `json:"_meta"`
}

func define(t tools.Tool) definition {
	return definition{
		Name: t.Name, Title: t.Title, Description: t.Doc, InputSchema: t.In, OutputSchema: t.Out,
		Annotations: t.Annotations(), Meta: t.Meta(),
	}
}

func registry(t testing.TB) *tools.Registry {
	t.Helper()
	r, err := tools.NewRegistry(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestContract(t *testing.T) {
	dir := filepath.Join("..", "testdata", "contract", "tools")
	for _, tool := range registry(t).List() {
		got, err := json.MarshalIndent(define(tool), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		path := filepath.Join(dir, tool.Name+".json")
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(want, got) {
			t.Errorf("%s differs from its snapshot (%v); go test ./tools -run TestContract -update accepts it", tool.Name, err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := registry(t).Lookup(strings.TrimSuffix(f.Name(), ".json")); !ok {
			t.Errorf("%s is the snapshot of no tool", f.Name())
		}
	}
}

func TestRegistryLaws(t *testing.T) {
	if err := registry(t).Check(); err != nil {
		t.Error(err)
	}
}

// TestTokenBudget bounds what tools/list costs an agent. Four bytes are about a token.
func TestTokenBudget(t *testing.T) {
	budget := map[string]int{"core": 10_000, "control": 4_000, "admin": 8_000}
	size := map[string]int{}
	for _, tool := range registry(t).List() {
		d := define(tool)
		d.OutputSchema = nil // clients do not show it to the model
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		size[tool.Toolset] += len(b) / 4
	}
	for set, n := range size {
		t.Logf("%s: about %d tokens", set, n)
		if n > budget[set] {
			t.Errorf("toolset %s costs about %d tokens, the budget is %d", set, n, budget[set])
		}
	}
}
