package tools_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet/tools"
)

var update = flag.Bool("update", false, "accept the contract snapshots")

// definition is what clients see of a tool.
type definition struct {
	Name         string               `json:"name"`
	Title        string               `json:"title"`
	Description  string               `json:"description"`
	InputSchema  json.RawMessage      `json:"inputSchema"`
	OutputSchema json.RawMessage      `json:"outputSchema,omitempty"`
	Annotations  registry.Annotations `json:"annotations"`
	Meta         registry.Meta        `json:"_meta"`
	Lean         lean                 `json:"lean"`
}

// lean is what models see of it.
type lean struct {
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema,omitempty"`
	LeavesOut    []string        `json:"leavesOut,omitempty"`
}

func define(t registry.Tool) definition {
	return definition{
		Name: t.Name, Title: t.Title, Description: t.Doc, InputSchema: t.In, OutputSchema: t.Out,
		Annotations: t.Annotations(), Meta: t.Meta(), Lean: lean{t.Lean().In, t.Lean().Out, t.Omits},
	}
}

func allTools(t testing.TB) *registry.Registry {
	t.Helper()
	r, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestContract(t *testing.T) {
	dir := filepath.Join("..", "testdata", "contract", "tools")
	for _, tool := range allTools(t).List() {
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
		if _, ok := allTools(t).Lookup(strings.TrimSuffix(f.Name(), ".json")); !ok {
			t.Errorf("%s is the snapshot of no tool", f.Name())
		}
	}
}

func TestRegistryLaws(t *testing.T) {
	if err := allTools(t).Check(); err != nil {
		t.Error(err)
	}
}
