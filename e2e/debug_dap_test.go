package e2e_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-dap"
)

// editor is a minimal client of the Debug Adapter Protocol.
type editor struct {
	t   *testing.T
	in  io.Writer
	out chan dap.Message
	seq int
}

func startEditor(t *testing.T, args ...string) *editor {
	t.Helper()
	path := program(t)
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
	dir, err := filepath.Abs("testdata/planted/class")
	if err != nil {
		t.Fatal(err)
	}
	e := startEditor(t)
	e.request("initialize", map[string]any{"adapterID": "ratchet"})
	if caps := await[*dap.InitializeResponse](e).Body; !caps.SupportsStepBack || !caps.SupportsLogPoints {
		t.Errorf("capabilities %+v", caps)
	}
	await[*dap.InitializedEvent](e)
	e.request("launch", map[string]any{"program": dir, "input": json.RawMessage(plantedFile(t, "class", "input.json"))})
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
