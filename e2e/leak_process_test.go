package e2e_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// readStreams follows a run that spills, on everything that streams.
func (l *leaky) readStreams() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	started := l.rest("ratchet_execute_task", object{"task_id": "spill", "input": object{"names": l.names, "site": l.site.URL, "mode": "throw"}, "wait": 0})
	id := text(started, "executionId")
	conn, res, err := websocket.Dial(ctx, l.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library does
	if err != nil {
		l.t.Fatalf("%v %v", err, res)
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(64 << 20)
	say := func(o object) {
		if err := wsjson.Write(ctx, conn, o); err != nil {
			l.t.Fatal(err)
		}
	}
	say(object{"type": "connection_init", "payload": object{"Authorization": "Bearer " + l.token}})
	say(object{"type": "subscribe", "id": "1", "payload": object{"query": `subscription { executionLogs(executionId: "` + id + `") { lines { level message fields } } }`}})
	say(object{"type": "subscribe", "id": "2", "payload": object{"query": `subscription { executionProgress(executionId: "` + id + `") { __typename } }`}})
	say(object{"type": "subscribe", "id": "3", "payload": object{"query": `subscription { nonsense(password: "` + l.key + `") }`}})
	for open := 3; open > 0; {
		var frame object
		if err := wsjson.Read(ctx, conn, &frame); err != nil {
			l.t.Fatal(err)
		}
		l.saw("WebSocket", []byte(l.encode(frame)))
		if frame["type"] == "complete" || frame["type"] == "error" {
			open--
		}
	}
	wrong, _, err := websocket.Dial(ctx, l.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library does
	if err != nil {
		l.t.Fatal(err)
	}
	_ = wsjson.Write(ctx, wrong, object{"type": "connection_init", "payload": object{"Authorization": "Bearer " + l.plantWord("bearer of a WebSocket")}})
	_, said, err := wrong.Read(ctx)
	l.saw("refused WebSocket", said, []byte(err.Error()))
	for _, path := range []string{"/api/v1/executions/" + id + "/events", "/api/v1/executions/" + id + "/logs?stream=true", "/api/v1/events?after=0"} {
		l.stream(ctx, path)
	}
}

// stream reads events until they end, or, where they never do, those there are.
func (l *leaky) stream(ctx context.Context, path string) {
	l.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+path, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+l.token)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Last-Event-ID", "0")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	var text bytes.Buffer
	buf := make([]byte, 32<<10)
	for endless := strings.HasPrefix(path, "/api/v1/events"); !endless || text.Len() < 8<<10; {
		n, err := res.Body.Read(buf)
		text.Write(buf[:n])
		if err != nil {
			break
		}
	}
	if res.StatusCode != http.StatusOK || text.Len() < 100 {
		l.t.Errorf("%s: %d %s", path, res.StatusCode, &text)
	}
	l.saw("stream "+path, text.Bytes())
}

// runCommands runs what the command line has, with the secrets in its
// environment.
func (l *leaky) runCommands() {
	l.t.Helper()
	path := program(l.t)
	run := func(stdin string, args ...string) {
		l.t.Helper()
		cmd := exec.CommandContext(l.t.Context(), path, args...)
		cmd.Env, cmd.Stdin = append(l.env, "RATCHET_AUTH_TOKEN="+l.key), strings.NewReader(stdin)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		_ = cmd.Run() // many are to fail
		if out.Len() == 0 {
			l.t.Errorf("%v said nothing", args)
		}
		l.saw("command "+strings.Join(args[:min(2, len(args))], " "), out.Bytes())
	}
	for _, args := range [][]string{
		{"config", "show"},
		{"config", "show", "--json"},
		{"config", "show", "--section", "secrets"},
		{"config", "validate"},
		{"config", "validate", "--json"},
		{"config", "generate"},
		{"config", "generate", "--kind", "env"},
		{"doctor", "--json"},
		{"print-config", "claude-desktop", "--http", l.url + "/mcp"},
		{"generate", "mcpservers-json"},
		{"serve"},
		{"version"},
		{"tools", "--connect", l.url},
		{"tools", "--connect", l.url + "/nowhere"},
		{"call", "ratchet_list_users", "--connect", l.url},
		{"call", "ratchet_get_execution_status", "--connect", l.url, "--json", `{"execution_id":"` + l.executions[1] + `"}`},
		{"users", "list", "--connect", l.url},
		{"keys", "list", "--connect", l.url},
		{"audit", "verify"},
		{"users", "list"},
	} {
		run("", args...)
	}
	secret := l.plant("password on stdin")
	run(secret, "users", "create", "x", "--password-stdin", "--connect", l.url)
	run(secret, "users", "create", "somebody", "--role", "boss", "--password-stdin", "--connect", l.url)
	run(secret[:4]+"\n", "users", "create", "somebody", "--password-stdin", "--connect", l.url)
	l.overStdio(run)
}

// overStdio speaks MCP on stdio through the bridge, which has the key.
func (l *leaky) overStdio(run func(string, ...string)) {
	var in strings.Builder
	say := func(o object) { in.WriteString(l.encode(o) + "\n") }
	say(object{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": object{"protocolVersion": "2025-06-18", "capabilities": object{}, "clientInfo": object{"name": "t", "version": "1"}}})
	say(object{"jsonrpc": "2.0", "method": "notifications/initialized"})
	secret := l.plant("refused argument over stdio")
	for i, args := range []object{{"username": "x", "password": secret}, {"pasword": secret}, {"username": "somebody", "role": "boss", "password": secret}} {
		say(object{"jsonrpc": "2.0", "id": i + 1, "method": "tools/call", "params": object{"name": "ratchet_create_user", "arguments": args}})
	}
	for i, id := range l.executions[:3] {
		say(object{"jsonrpc": "2.0", "id": i + 10, "method": "tools/call", "params": object{"name": "ratchet_get_execution_logs", "arguments": object{"execution_id": id}}})
	}
	in.WriteString(`{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"password":"` + l.key + "\n")
	run(in.String(), "mcp-serve", "--connect", l.url+"/mcp")
}

// readProcesses looks at every process of the program while a run has secrets
// in hand: command lines of all, the environment of workers.
func (l *leaky) readProcesses() {
	l.t.Helper()
	l.rest("ratchet_execute_task", object{"task_id": "spill", "input": object{"mode": "hang", "names": l.names, "site": l.site.URL}, "wait": 0})
	children, workers := l.descendants(l.cmd.Process.Pid), 0
	for _, pid := range append(children, l.cmd.Process.Pid) {
		dir := filepath.Join("/proc", strconv.Itoa(pid))
		line, err := os.ReadFile(dir + "/cmdline")
		if err != nil {
			continue // it ended
		}
		comm, _ := os.ReadFile(dir + "/comm")
		l.saw("command line of a process", line, comm)
		if pid == l.cmd.Process.Pid {
			continue // its environment is where secrets come from
		}
		workers++
		environment, err := os.ReadFile(dir + "/environ")
		if err != nil && !os.IsPermission(err) {
			l.t.Errorf("environment of a worker: %v", err)
		}
		l.saw("environment of a worker", environment)
	}
	if workers == 0 {
		l.t.Error("there is no worker")
	}
}

// descendants are the processes below one.
func (l *leaky) descendants(pid int) []int {
	var all []int
	lists, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, path := range lists {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(f)
		f.Close()
		for field := range strings.FieldsSeq(string(text)) {
			child, _ := strconv.Atoi(field)
			all = append(append(all, child), l.descendants(child)...)
		}
	}
	return all
}
