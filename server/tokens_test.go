package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ratchet/adapters/mcp"

	"ratchet/server"
	"ratchet/server/config"
)

// tokens is about what a text costs a model: four characters are one token.
func tokens(text string) int { return len([]rune(text)) / 4 }

// wire speaks to a server over HTTP and reads answers as they are written.
type wire struct {
	t   *testing.T
	url string
}

// overWire opens a server with these toolsets.
func overWire(t *testing.T, toolsets string, flags ...string) *wire {
	t.Helper()
	settings := map[string]string{
		"data_dir": filepath.Join(t.TempDir(), "data"), "mcp.toolsets": toolsets, "rate_limit.enabled": "false", "execution.workers.warm": "0",
	}
	for i := 0; i+1 < len(flags); i += 2 {
		settings[flags[i]] = flags[i+1]
	}
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: settings})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(t.Context(), cfg, server.Options{Worker: []string{os.Args[0], "--worker"}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		web.Close()
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &wire{t, web.URL}
}

// ask makes a request of the later era and returns its result.
func (w *wire) ask(method, params string) json.RawMessage {
	w.t.Helper()
	return w.askMeta(method, params, "")
}

// askMeta is ask with further members of _meta.
func (w *wire) askMeta(method, params, meta string) json.RawMessage {
	w.t.Helper()
	body := `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
		`"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}` + meta + `}` + params + `}}`
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/mcp", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Mcp-Protocol-Version", "2026-07-28")
	r.Header.Set("Mcp-Method", method)
	if _, rest, ok := strings.Cut(params, `"name":"`); ok {
		name, _, _ := strings.Cut(rest, `"`)
		r.Header.Set("Mcp-Name", name)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, data, ok := bytes.Cut(raw, []byte("data: ")); ok {
		raw, _, _ = bytes.Cut(data, []byte("\n"))
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil || answer.Result == nil {
		w.t.Fatalf("%s %s: %s", method, params, raw)
	}
	return answer.Result
}

// said is the result of a tool call.
type said struct {
	IsError           bool
	StructuredContent json.RawMessage
	Content           []struct{ Text string }
}

// call calls a tool and returns what a model sees of the result: the text and
// the structured content say the same.
func (w *wire) call(tool, args string) said {
	w.t.Helper()
	var out said
	raw := w.ask("tools/call", `,"name":"`+tool+`","arguments":`+args)
	if err := json.Unmarshal(raw, &out); err != nil || len(out.Content) == 0 {
		w.t.Fatalf("%s: %v %s", tool, err, raw)
	}
	if out.StructuredContent != nil && out.Content[0].Text != string(out.StructuredContent) {
		w.t.Errorf("%s: text and structured content differ:\n%s\n%s", tool, out.Content[0].Text, out.StructuredContent)
	}
	return out
}

// id is a member of a result that is a string.
func (s said) id(name string) string {
	var members map[string]any
	_ = json.Unmarshal(s.StructuredContent, &members) // else there is no id in it
	id, _ := members[name].(string)
	return id
}

// listed is a tool as tools/list describes it.
type listed struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"inputSchema"`
	wire        int
}

func (l listed) shown() int {
	return tokens(fmt.Sprintf(`{"name":%q,"description":%q,"inputSchema":%s}`, l.Name, l.Description, l.InputSchema))
}

// TestTokensOfDefinitions bounds what the list of tools costs: each request to
// a model carries it. A client sends the shown part on; the wire carries all.
func TestTokensOfDefinitions(t *testing.T) {
	for _, c := range []struct {
		toolsets    string
		shown, wire int // a tool, on average
	}{
		{"core", 190, 290},
		{"all", 210, 310},
	} {
		t.Run(c.toolsets, func(t *testing.T) {
			var list struct{ Tools []json.RawMessage }
			if err := json.Unmarshal(overWire(t, c.toolsets).ask("tools/list", ""), &list); err != nil {
				t.Fatal(err)
			}
			all := make([]listed, len(list.Tools))
			shown, onWire := 0, 0
			for i, raw := range list.Tools {
				if err := json.Unmarshal(raw, &all[i]); err != nil {
					t.Fatal(err)
				}
				all[i].wire = tokens(string(raw))
				shown, onWire = shown+all[i].shown(), onWire+all[i].wire
				typed(t, all[i].Name, all[i].InputSchema)
			}
			slices.SortFunc(all, func(a, b listed) int { return b.shown() - a.shown() })
			for _, one := range all {
				t.Logf("%-42s shown %4d, on the wire %4d", one.Name, one.shown(), one.wire)
			}
			t.Logf("%d tools: shown %d, on the wire %d; a tool: %d and %d", len(all), shown, onWire, shown/len(all), onWire/len(all))
			if shown > c.shown*len(all) || onWire > c.wire*len(all) {
				t.Errorf("%d tools may cost %d shown and %d on the wire", len(all), c.shown*len(all), c.wire*len(all))
			}
			if c.toolsets == "core" && (shown > 6000 || onWire > 9000) {
				t.Error("the core tools cost more than 6,000 shown or 9,000 on the wire")
			}
		})
	}
}

// typed fails for properties without a type: some providers refuse a whole list
// of tools for one of them.
func typed(t *testing.T, at string, raw json.RawMessage) {
	t.Helper()
	var s struct {
		Type       any
		Properties map[string]json.RawMessage
		Items      json.RawMessage
	}
	if err := json.Unmarshal(raw, &s); err != nil || s.Type == nil {
		t.Errorf("%s has no type: %s", at, raw)
	}
	for name, p := range s.Properties {
		typed(t, at+"/"+name, p)
	}
	if s.Items != nil {
		typed(t, at+"/items", s.Items)
	}
}

const tokenTask = `{"name":"adder","description":"Adds two numbers.","code":"export default (input) => {\n  if (input.a > 1e6) {\n    throw new RangeError('too big: ' + input.a)\n  }\n  console.log('adding', input.a, input.b)\n  return { sum: input.a + input.b }\n}",` +
	`"input_schema":{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"],"additionalProperties":false},` +
	`"output_schema":{"type":"object","properties":{"sum":{"type":"number"}},"required":["sum"]},"test_cases":[%s]}`

// TestTokensOfResults bounds what common results cost in their lean form.
func TestTokensOfResults(t *testing.T) {
	w := overWire(t, "all")
	var cases []string
	for i := range 10 {
		cases = append(cases, fmt.Sprintf(`{"name":"adds one to %d","input":{"a":%d,"b":1},"expected_output":{"sum":%d}}`, i, i, i+1))
	}
	measure := func(what string, limit int, result said) said {
		t.Helper()
		text := string(result.StructuredContent)
		if result.StructuredContent == nil {
			text = result.Content[0].Text
		}
		t.Logf("%-36s %5d of %5d", what, tokens(text), limit)
		if tokens(text) > limit {
			t.Errorf("%s costs %d tokens, at most %d are wanted:\n%s", what, tokens(text), limit, text)
		}
		return result
	}
	measure("create_task with ten passing tests", 200, w.call("ratchet_create_task", fmt.Sprintf(tokenTask, strings.Join(cases, ","))))
	measure("edit_task with ten passing tests", 200, w.call("ratchet_edit_task", `{"task_id":"adder","description":"Adds a and b."}`))
	measure("validate_task with ten passing tests", 200, w.call("ratchet_validate_task", `{"task_id":"adder"}`))
	measure("run_task_tests of ten passing", 220, w.call("ratchet_run_task_tests", `{"task_id":"adder"}`))
	ran := measure("successful execute_task", 45, w.call("ratchet_execute_task", `{"task_id":"adder","input":{"a":1,"b":2}}`))
	failed := measure("failed execute_task", 150, w.call("ratchet_execute_task", `{"task_id":"adder","input":{"a":2000000,"b":2}}`))
	measure("get_execution_status", 60, w.call("ratchet_get_execution_status", `{"execution_id":"`+ran.id("execution_id")+`"}`))
	measure("get_execution_trace", 350, w.call("ratchet_get_execution_trace", `{"execution_id":"`+ran.id("execution_id")+`"}`))
	measure("analyze_execution_error", 1300, w.call("ratchet_analyze_execution_error", `{"execution_id":"`+failed.id("execution_id")+`"}`))
	measure("list_templates", 500, w.call("ratchet_list_templates", `{}`))
	w.call("ratchet_create_task", `{"name":"talker","description":"Logs.","code":"export default () => { for (let i = 0; i < 20; i++) console.log('step', i, 'of the work is done') }","input_schema":{},"output_schema":{}}`)
	logged := w.call("ratchet_execute_task", `{"task_id":"talker","input":{}}`).id("execution_id")
	measure("logs of 20 lines as text", 500, w.call("ratchet_get_execution_logs", `{"execution_id":"`+logged+`","format":"text"}`))
	measure("logs of 20 lines", 600, w.call("ratchet_get_execution_logs", `{"execution_id":"`+logged+`"}`))
	for i := range 50 {
		w.call("ratchet_execute_task", fmt.Sprintf(`{"task_id":"adder","input":{"a":%d,"b":2}}`, i))
	}
	measure("list_executions of 50 rows", 2000, w.call("ratchet_list_executions", `{}`))
	measure("list_available_tasks of 2", 80, w.call("ratchet_list_available_tasks", `{}`))
	measure("get_results of 10", 600, w.call("ratchet_get_results", `{"limit":10}`))
	for _, guide := range []string{"endpoint_reference", "integration_guide", "guide_walkthrough"} {
		measure(guide, 1600, w.call("ratchet_get_developer_"+guide, `{}`))
	}
}

// TestNotesStandWhereModelsRead: how arguments were read is in the text and in
// the structured content, of errors and documents in the text.
func TestNotesStandWhereModelsRead(t *testing.T) {
	w := overWire(t, "core")
	for _, c := range []struct{ tool, args, want string }{
		{"ratchet_list_executions", `{"limit":"5"}`, `{"notes":["/limit`},
		{"ratchet_get_execution_status", `{"executionId":"no id"}`, `{"notes":["/execution`},
		{"ratchet_get_developer_guide_walkthrough", `{"section":null}`, "Note: /section"},
	} {
		said := w.call(c.tool, c.args) // compares text and structured content
		if last := said.Content[len(said.Content)-1].Text; !strings.HasPrefix(last, c.want) {
			t.Errorf("%s %s: %s", c.tool, c.args, last)
		}
	}
}

// TestResultsCarryNoIcons: the server describes itself once.
func TestResultsCarryNoIcons(t *testing.T) {
	w := overWire(t, "core")
	if about := w.ask("server/discover", ""); !bytes.Contains(about, []byte("data:image/svg+xml")) {
		t.Errorf("the server has no icon: %s", about)
	}
	for method, params := range map[string]string{
		"tools/list": "", "prompts/list": "", "resources/list": "", "tools/call": `,"name":"ratchet_list_executions","arguments":{}`,
	} {
		result := w.ask(method, params)
		if bytes.Contains(result, []byte("icons")) || !bytes.Contains(result, []byte(`"io.modelcontextprotocol/serverInfo":{"name":"ratchet","version":`)) {
			t.Errorf("%s: %s", method, result)
		}
	}
}

// TestWholeResults: programs get everything, and may have it described.
func TestWholeResults(t *testing.T) {
	w := overWire(t, "core", "mcp.output_schemas", "full")
	const lean, whole = `"total_count":0}`, `"total_count":0,"total_pages":`
	if said := w.call("ratchet_list_executions", `{}`); !strings.Contains(said.Content[0].Text, lean) {
		t.Errorf("by default: %s", said.Content[0].Text)
	}
	if said := w.call("ratchet_list_executions", `{"verbose":true}`); !strings.Contains(said.Content[0].Text, whole) {
		t.Errorf("verbose: %s", said.Content[0].Text)
	}
	raw := w.ask("tools/call", `,"name":"ratchet_list_executions","arguments":{}`)
	asked := w.askMeta("tools/call", `,"name":"ratchet_list_executions","arguments":{}`, `,"`+mcp.MetaVerbose+`":true`)
	if bytes.Contains(raw, []byte(`\"total_pages\"`)) || !bytes.Contains(asked, []byte(`\"total_pages\"`)) {
		t.Errorf("without and with %s:\n%s\n%s", mcp.MetaVerbose, raw, asked)
	}
	if list := w.ask("tools/list", ""); !bytes.Contains(list, []byte(`"total_is_lower_bound":{"type":"boolean"`)) {
		t.Error("output schemas are not whole")
	}
}
