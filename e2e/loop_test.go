package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestLoop plays testdata/script over both transports in both protocol eras
// with the Go SDK's client.
func TestLoop(t *testing.T) {
	path := program(t)
	world := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"items":[20,22]}`)
	}))
	defer world.Close()
	for _, transport := range []string{"stdio", "http"} {
		for _, era := range []string{"2025-11-25", "2026-07-28"} {
			t.Run(transport+" "+era, func(t *testing.T) {
				l := &loop{t: t, path: path, transport: transport, era: era, world: world.URL}
				testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: l.setup, Cmds: l.commands()})
			})
		}
	}
}

// loop is one client and the server it talks to.
type loop struct {
	t                     *testing.T
	path                  string // of the program
	transport, era, world string
	dir                   string
	session               *mcp.ClientSession
	server                *process
	last                  map[string]any // structured content of the last result
	remembered            map[string]any
}

func (l *loop) setup(env *testscript.Env) error {
	l.dir = filepath.Join(env.WorkDir, "data")
	env.Setenv("TRANSPORT", l.transport)
	env.Setenv("ERA", l.era)
	return nil
}

type command = func(ts *testscript.TestScript, neg bool, args []string)

func (l *loop) commands() map[string]command {
	return map[string]command{
		"connect":    l.connect,
		"disconnect": l.disconnect,
		"tools":      l.tools,
		"tool":       l.tool,
		"remember":   l.remember,
		"execution":  l.execution,
		"resource":   l.resource,
	}
}

func (l *loop) environment() []string {
	port := l.world[strings.LastIndexByte(l.world, ':')+1:]
	return []string{"RATCHET_HTTP_ALLOW_PRIVATE=127.0.0.1/32", "RATCHET_HTTP_ALLOW_PORTS=" + port, "RATCHET_LOG_LEVEL=error"}
}

func (l *loop) connect(ts *testscript.TestScript, _ bool, _ []string) {
	var transport mcp.Transport
	if l.transport == "http" {
		l.server = start(l.t, l.dir, l.environment()...)
		transport = &mcp.StreamableClientTransport{Endpoint: l.server.url + "/mcp"}
	} else {
		cmd := exec.Command(l.path, "mcp-serve", "--data-dir", l.dir)
		cmd.Env = append(os.Environ(), l.environment()...)
		cmd.Stderr = os.Stderr
		transport = &mcp.CommandTransport{Command: cmd}
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "loop", Version: "1"}, nil)
	session, err := client.Connect(context.Background(), transport, &mcp.ClientSessionOptions{ProtocolVersion: l.era})
	ts.Check(err)
	l.session = session
	if got := session.InitializeResult().ProtocolVersion; got != l.era {
		ts.Fatalf("connected in the era of %s, want %s", got, l.era)
	}
}

func (l *loop) disconnect(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(l.session.Close())
	if l.server != nil {
		l.server.stop()
	}
}

func (l *loop) tools(ts *testscript.TestScript, _ bool, _ []string) {
	list, err := l.session.ListTools(context.Background(), nil)
	ts.Check(err)
	for _, tool := range list.Tools {
		fmt.Fprintln(ts.Stdout(), tool.Name)
	}
}

// tool NAME FILE calls a tool with the arguments in a file.
func (l *loop) tool(ts *testscript.TestScript, neg bool, args []string) {
	arguments := strings.ReplaceAll(ts.ReadFile(args[1]), "$WORLD", l.world)
	l.call(ts, neg, args[0], json.RawMessage(arguments))
}

// execution NAME calls a tool for the remembered execution.
func (l *loop) execution(ts *testscript.TestScript, neg bool, args []string) {
	l.call(ts, neg, args[0], map[string]any{"execution_id": l.remembered["execution_id"]})
}

// remember FIELD keeps a field of the last result.
func (l *loop) remember(_ *testscript.TestScript, _ bool, args []string) {
	l.remembered = map[string]any{args[0]: l.last[args[0]]}
}

func (l *loop) call(ts *testscript.TestScript, neg bool, name string, arguments any) {
	result, err := l.session.CallTool(context.Background(), &mcp.CallToolParams{Name: name, Arguments: arguments})
	ts.Check(err)
	text := result.Content[0].(*mcp.TextContent).Text
	fmt.Fprintln(ts.Stdout(), text)
	if result.IsError != neg {
		ts.Fatalf("%s: isError is %v: %s", name, result.IsError, text)
	}
	if result.IsError && result.StructuredContent == nil {
		ts.Check(json.Unmarshal([]byte(text), &l.last)) // an error is text alone
		return
	}
	structured, err := json.Marshal(result.StructuredContent)
	ts.Check(err)
	var a, b any
	ts.Check(json.Unmarshal([]byte(text), &a))
	ts.Check(json.Unmarshal(structured, &b))
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if !bytes.Equal(x, y) {
		ts.Fatalf("%s: text and structure differ:\n%s\n%s", name, x, y)
	}
	l.last, _ = b.(map[string]any)
}

func (l *loop) resource(ts *testscript.TestScript, _ bool, args []string) {
	result, err := l.session.ReadResource(context.Background(), &mcp.ReadResourceParams{URI: args[0]})
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), result.Contents[0].Text)
}
