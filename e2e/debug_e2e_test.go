package e2e_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// eras are the protocol revisions with and without sessions.
var eras = []string{"2025-11-25", "2026-07-28"}

// TestDebugPlantedBugs finds every planted bug over stdio and HTTP in both
// protocol eras, in a live run and in the recording of one that failed.
func TestDebugPlantedBugs(t *testing.T) {
	for _, transport := range []string{"stdio", "http"} {
		for _, era := range eras {
			t.Run(transport+" "+era, func(t *testing.T) {
				var to mcp.Transport
				if transport == "http" {
					to = overHTTP(start(t, t.TempDir()).url)
				} else {
					to = overStdio(t, "--data-dir", t.TempDir())
				}
				call := calls(connect(t, to, era))
				for _, p := range planted {
					debugBoth(t, p.name, p.steps, plant(t, call, p.name), call)
				}
			})
		}
	}
}

// TestDebugHandover plays the sessions with clients that take turns: each goes
// on by nothing but the id with what a client of the other era or of another
// transport began.
func TestDebugHandover(t *testing.T) {
	server := start(t, t.TempDir())
	old := calls(connect(t, overHTTP(server.url), eras[0]))
	stateless := calls(connect(t, overHTTP(server.url), eras[1]))
	bridge := calls(connect(t, overStdio(t, "--connect", server.url), eras[0]))
	inputs := map[string]any{}
	for _, p := range planted {
		inputs[p.name] = plant(t, old, p.name)
	}
	for name, turns := range map[string][]debugCall{
		"session first": {old, stateless}, "stateless first": {stateless, old},
		"stdio first": {bridge, stateless}, "stdio last": {stateless, bridge},
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range planted {
				debugBoth(t, p.name, p.steps, inputs[p.name], turns...)
			}
		})
	}
}

// debugBoth plays a session with a live run and with the recording of one.
func debugBoth(t *testing.T, task string, steps []debugStep, input any, clients ...debugCall) {
	t.Helper()
	t.Run(task+" live", func(t *testing.T) {
		playDebug(t, steps, map[string]any{"task_id": task, "input": input}, clients...)
	})
	t.Run(task+" recorded", func(t *testing.T) {
		run := clients[0](t, "ratchet_execute_task", map[string]any{"task_id": task, "input": input})
		if run["status"] != "failed" {
			t.Fatalf("the run: %v", run)
		}
		playDebug(t, steps, map[string]any{"execution_id": run["execution_id"]}, clients...)
	})
}

// TestDebugSessionIsListed reads a session that a client of one era began as a
// resource in the other, also after its client is gone.
func TestDebugSessionIsListed(t *testing.T) {
	server := start(t, t.TempDir())
	for i, era := range eras {
		first := connect(t, overHTTP(server.url), era)
		call := calls(first)
		if i == 0 {
			plant(t, call, "race")
		}
		began := call(t, "ratchet_debug_task_execution", map[string]any{
			"action": "start", "task_id": "race", "input": map[string]any{"amounts": []int{1, 2}}, "breakpoints": []int{5},
		})
		id, _ := began["session_id"].(string)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		other := connect(t, overHTTP(server.url), eras[1-i])
		var listed []string
		for r, err := range other.Resources(t.Context(), nil) {
			if err != nil {
				t.Fatal(err)
			}
			listed = append(listed, r.URI)
		}
		uri := "ratchet://debug-sessions/" + id
		if id == "" || !slices.Contains(listed, uri) {
			t.Fatalf("%s began %q; the resources are %v", era, id, listed)
		}
		read, err := other.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
		if err != nil || !strings.Contains(read.Contents[0].Text, `"status":"paused"`) {
			t.Fatalf("%s: %+v %v", uri, read, err)
		}
		out := calls(other)(t, "ratchet_debug_task_execution", map[string]any{"action": "stop", "session_id": id})
		if out["status"] != "stopped" {
			t.Errorf("stop: %v", out)
		}
	}
}

func overHTTP(url string) mcp.Transport {
	return &mcp.StreamableClientTransport{Endpoint: url + "/mcp"}
}

// overStdio starts the program as a client does.
func overStdio(t *testing.T, args ...string) mcp.Transport {
	t.Helper()
	path := program(t)
	cmd := exec.Command(path, append([]string{"mcp-serve"}, args...)...)
	cmd.Stderr = os.Stderr
	return &mcp.CommandTransport{Command: cmd}
}

func connect(t *testing.T, to mcp.Transport, era string) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "debugger", Version: "1"}, nil)
	session, err := client.Connect(context.Background(), to, &mcp.ClientSessionOptions{ProtocolVersion: era})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() }) // a test may have closed it
	if got := session.InitializeResult().ProtocolVersion; got != era {
		t.Fatalf("the client speaks %s, want %s", got, era)
	}
	return session
}

// calls makes the calls of a client.
func calls(session *mcp.ClientSession) debugCall {
	return func(t *testing.T, tool string, args map[string]any) map[string]any {
		t.Helper()
		result, err := session.CallTool(context.Background(), &mcp.CallToolParams{Name: tool, Arguments: args})
		if err != nil {
			t.Fatal(err)
		}
		out, ok := result.StructuredContent.(map[string]any)
		if !ok { // an error is text alone
			_ = json.Unmarshal([]byte(result.Content[0].(*mcp.TextContent).Text), &out)
		}
		return out
	}
}
