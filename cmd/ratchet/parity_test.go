package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ratchet/registry"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/server"
	"ratchet/server/config"
	"ratchet/tools"
	"ratchet/tools/toolstest"
)

// answer is what a tool answered through a surface: its result, or the body
// of its error.
type answer struct {
	Value any
	Error bool
}

// surface calls tools of one fresh server.
type surface func(t *testing.T, tool string, args json.RawMessage) answer

// surfaces are all ways to call a tool, each with a server of its own.
func surfaces() map[string]func(t *testing.T) surface {
	return map[string]func(t *testing.T) surface{
		"direct":          func(t *testing.T) surface { return direct(opened(t)) },
		"http 2025-11-25": func(t *testing.T) surface { return overHTTP(t, "2025-11-25") },
		"http 2026-07-28": func(t *testing.T) surface { return overHTTP(t, "2026-07-28") },
		"command line":    func(t *testing.T) surface { return commandLine(filepath.Join(t.TempDir(), "data")) },
	}
}

func opened(t *testing.T) *server.Server {
	t.Helper()
	cfg, err := config.Load(config.Options{
		Env: []string{}, Dir: t.TempDir(), User: t.TempDir(),
		Flags: map[string]string{"data_dir": filepath.Join(t.TempDir(), "data"), "mcp.toolsets": "all", "execution.workers.warm": "0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(t.Context(), cfg, server.Options{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func direct(s *server.Server) surface {
	return func(t *testing.T, tool string, args json.RawMessage) answer {
		found, ok := s.Registry().Lookup(tool)
		if !ok {
			t.Fatalf("no tool %s", tool)
		}
		ctx := registry.WithCaller(t.Context(), registry.Caller{Identity: ratchet.Local()})
		out, err := found.Call(ctx, s.Deps(), args)
		if err != nil {
			return answer{asRead(t, ratchet.Body(err, "")), true}
		}
		failed, ok := out.(registry.Failed)
		return answer{asRead(t, out), ok && failed.Failure() != nil}
	}
}

func overHTTP(t *testing.T, era string) surface {
	t.Helper()
	web := httptest.NewServer(opened(t).Handler())
	t.Cleanup(web.Close)
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: web.URL + "/mcp"}, &mcp.ClientSessionOptions{ProtocolVersion: era})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return func(t *testing.T, tool string, args json.RawMessage) answer {
		res, err := session.CallTool(t.Context(), whole(tool, args))
		if err != nil {
			t.Fatalf("%s: %v", tool, err)
		}
		text, _ := res.Content[0].(*mcp.TextContent)
		if res.StructuredContent == nil && res.IsError {
			return answer{asRead(t, json.RawMessage(text.Text)), true}
		}
		if res.StructuredContent == nil {
			return answer{map[string]any{"text": strings.TrimSpace(text.Text)}, res.IsError}
		}
		var said any
		if err := json.Unmarshal([]byte(text.Text), &said); err != nil || !cmp.Equal(said, asRead(t, res.StructuredContent)) {
			t.Errorf("%s: text and structured content differ: %v", tool, err)
		}
		if fields, ok := said.(map[string]any); ok && tool != "ratchet_replay_execution" {
			delete(fields, "notes") // how arguments were read: a direct call has another place for that
		}
		return answer{said, res.IsError}
	}
}

func commandLine(data string) surface {
	return func(t *testing.T, tool string, args json.RawMessage) answer {
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
		text := string(args)
		if unspoken(tool, text, nil) != nil { // confidential: taken from stdin alone
			a.stdin, text = strings.NewReader(text), "-"
		}
		code := a.run(t.Context(), []string{"call", tool, text, "--data-dir", data, "--json", "--quiet"})
		if stdout.Len() == 0 {
			var body struct{ Error any }
			if err := json.Unmarshal(stderr.Bytes(), &body); err != nil {
				t.Fatalf("%s: exit code %d, stderr %q", tool, code, stderr.String())
			}
			return answer{body.Error, code != 0}
		}
		var value any
		if err := json.Unmarshal(stdout.Bytes(), &value); err != nil {
			value = map[string]any{"text": strings.TrimSpace(stdout.String())}
		}
		return answer{value, code != 0}
	}
}

// asRead is v as a reader of JSON sees it.
func asRead(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	if fields, ok := out.(map[string]any); ok && len(fields) == 1 {
		if text, ok := fields["text"].(string); ok {
			fields["text"] = strings.TrimSpace(text)
		}
	}
	return out
}

// TestSurfacesAnswerAlike plays examples of every tool, and calls that are
// refused, through every surface.
func TestSurfacesAnswerAlike(t *testing.T) {
	if underRace { // one call after the other: the detector has nothing to find but time
		t.Skip("the calls are made one after the other")
	}
	reg, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	type play struct {
		name, tool string
		setup      []registry.Call
		args       json.RawMessage
	}
	var plays []play
	for tool, ex := range toolstest.SomeExamples(reg) {
		plays = append(plays, play{tool.Name + "/" + ex.Title, tool.Name, ex.Setup, ex.Args})
	}
	made := tools.ExecuteTask.Examples[0].Setup
	broken := registry.Call{Tool: "ratchet_create_task", Args: json.RawMessage(
		`{"name":"broken","description":"d","code":"export default () => {\n  throw new RangeError('<no>')\n}","input_schema":{"type":"object"},"output_schema":{}}`)}
	for name, args := range map[string]string{
		"missing task": `{"task_id":"doubel","input":{}}`, "bad input": `{"task_id":"double","input":{"n":"x"}}`,
		"coerced": `{"task_id":"double","input":"{\"n\":4}","trace":"false"}`, "wrong type": `{"task_id":"double","input":4}`,
	} {
		plays = append(plays, play{"execute/" + name, "ratchet_execute_task", made, json.RawMessage(args)})
	}
	plays = append(plays, play{"execute/failed run", "ratchet_execute_task", []registry.Call{broken}, json.RawMessage(`{"task_id":"broken","input":{}}`)})
	for _, p := range plays {
		t.Run(p.name, func(t *testing.T) {
			want := answerOf(t, surfaces()["direct"](t), p.setup, p.tool, p.args)
			for name, fresh := range surfaces() {
				if name == "direct" {
					continue
				}
				if diff := cmp.Diff(want, answerOf(t, fresh(t), p.setup, p.tool, p.args)); diff != "" {
					t.Errorf("%s answers differently from a direct call:\n%s", name, diff)
				}
			}
		})
	}
	refusedAlike(t, reg)
}

// refusedAlike plays a call of every tool that is refused. It changes nothing,
// so that each surface needs one server.
func refusedAlike(t *testing.T, registry *registry.Registry) {
	open := map[string]surface{}
	for name, fresh := range surfaces() {
		open[name] = fresh(t)
	}
	for _, tool := range registry.List() {
		args := json.RawMessage(`{"no_such_argument":1}`)
		want := answerOf(t, open["direct"], nil, tool.Name, args)
		if !want.Error {
			t.Errorf("%s takes an argument that it does not have", tool.Name)
		}
		for name, call := range open {
			got := answerOf(t, call, nil, tool.Name, args)
			if strings.HasPrefix(name, "http") {
				got.Value = withoutVerbose(got.Value)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s refuses an argument differently from a direct call:\n%s", tool.Name, name, diff)
			}
		}
	}
}

// withoutVerbose is the body of an error without the argument that tools have
// over MCP alone.
func withoutVerbose(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = withoutVerbose(v[key])
		}
	case []any:
		v = slices.DeleteFunc(v, func(one any) bool { return one == "verbose" })
		for i := range v {
			v[i] = withoutVerbose(v[i])
		}
		return v
	}
	return v
}

// answerOf makes the calls of a set-up and returns the steady answer of one more.
func answerOf(t *testing.T, call surface, setup []registry.Call, tool string, args json.RawMessage) answer {
	t.Helper()
	for _, s := range setup {
		call(t, s.Tool, s.Args) // may fail: a set-up makes executions that do, too
	}
	a := call(t, tool, args)
	a.Value = toolstest.Steady(a.Value)
	return a
}

// TestConfidentialArgumentsAreNotSpoken: what every user of the machine could
// read is refused, whichever way it is written, and not repeated.
func TestConfidentialArgumentsAreNotSpoken(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for _, args := range [][]string{
		{"ratchet_set_secret", `{"name":"A","value":"hunter2-hunter2"}`},
		{"ratchet_set_secret", `{"name":"A"}`, "--arg", "value=hunter2-hunter2"},
		{"ratchet_rotate_master_key", `{"new_key":"hunter2-hunter2"}`},
	} {
		var stdout, stderr bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
		code := a.run(t.Context(), append(append([]string{"call"}, args...), "--data-dir", data, "--json", "--quiet"))
		said := stdout.String() + stderr.String()
		if code == 0 || !strings.Contains(said, "is not taken from the command line") || strings.Contains(said, "hunter2") {
			t.Errorf("%q: exit code %d, %q", args, code, said)
		}
	}
}
