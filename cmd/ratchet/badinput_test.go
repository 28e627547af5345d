package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ratchet"
	"ratchet/casing"
	"ratchet/server"
)

// complaint is a refusal as every surface can tell it.
type complaint struct {
	Code, Message, Field, Nearest, Hint, RequestID string
	Allowed                                        []string
	Example, Retryable                             bool
}

// asker sends arguments that are refused over one surface.
type asker func(t *testing.T, c badCase) complaint

// badCase is a call that no surface may take.
type badCase struct {
	name, tool, args string
	graphql          string // the same in GraphQL; empty = cannot be said there
	code, field      string
	nearest          string
	allowed          string // one of what is allowed
}

func badCases() []badCase {
	long := strings.Repeat(`"id",`, 1000) + `"id"`
	deep := strings.Repeat("[", 30) + strings.Repeat("]", 30)
	return []badCase{
		{"wrong type", "ratchet_execute_task", `{"task_id":"double","input":4}`, `executeTask(taskId: "double", input: 4) { status }`, "VALIDATION_ERROR", "/input", "", "object"},
		{"missing", "ratchet_execute_task", `{"input":{}}`, `executeTask(input: {}) { status }`, "VALIDATION_ERROR", "/task_id", "", ""},
		{"unknown argument", "ratchet_execute_task", `{"task_id":"double","inputs":{},"input":{}}`, `executeTask(taskId: "double", inputs: {}, input: {}) { status }`, "VALIDATION_ERROR", "/inputs", "input", "input"},
		{"not in the enum", "ratchet_get_execution_logs", `{"execution_id":"1","level":"wran"}`, `getExecutionLogs(executionId: "1", level: wran) { __typename }`, "VALIDATION_ERROR", "/level", "warn", "warn"},
		{"below the bound", "ratchet_list_executions", `{"limit":0}`, `listExecutions(limit: 0) { __typename }`, "VALIDATION_ERROR", "/limit", "", ">= 1"},
		{"above the bound", "ratchet_list_executions", `{"limit":1001}`, `listExecutions(limit: 1001) { __typename }`, "VALIDATION_ERROR", "/limit", "", "<= 1000"},
		{"no id", "ratchet_get_execution_status", `{"execution_id":"zzz"}`, `getExecutionStatus(executionId: "zzz") { status }`, "VALIDATION_ERROR", "/execution_id", "", ""},
		{"unknown id", "ratchet_get_execution_status", `{"execution_id":"999999"}`, `getExecutionStatus(executionId: "999999") { status }`, "NOT_FOUND", "/execution_id", "", ""},
		{"unknown name", "ratchet_execute_task", `{"task_id":"doubel","input":{}}`, `executeTask(taskId: "doubel", input: {}) { status }`, "NOT_FOUND", "/task_id", "double", ""},
		{"input against its schema", "ratchet_execute_task", `{"task_id":"double","input":{"n":"x"}}`, `executeTask(taskId: "double", input: {n: "x"}) { status }`, "VALIDATION_ERROR", "/input/n", "", ""},
		{"bad cursor", "ratchet_list_executions", `{"cursor":"zz"}`, `listExecutions(cursor: "zz") { __typename }`, "VALIDATION_ERROR", "/cursor", "", ""},
		{"cursor and page", "ratchet_list_executions", `{"cursor":"zz","page":2}`, `listExecutions(cursor: "zz", page: 2) { __typename }`, "VALIDATION_ERROR", "/page", "", ""},
		{"unknown filter field", "ratchet_list_executions", `{"filters":[{"field":"stauts","operator":"EQ","value":1}]}`, `listExecutions(filters: [{field: "stauts", operator: EQ, value: 1}]) { __typename }`, "VALIDATION_ERROR", "/filters/0/field", "status", "status"},
		{"unknown operator", "ratchet_list_executions", `{"filters":[{"field":"status","operator":"LIKES","value":1}]}`, `listExecutions(filters: [{field: "status", operator: LIKES, value: 1}]) { __typename }`, "VALIDATION_ERROR", "/filters/0/operator", "", "CONTAINS"},
		{"operator of another kind", "ratchet_list_executions", `{"filters":[{"field":"has_error","operator":"CONTAINS","value":true}]}`, `listExecutions(filters: [{field: "has_error", operator: CONTAINS, value: true}]) { __typename }`, "VALIDATION_ERROR", "/filters/0/operator", "", "EQ"},
		{"unknown sort field", "ratchet_list_executions", `{"sort_by":"statsu"}`, `listExecutions(sortBy: statsu) { __typename }`, "VALIDATION_ERROR", "/sort_by", "status", "status"},
		{"unknown field of items", "ratchet_list_executions", `{"fields":["statsu"]}`, "", "VALIDATION_ERROR", "/fields/0", "status", "status"},
		{"bad time", "ratchet_list_executions", `{"since":"soon"}`, `listExecutions(since: "soon") { __typename }`, "VALIDATION_ERROR", "/since", "", ""},
		{"NUL", "ratchet_execute_task", `{"task_id":"a\u0000b","input":{}}`, `executeTask(taskId: "a\u0000b", input: {}) { status }`, "VALIDATION_ERROR", "/task_id", "", ""},
		{"too many items", "ratchet_list_executions", `{"fields":[` + long + `]}`, "", "VALIDATION_ERROR", "/fields", "", ""},
		{"too deep", "ratchet_list_executions", `{"filters":[{"field":"id","operator":"IN","value":` + deep + `}]}`, `listExecutions(filters: [{field: "id", operator: IN, value: ` + deep + `}]) { __typename }`, "VALIDATION_ERROR", "/filters/0/value", "", ""},
		{"both spellings", "ratchet_execute_task", `{"task_id":"double","taskId":"other","input":{}}`, "", "VALIDATION_ERROR", "/taskId", "task_id", ""},
		{"unknown tool", "ratchet_exceute_task", `{}`, "", "NOT_FOUND", "", "ratchet_execute_task", ""},
	}
}

// TestBadInputOnEverySurface: the same mistake is told alike wherever it is
// made: by the same code, at the same argument, with what would be right, what
// to do next, and an id to ask for.
func TestBadInputOnEverySurface(t *testing.T) {
	s := opened(t)
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	create := `{"name":"double","description":"d","code":"export default (i) => i.n * 2","input_schema":{"type":"object","properties":{"n":{"type":"number"}}},"output_schema":{}}`
	data := t.TempDir()
	commandLine(data)(t, "ratchet_create_task", json.RawMessage(create))
	if a := direct(s)(t, "ratchet_create_task", json.RawMessage(create)); a.Error {
		t.Fatal(a)
	}
	surfaces := map[string]asker{
		"direct":         askDirectly(s),
		"MCP 2025":       askMCP(web.URL, "2025-11-25", ""),
		"MCP 2026":       askMCP(web.URL, "2026-07-28", ""),
		"MCP 2026 slow":  askMCP(web.URL, "2026-07-28", `"progressToken":1,`), // not by the short way
		"stdio":          askStdio(t, s),
		"REST":           askREST(web.URL),
		"GraphQL":        askGraphQL(web.URL),
		"command":        askCommand("--data-dir", data),
		"command remote": askCommand("--connect", web.URL),
	}
	for _, c := range badCases() {
		for name, ask := range surfaces {
			if name == "GraphQL" && c.graphql == "" {
				continue
			}
			t.Run(c.name+"/"+name, func(t *testing.T) {
				got := ask(t, c)
				c.check(t, name, got)
			})
		}
	}
}

func (c badCase) check(t *testing.T, surface string, got complaint) {
	t.Helper()
	if got.Code != c.code || (c.field != "" && snakePointer(got.Field) != snakePointer(c.field)) || got.Message == "" {
		t.Errorf("%s at %q, want %s at %q: %s", got.Code, got.Field, c.code, c.field, got.Message)
	}
	if c.nearest != "" && casing.Snake(strings.TrimPrefix(got.Nearest, "ratchet_")) != strings.TrimPrefix(c.nearest, "ratchet_") {
		t.Errorf("nearest = %q, want %q: %s", got.Nearest, c.nearest, got.Message)
	}
	if c.allowed != "" && !slices.ContainsFunc(got.Allowed, func(a string) bool { return casing.Snake(a) == casing.Snake(c.allowed) }) {
		t.Errorf("allowed = %v, want %q in it: %s", got.Allowed, c.allowed, got.Message)
	}
	if got.Hint == "" {
		t.Errorf("no hint: %s", got.Message)
	}
	if got.RequestID == "" && surface != "direct" { // which is no request
		t.Errorf("no request id: %s", got.Message)
	}
}

func snakePointer(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = casing.Snake(parts[i])
	}
	return strings.Join(parts, "/")
}

// complained reads the body of an error as tools, MCP and the command line
// have it.
func complained(t *testing.T, raw []byte) complaint {
	t.Helper()
	var b ratchet.ErrorBody
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return complaint{
		Code: b.Code, Message: b.Message, Field: b.Field, Nearest: b.Nearest, Hint: b.Hint, RequestID: b.RequestID,
		Allowed: words(b.Allowed), Example: b.Example != nil, Retryable: b.Retryable,
	}
}

func words(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, fmt.Sprint(item))
		}
		return out
	}
	return nil
}

func askDirectly(s *server.Server) asker {
	return func(t *testing.T, c badCase) complaint {
		out, err := new(app).callTool(t.Context(), s, c.tool, json.RawMessage(c.args))
		if err == nil {
			t.Fatalf("taken: %v", out)
		}
		raw, _ := json.Marshal(ratchet.Body(err, ""))
		return complained(t, raw)
	}
}

// post sends JSON and returns what came back; headers are in pairs.
func post(t *testing.T, url, body string, headers ...string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if i := bytes.Index(raw, []byte("data: {")); i >= 0 && raw[0] != '{' {
		raw = bytes.TrimSpace(raw[i+len("data: "):])
	}
	return res.StatusCode, raw
}

// message is a call as MCP has it.
func message(era, meta string, c badCase) string {
	more := strings.TrimSuffix(meta, ",")
	if era == "2026-07-28" {
		more = meta + `"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}`
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s,"_meta":{%s}}}`, c.tool, c.args, more)
}

// fromMCP is the refusal in an answer of MCP: a result that is an error, or,
// for a tool that is not there, an error of the protocol.
func fromMCP(t *testing.T, raw []byte) complaint {
	t.Helper()
	var answer struct {
		Result struct {
			IsError           bool
			StructuredContent json.RawMessage
			Content           []struct{ Text string }
		}
		Error *struct {
			Code int
			Data json.RawMessage
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	if answer.Error != nil {
		return complained(t, answer.Error.Data)
	}
	if !answer.Result.IsError || len(answer.Result.Content) == 0 {
		t.Fatalf("taken: %s", raw)
	}
	return complained(t, []byte(answer.Result.Content[0].Text))
}

func askMCP(url, era, meta string) asker {
	return func(t *testing.T, c badCase) complaint {
		headers := []string{"Accept", "application/json, text/event-stream", "Mcp-Protocol-Version", era}
		if era == "2026-07-28" {
			headers = append(headers, "Mcp-Method", "tools/call", "Mcp-Name", c.tool)
		}
		_, raw := post(t, url+"/mcp", message(era, meta, c), headers...)
		return fromMCP(t, raw)
	}
}

func askStdio(t *testing.T, s *server.Server) asker {
	t.Helper()
	toServer, in := io.Pipe()
	out, fromServer := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.ServeStdio(ctx, toServer, fromServer)
		_ = fromServer.Close()
	}()
	t.Cleanup(func() {
		cancel()
		_, _ = in.Close(), out.Close()
		<-done
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	return func(t *testing.T, c badCase) complaint {
		if _, err := io.WriteString(in, message("2026-07-28", "", c)+"\n"); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			if !bytes.Contains(lines.Bytes(), []byte(`"method":`)) { // a notification may come between
				return fromMCP(t, lines.Bytes())
			}
		}
		t.Fatal("the connection ended:", lines.Err())
		return complaint{}
	}
}
