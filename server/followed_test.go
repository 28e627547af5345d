package server

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ratchet/adapters/mcp"

	"ratchet/resources"
	"ratchet/server/config"
)

// addresses finds what is written like the address of a resource. Patterns are
// none: a brace follows.
var addresses = regexp.MustCompile(`ratchet://[\w/.?=&%+-]+\{?`)

// follower reads every address that it is shown, and what those show.
type follower struct {
	t    *testing.T
	s    *Server
	seen map[string]bool
}

func (f *follower) look(where, text string) {
	for _, uri := range addresses.FindAllString(strings.ReplaceAll(text, `\u0026`, "&"), -1) {
		uri = strings.TrimRight(uri, ".,")
		if strings.HasSuffix(uri, "{") || f.seen[uri] {
			continue
		}
		f.seen[uri] = true
		doc, err := f.s.mcp.Resources().Read(f.t.Context(), uri)
		if err != nil {
			f.t.Errorf("%s names %s: %v", where, uri, err)
			continue
		}
		f.look(uri, doc.Text)
	}
}

// call makes one call over MCP and follows what its answer names, also that of an error.
func (f *follower) call(tool string, args json.RawMessage) {
	_, got := exchange(f.t, f.s, http.MethodPost, callLine("1", tool, string(args)), nil)
	f.look(tool+" "+string(args), got)
}

// TestEveryAddressCanBeRead follows the addresses of resources in the results
// and errors of every tool's examples, in the guides, the pages, the prompts, the
// descriptions and the list.
func TestEveryAddressCanBeRead(t *testing.T) {
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: map[string]string{
		"data_dir": filepath.Join(t.TempDir(), "data"), "mcp.toolsets": "all", "mcp.max_result_bytes": "2000",
		"execution.workers.count": "1", "execution.workers.warm": "0",
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), cfg, Options{Worker: []string{os.Args[0], "--worker"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	f := &follower{t: t, s: s, seen: map[string]bool{}}
	f.look("the instructions", mcp.Instructions(s.registry))
	f.call("ratchet_create_task", json.RawMessage(`{"name":"big","description":"Answers much, after a request.","code":"export default async () => { console.log('x'); return 'x'.repeat(5000) }",`+
		`"input_schema":{"type":"object"},"output_schema":{},"test_cases":[{"name":"a","input":{}}]}`))
	f.call("ratchet_execute_task", json.RawMessage(`{"task_id":"big","input":{}}`))
	for _, guide := range []string{"ratchet_get_developer_endpoint_reference", "ratchet_get_developer_integration_guide", "ratchet_get_developer_guide_walkthrough"} {
		f.call(guide, json.RawMessage(`{}`))
	}
	for _, tool := range s.registry.Whole().List() {
		f.look("the description of "+tool.Name, tool.Doc+string(tool.In)+string(tool.Out))
		if strings.HasPrefix(tool.Name, "ratchet_delete_") {
			continue // what is gone cannot be read
		}
		for _, e := range tool.Examples {
			for _, c := range e.Setup {
				f.call(c.Tool, c.Args)
			}
			f.call(tool.Name, e.Args)
		}
		f.call(tool.Name, json.RawMessage(`{"execution_id":"999","task_id":"nobody","no_such":1}`))
		f.call(tool.Name, json.RawMessage(`{"execution_id":"1"}`))
	}
	session := shakeHTTP(t, s)
	for _, p := range s.mcp.Prompts() {
		args := map[string]string{}
		for _, a := range p.Arguments {
			args[a.Name] = map[string]string{"task_id": "big", "execution_id": "1", "goal": "x", "language": "javascript"}[a.Name]
		}
		line, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": map[string]any{"name": p.Name, "arguments": args}})
		_, got := exchange(t, s, http.MethodPost, string(line), session)
		if !strings.Contains(got, `"messages"`) {
			t.Errorf("the prompt %s: %s", p.Name, got)
		}
		f.look("the prompt "+p.Name, got)
	}
	for cursor, first := "", true; first || cursor != ""; first = false {
		list, next, err := s.mcp.Resources().List(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			f.look("the list", r.URI)
		}
		cursor = next
	}
	f.call("ratchet_run_task_tests", json.RawMessage(`{"task_id":"big"}`))
	task, err := s.deps.Store.Task(t.Context(), "big")
	if err != nil {
		t.Fatal(err)
	}
	runs, err := s.deps.Store.ListTestRuns(t.Context(), task.ID, 1)
	if err != nil || len(runs) != 1 {
		t.Fatal(runs, err)
	}
	f.look("the test", "ratchet://test-runs/"+runs[0].ID+" ratchet://executions/1/trace?format=flamegraph ratchet://executions/1/trace?format=speedscope")
	for _, want := range []string{"/output", "/log", "/trace", "/source", "ratchet://docs/walkthrough", "ratchet://docs/endpoint-reference?section="} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(f.seen)), func(uri string) bool { return strings.Contains(uri, want) }) {
			t.Errorf("nothing names %s", want)
		}
	}
	for _, kind := range resources.All() { // each can be read
		path, _, _ := strings.Cut(strings.TrimPrefix(kind.Pattern, "ratchet://"), "/")
		if path != "debug-sessions" && !slices.ContainsFunc(slices.Collect(maps.Keys(f.seen)), func(uri string) bool { return strings.HasPrefix(uri, "ratchet://"+path+"/") }) {
			t.Errorf("nothing of %s was read", kind.Pattern)
		}
	}
}
