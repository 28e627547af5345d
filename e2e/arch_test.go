package e2e_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers says what each package of ours may import of ours. A package that is
// not listed fails the test: name it here when it is made.
var layers = map[string][]string{
	"ratchet":                {},
	"ratchet/schema":         {"ratchet", "ratchet/casing"},
	"ratchet/credential":     {"ratchet"},
	"ratchet/secrets":        {"ratchet", "ratchet/egress", "ratchet/regular", "ratchet/storage"},
	"ratchet/storage":        {"ratchet"},
	"ratchet/runtime":        {"ratchet", "ratchet/runtime/regex", "ratchet/runtime/weburl", "ratchet/spool"},
	"ratchet/runtime/regex":  {},
	"ratchet/runtime/weburl": {},
	"ratchet/runtime/broker": {"ratchet", "ratchet/egress", "ratchet/mask", "ratchet/runtime", "ratchet/spool"},
	"ratchet/runtime/worker": {"ratchet", "ratchet/events", "ratchet/runtime", "ratchet/spool"},

	"ratchet/runtime/recording": {"ratchet", "ratchet/regular", "ratchet/runtime", "ratchet/schema"},

	"ratchet/templates":        {"ratchet", "ratchet/schema"},
	"ratchet/executor":         {"ratchet", "ratchet/executor/compare", "ratchet/executor/policy", "ratchet/events", "ratchet/mask", "ratchet/spans", "ratchet/schema", "ratchet/storage", "ratchet/runtime", "ratchet/runtime/broker", "ratchet/spool"},
	"ratchet/executor/compare": {"ratchet", "ratchet/schema"},
	"ratchet/executor/policy":  {"ratchet"},
	"ratchet/registry":         {"ratchet", "ratchet/events", "ratchet/executor", "ratchet/mask", "ratchet/schema", "ratchet/secrets", "ratchet/storage"},
	"ratchet/tools":            {"ratchet", "ratchet/registry", "ratchet/events", "ratchet/analysis", "ratchet/spans", "ratchet/credential", "ratchet/schema", "ratchet/secrets", "ratchet/storage", "ratchet/runtime", "ratchet/runtime/recording", "ratchet/executor", "ratchet/executor/policy", "ratchet/templates"},
	"ratchet/tools/toolstest":  {"ratchet", "ratchet/registry", "ratchet/schema", "ratchet/thorough"}, // tests only
	"ratchet/thorough":         {},                                                                    // tests only
	// resources reads recordings, which only the runtime can decode.
	"ratchet/docs":                {},
	"ratchet/resources":           {"ratchet", "ratchet/docs", "ratchet/storage", "ratchet/runtime", "ratchet/runtime/recording", "ratchet/registry", "ratchet/tools", "ratchet/templates", "ratchet/schema"},
	"ratchet/prompts":             {"ratchet", "ratchet/storage", "ratchet/registry", "ratchet/tools", "ratchet/templates", "ratchet/schema"},
	"ratchet/mask":                {},
	"ratchet/egress":              {},
	"ratchet/regular":             {},
	"ratchet/spans":               {},
	"ratchet/spool":               {},
	"ratchet/analysis":            {"ratchet"},
	"ratchet/casing":              {},
	"ratchet/events":              {"ratchet"},
	"ratchet/adapters/dap":        {},
	"ratchet/adapters/typescript": {"ratchet", "ratchet/schema", "ratchet/registry", "ratchet/casing"},
	"ratchet/adapters/graphql":    {"ratchet", "ratchet/endpoint", "ratchet/events", "ratchet/schema", "ratchet/registry", "ratchet/tools", "ratchet/casing"},
	"ratchet/adapters/openapi":    {"ratchet", "ratchet/endpoint", "ratchet/schema", "ratchet/registry", "ratchet/casing"},
	"ratchet/endpoint":            {},
	"ratchet/reply":               {"ratchet", "ratchet/casing", "ratchet/mask"},
	"ratchet/adapters/rest":       {"ratchet", "ratchet/endpoint", "ratchet/events", "ratchet/reply", "ratchet/schema", "ratchet/registry", "ratchet/casing"},
	"ratchet/adapters/mcp": {
		"ratchet", "ratchet/events", "ratchet/mask", "ratchet/prompts", "ratchet/reply", "ratchet/resources", "ratchet/registry", "ratchet/schema", "ratchet/storage", "ratchet/tools",
		"ratchet/server/auth", "ratchet/server/config", "ratchet/server/limit", "ratchet/server/telemetry",
	},
	"ratchet/server/audit":     {"ratchet", "ratchet/events", "ratchet/mask", "ratchet/schema", "ratchet/storage", "ratchet/registry"},
	"ratchet/server/limit":     {"ratchet", "ratchet/registry"},
	"ratchet/server/auth":      {"ratchet", "ratchet/endpoint", "ratchet/egress", "ratchet/reply", "ratchet/credential", "ratchet/schema", "ratchet/storage", "ratchet/registry"},
	"ratchet/server/attach":    {"ratchet"},
	"ratchet/server/certs":     {"ratchet", "ratchet/regular"},
	"ratchet/server/wire":      {},
	"ratchet/server/config":    {"ratchet", "ratchet/regular", "ratchet/schema", "ratchet/server/logging"},
	"ratchet/server/logging":   {"ratchet", "ratchet/schema", "ratchet/mask"},
	"ratchet/server/settings":  {"ratchet", "ratchet/server/config", "ratchet/registry"},
	"ratchet/server/metrics":   {"ratchet", "ratchet/events", "ratchet/storage", "ratchet/registry"},
	"ratchet/server/telemetry": {"ratchet", "ratchet/runtime", "ratchet/executor", "ratchet/registry"},
	"ratchet/server/sources":   {"ratchet", "ratchet/regular", "ratchet/schema", "ratchet/runtime", "ratchet/runtime/recording", "ratchet/executor", "ratchet/executor/policy"},
	"ratchet/server": {
		"ratchet", "ratchet/endpoint", "ratchet/reply", "ratchet/events", "ratchet/schema", "ratchet/secrets", "ratchet/storage", "ratchet/runtime", "ratchet/runtime/broker", "ratchet/runtime/worker",
		"ratchet/executor", "ratchet/executor/policy", "ratchet/registry", "ratchet/tools", "ratchet/resources", "ratchet/prompts", "ratchet/templates", "ratchet/server/config", "ratchet/server/sources",
		"ratchet/server/metrics", "ratchet/adapters/mcp", "ratchet/adapters/openapi", "ratchet/adapters/rest",
		"ratchet/server/auth", "ratchet/server/telemetry",
		"ratchet/server/audit", "ratchet/server/certs", "ratchet/server/limit", "ratchet/server/wire", "ratchet/mask", "ratchet/adapters/graphql",
		"ratchet/server/logging", "ratchet/server/settings", "ratchet/spool",
	},
	"ratchet/e2e":             {},
	"ratchet/server/fixtures": {"ratchet", "ratchet/events", "ratchet/registry", "ratchet/tools", "ratchet/resources", "ratchet/prompts"},
	"ratchet/bench":           {"*"},
	"ratchet/bench/cost":      {"ratchet/bench/subject"},
	"ratchet/bench/subject":   {},
	"ratchet/bench/chaos":     {"ratchet", "ratchet/storage", "ratchet/server/audit", "ratchet/bench/subject"},
}

// owners names the only packages (with their children) that may import a library.
var owners = map[string][]string{
	"github.com/modelcontextprotocol/go-sdk": {"ratchet/adapters/mcp", "ratchet/cmd/ratchet", "ratchet/bench"},
	"github.com/swaggest/swgui":              {"ratchet/adapters/openapi"},
	"github.com/tursodatabase/go-libsql":     {"ratchet/storage"},
	"github.com/dop251/goja":                 {"ratchet/runtime"},
	"github.com/evanw/esbuild":               {"ratchet/runtime"},
	"github.com/santhosh-tekuri/jsonschema":  {"ratchet/schema"},
	"github.com/google/go-dap":               {"ratchet/adapters/dap"},
	"github.com/99designs/gqlgen":            {"ratchet/adapters/graphql"},
	"github.com/vektah/gqlparser":            {"ratchet/adapters/graphql"},
	"github.com/coder/websocket":             {"ratchet/adapters/graphql", "ratchet/bench/cost"},
	"go.opentelemetry.io":                    {"ratchet/server/telemetry"},
	"os/exec":                                {"ratchet/runtime/worker", "ratchet/cmd", "ratchet/bench"},
}

type listed struct {
	ImportPath string
	Dir        string
	Doc        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Imports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p listed
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
	return all
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		if strings.HasPrefix(p.ImportPath, "ratchet/cmd/") {
			checkOwners(t, p)
			continue
		}
		allowed, ok := layers[p.ImportPath]
		if !ok {
			t.Errorf("%s is not in the layer table of arch_test.go", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if imported != "ratchet" && !strings.HasPrefix(imported, "ratchet/") {
				continue
			}
			if !slices.Contains(allowed, imported) && !slices.Contains(allowed, "*") {
				t.Errorf("%s must not import %s", p.ImportPath, imported)
			}
		}
		checkOwners(t, p)
	}
}

func checkOwners(t *testing.T, p listed) {
	t.Helper()
	for library, packages := range owners {
		if within(p.ImportPath, packages) {
			continue
		}
		for _, imported := range p.Imports {
			if imported == library || strings.HasPrefix(imported, library+"/") {
				t.Errorf("%s must not import %s: only %s may", p.ImportPath, imported, strings.Join(packages, ", "))
			}
		}
	}
}

func within(path string, packages []string) bool {
	return slices.ContainsFunc(packages, func(p string) bool {
		return path == p || strings.HasPrefix(path, p+"/")
	})
}

func TestRootImportsStandardLibraryOnly(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != "ratchet" {
			continue
		}
		for _, imported := range p.Imports {
			if strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
				t.Errorf("the root package imports %s", imported)
			}
		}
	}
}

func TestPackagesAreDocumentedAndNamed(t *testing.T) {
	vague := []string{"util", "utils", "common", "helpers"}
	standard := []string{"debug", "trace", "metrics", "pprof"} // beside the standard runtime's packages they would be confused
	for _, p := range packages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
		name, inRuntime := filepath.Base(p.ImportPath), strings.HasPrefix(p.ImportPath, "ratchet/runtime/")
		if slices.Contains(vague, name) || inRuntime && slices.Contains(standard, name) {
			t.Errorf("%s: no package may be named %s", p.ImportPath, name)
		}
	}
}

// TestFixturesAreNotReleased keeps what the conformance suite needs out of the
// product.
func TestFixturesAreNotReleased(t *testing.T) {
	for tags, want := range map[string]bool{"": false, "conformance": true} {
		out, err := exec.Command("go", "list", "-tags", tags, "-deps", "./cmd/ratchet").Output()
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		if got := slices.Contains(strings.Fields(string(out)), "ratchet/server/fixtures"); got != want {
			t.Errorf("build tags %q: linked %v, want %v", tags, got, want)
		}
	}
}

// TestNoInit keeps wiring visible: package initialisation runs nothing.
func TestNoInit(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s declares init()", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
