package ratchet_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-dap"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// planted are tasks with a bug, and a debugging session that shows it. A step
// is the arguments of one call, and what its result must say.
var planted = []struct {
	name, language, code, input string
	failing                     bool // it throws
	steps                       []debugStep
}{
	{name: "closure", code: `function main(input) {
  const handlers = [];
  for (var i = 0; i < input.names.length; i++) {
    handlers.push(() => input.names[i]);
  }
  const shown = handlers.map((h) => h());
  if (shown.includes(undefined)) throw new Error('a name is missing');
  return shown;
}`, input: `{"names":["a","b"]}`, failing: true, steps: []debugStep{
		{`{"action":"start","breakpoints":[{"line":4,"column":25}],"watches":["i","input.names.length"]}`, map[string]string{
			"status": "paused", "location.line": "4", "frames.2.function": "main", "watches.0.value": "2", "variables.closure.i": "2",
		}},
		{`{"action":"evaluate","expression":"input.names[i]"}`, map[string]string{"value.preview": "undefined"}},
	}},
	{name: "race", code: `let balance = 100;
async function withdraw(amount) {
  const before = balance;
  await new Promise((done) => setTimeout(done, amount));
  balance = before - amount;
}
async function main(input) {
  await Promise.all(input.amounts.map((a) => withdraw(a)));
  if (balance !== 100 - input.amounts[0] - input.amounts[1]) throw new Error('lost ' + balance);
  return balance;
}`, input: `{"amounts":[20,30]}`, failing: true, steps: []debugStep{
		{`{"action":"start","breakpoints":[5],"watches":["before"]}`, map[string]string{
			"status": "paused", "variables.local.amount": "20", "watches.0.value": "100", "frames.1.function": "main", "frames.1.async": "true",
		}},
		{`{"action":"continue"}`, map[string]string{
			"variables.local.amount": "30", "variables.module.balance": "80", "watches.0.value": "100",
		}},
	}},
	{name: "generator", code: `function* pages(total, size) {
  for (let from = 0; from < total - size; from += size) {
    yield { from, size };
  }
}
function main(input) {
  let seen = 0;
  for (const page of pages(input.total, 10)) {
    seen += page.size;
  }
  if (seen < input.total) throw new RangeError('saw ' + seen);
  return seen;
}`, input: `{"total":30}`, failing: true, steps: []debugStep{
		{`{"action":"start","breakpoints":[{"line":3,"hit_count":2}]}`, map[string]string{
			"status": "paused", "location.line": "3", "variables.block.from": "10", "frames.1.function": "main",
		}},
		{`{"action":"step_out"}`, map[string]string{"location.line": "9", "variables.local.seen": "10"}},
		{`{"action":"run_to","line":11}`, map[string]string{"location.line": "11", "variables.local.seen": "20"}},
	}},
	{name: "caught", code: `function price(text) {
  try {
    return JSON.parse(text).price;
  } catch (error) {
    return 0;
  }
}
function main(input) {
  const sum = input.rows.reduce((s, r) => s + price(r), 0);
  if (sum === 0) throw new Error('nothing to pay');
  return sum;
}`, input: `{"rows":["{price: 3}"]}`, failing: true, steps: []debugStep{
		{`{"action":"start","exception_breakpoints":"all"}`, map[string]string{
			"status": "paused", "reason": "exception", "exception.name": "SyntaxError", "exception.uncaught": "false",
			"location.line": "3", "variables.local.text": `"{price: 3}"`,
		}},
		{`{"action":"step_back"}`, map[string]string{"status": "paused", "location.line": "3"}},
		{`{"action":"step_back"}`, map[string]string{"location.line": "2", "frames.0.function": "price"}},
	}},
	{name: "class", language: "typescript", code: `interface Item { sku: string; count: number }

class Stock {
  private items = new Map<string, number>();

  add(item: Item): void {
    const known: number = this.items.get(item.sku) ?? 0;
    this.items.set(item.sku, known);
  }

  count(sku: string): number {
    return this.items.get(sku) ?? 0;
  }
}

export default function main(input: { items: Item[] }): number {
  const stock = new Stock();
  for (const item of input.items) stock.add(item);
  const n = stock.count('x');
  if (n === 0) throw new Error('no stock');
  return n;
}
`, input: `{"items":[{"sku":"x","count":4}]}`, failing: true, steps: []debugStep{
		{`{"action":"start","breakpoints":[8]}`, map[string]string{
			"status": "paused", "location.line": "8", "location.source": "main.ts", "frames.0.function": "add", "variables.local.known": "0", "variables.local.item": `{sku: "x", count: 4}`,
		}},
		{`{"action":"evaluate","expression":"known + item.count"}`, map[string]string{"value.preview": "4"}},
		{`{"action":"inspect","path":"this.items"}`, map[string]string{"value.type": "Map", "value.preview": "Map {}"}},
	}},
}

type debugStep struct {
	args string
	want map[string]string // by path
}

// TestDebugPlantedBugs finds every planted bug over stdio and HTTP, in a live
// run and in the recording of one that failed.
func TestDebugPlantedBugs(t *testing.T) {
	for _, transport := range []string{"stdio", "http"} {
		t.Run(transport, func(t *testing.T) {
			call := debugClient(t, transport)
			for _, p := range planted {
				language := p.language
				if language == "" {
					language = "javascript"
				}
				call(t, "ratchet_create_task", map[string]any{
					"name": p.name, "description": "has a bug", "code": p.code, "language": language,
					"input_schema": map[string]any{"type": "object"}, "output_schema": map[string]any{},
				})
				t.Run(p.name+" live", func(t *testing.T) {
					playDebug(t, call, p.steps, map[string]any{"task_id": p.name, "input": json.RawMessage(p.input)})
				})
				t.Run(p.name+" recorded", func(t *testing.T) {
					run := call(t, "ratchet_execute_task", map[string]any{"task_id": p.name, "input": json.RawMessage(p.input)})
					if failed := run["status"] != "completed"; failed != p.failing {
						t.Fatalf("the run: %v", run)
					}
					playDebug(t, call, p.steps, map[string]any{"execution_id": run["execution_id"]})
				})
			}
		})
	}
}

type debugCall func(t *testing.T, tool string, args map[string]any) map[string]any

func playDebug(t *testing.T, call debugCall, steps []debugStep, what map[string]any) {
	t.Helper()
	session := ""
	for _, step := range steps {
		args := map[string]any{}
		if err := json.Unmarshal([]byte(step.args), &args); err != nil {
			t.Fatal(err)
		}
		if args["action"] == "start" {
			for k, v := range what {
				args[k] = v
			}
		} else {
			args["session_id"] = session
		}
		out := call(t, "ratchet_debug_task_execution", args)
		if session == "" {
			session, _ = out["session_id"].(string)
		}
		for path, want := range step.want {
			if got := fmt.Sprint(dig(out, path)); got != want {
				t.Fatalf("%s: %s is %s, want %s\n%v", step.args, path, got, want, out)
			}
		}
	}
	out := call(t, "ratchet_debug_task_execution", map[string]any{"action": "stop", "session_id": session})
	if out["status"] != "stopped" {
		t.Errorf("stop: %v", out)
	}
}

func dig(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

func debugClient(t *testing.T, transport string) debugCall {
	t.Helper()
	dir := t.TempDir()
	var to mcp.Transport
	if transport == "http" {
		server := start(t, dir)
		to = &mcp.StreamableClientTransport{Endpoint: server.url + "/mcp"}
	} else {
		path, err := binary()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, "mcp-serve", "--data-dir", dir)
		cmd.Stderr = os.Stderr
		to = &mcp.CommandTransport{Command: cmd}
	}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "debugger", Version: "1"}, nil).Connect(context.Background(), to, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return func(t *testing.T, tool string, args map[string]any) map[string]any {
		t.Helper()
		result, err := session.CallTool(context.Background(), &mcp.CallToolParams{Name: tool, Arguments: args})
		if err != nil {
			t.Fatal(err)
		}
		out, _ := result.StructuredContent.(map[string]any)
		return out
	}
}

// editor is a minimal client of the Debug Adapter Protocol.
type editor struct {
	t   *testing.T
	in  io.Writer
	out chan dap.Message
	seq int
}

func startEditor(t *testing.T, args ...string) *editor {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"debug", "--dap", "--data-dir", t.TempDir()}, args...)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &editor{t: t, in: in, out: make(chan dap.Message, 256)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for r := bufio.NewReader(out); ; {
			m, err := dap.ReadProtocolMessage(r)
			if err != nil {
				return
			}
			e.out <- m
		}
	}()
	t.Cleanup(func() {
		_ = in.Close()
		<-read
		_ = cmd.Wait()
	})
	return e
}

// request sends a request of any kind.
func (e *editor) request(command string, arguments any) {
	e.t.Helper()
	e.seq++
	raw, err := json.Marshal(map[string]any{"seq": e.seq, "type": "request", "command": command, "arguments": arguments})
	if err != nil {
		e.t.Fatal(err)
	}
	if err := dap.WriteBaseMessage(e.in, raw); err != nil {
		e.t.Fatal(err)
	}
}

// await waits for a message of a type.
func await[T dap.Message](e *editor) T {
	e.t.Helper()
	limit := time.After(30 * time.Second)
	for {
		select {
		case m := <-e.out:
			if found, ok := m.(T); ok {
				return found
			}
			if failed, ok := m.(*dap.ErrorResponse); ok {
				e.t.Fatalf("%s: %s", failed.Command, failed.Message)
			}
		case <-limit:
			var want T
			e.t.Fatalf("no %T", want)
		}
	}
}

// TestDebugAdapter debugs a TypeScript task the way an editor does.
func TestDebugAdapter(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"metadata.json": `{"name":"stock","version":"1.0.0","description":"has a bug"}`, "main.ts": planted[4].code,
		"input.schema.json": `{"type":"object"}`, "output.schema.json": `{}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := startEditor(t)
	e.request("initialize", map[string]any{"adapterID": "ratchet"})
	if caps := await[*dap.InitializeResponse](e).Body; !caps.SupportsStepBack || !caps.SupportsLogPoints {
		t.Errorf("capabilities %+v", caps)
	}
	await[*dap.InitializedEvent](e)
	e.request("launch", map[string]any{"program": dir, "input": json.RawMessage(planted[4].input)})
	await[*dap.LaunchResponse](e)
	source := map[string]any{"path": filepath.Join(dir, "main.ts")}
	e.request("setBreakpoints", map[string]any{"source": source, "breakpoints": []any{map[string]any{"line": 7}, map[string]any{"line": 18, "column": 35, "logMessage": "adding {item.sku}"}}})
	await[*dap.SetBreakpointsResponse](e)
	e.request("configurationDone", nil)
	if said := await[*dap.OutputEvent](e); said.Body.Output != "adding x\n" {
		t.Errorf("the logpoint said %q", said.Body.Output)
	}
	if stopped := await[*dap.StoppedEvent](e); stopped.Body.Reason != "breakpoint" {
		t.Fatalf("stopped %+v", stopped.Body)
	}
	if f := e.frames(); f[0].Name != "add" || f[0].Line != 7 || f[0].Source.Path != filepath.Join(dir, "main.ts") || f[1].Name != "main" {
		t.Fatalf("frames %+v", f)
	}
	for _, move := range []struct {
		command string
		line    int
	}{{"next", 8}, {"stepBack", 7}, {"next", 8}, {"stepOut", 19}, {"stepIn", 12}, {"stepOut", 20}} {
		e.request(move.command, map[string]any{"threadId": 1})
		await[*dap.StoppedEvent](e)
		if f := e.frames(); f[0].Line != move.line {
			t.Fatalf("%s: line %d, want %d", move.command, f[0].Line, move.line)
		}
	}
	e.request("scopes", map[string]any{"frameId": 1})
	scopes := await[*dap.ScopesResponse](e).Body.Scopes
	e.request("variables", map[string]any{"variablesReference": scopes[0].VariablesReference})
	values := map[string]dap.Variable{}
	for _, v := range await[*dap.VariablesResponse](e).Body.Variables {
		values[v.Name] = v
	}
	if values["n"].Value != "0" || values["stock"].VariablesReference == 0 {
		t.Fatalf("variables %+v", values)
	}
	e.request("variables", map[string]any{"variablesReference": values["stock"].VariablesReference})
	if items := await[*dap.VariablesResponse](e).Body.Variables; items[0].Name != "items" || !strings.Contains(items[0].Value, `"x" => 0`) {
		t.Fatalf("stock %+v", items)
	}
	e.request("evaluate", map[string]any{"frameId": 1, "expression": "stock.count('x') + 1"})
	if got := await[*dap.EvaluateResponse](e).Body.Result; got != "1" {
		t.Errorf("evaluate %s", got)
	}
	e.request("continue", map[string]any{"threadId": 1})
	if stopped := await[*dap.StoppedEvent](e); stopped.Body.Reason != "exception" || stopped.Body.Text != "Error: no stock" {
		t.Fatalf("stopped %+v", stopped.Body)
	}
	e.request("continue", map[string]any{"threadId": 1})
	if code := await[*dap.ExitedEvent](e).Body.ExitCode; code != 1 {
		t.Errorf("exit code %d", code)
	}
	await[*dap.TerminatedEvent](e)
	e.request("disconnect", nil)
	await[*dap.DisconnectResponse](e)
}

func (e *editor) frames() []dap.StackFrame {
	e.t.Helper()
	e.request("stackTrace", map[string]any{"threadId": 1})
	return await[*dap.StackTraceResponse](e).Body.StackFrames
}
