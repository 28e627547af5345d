package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary builds the program once for all tests that start it.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ratchet-e2e-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "ratchet")
	if out, err := exec.Command("go", "build", "-o", path, "./cmd/ratchet").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

// program is the path of the program. Under the race detector tests that need it
// are skipped: it is built without, and the detector would watch nothing but them.
func program(t testing.TB) string {
	t.Helper()
	if underRace {
		t.Skip("the program is built without the race detector")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// built is the folder of the program, empty until a test needed it.
var built string

// TestMain runs the tests in the root of the module: they look at all of it.
func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// process is a running server and the way to call its tools.
type process struct {
	cmd    *exec.Cmd
	url    string
	client *http.Client
	exited chan struct{}
}

// start runs `serve` on a free port over dir and waits until it is ready.
func start(t *testing.T, dir string, env ...string) *process {
	t.Helper()
	path := program(t)
	cmd := exec.Command(path, "serve", "--listen", "127.0.0.1:0", "--data-dir", dir, "--toolsets", "core,control,admin")
	cmd.Env = append(os.Environ(), env...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{
		cmd: cmd, exited: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	address := make(chan string, 1)
	var said strings.Builder
	go func() {
		defer close(p.exited)
		pattern := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if said.Len() < 1<<16 {
				said.WriteString(lines.Text() + "\n")
			}
			if found := pattern.FindString(lines.Text()); found != "" {
				select {
				case address <- found:
				default:
				}
			}
		}
		_ = cmd.Wait()
	}()
	t.Cleanup(p.kill)
	select {
	case p.url = <-address:
	case <-p.exited:
		t.Fatalf("the server ended: %s", said.String())
	case <-time.After(30 * time.Second):
		t.Fatal("the server said no address")
	}
	p.waitReady(t)
	return p
}

func (p *process) waitReady(t *testing.T) {
	t.Helper()
	for range 300 {
		res, err := p.client.Get(p.url + "/ready")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the server did not become ready")
}

// kill ends the server the hard way and waits for it.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.exited
	p.client.CloseIdleConnections()
}

// stop ends the server as an operator would.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.exited
	p.client.CloseIdleConnections()
}

// reply is a tool result; Value is its structured content, or the body of its error.
type reply struct {
	IsError bool           `json:"isError"`
	Value   map[string]any `json:"structuredContent"`
	Content []struct{ Text string }
}

// call makes one stateless tools/call. An error means there was no answer.
func (p *process) call(ctx context.Context, tool string, args any) (reply, error) {
	body, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": 1, "method": "tools/call",
		"params": map[string]any{"name": tool, "arguments": args},
	})
	if err != nil {
		return reply{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/mcp", bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	res, err := p.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}, err
	}
	if i := bytes.Index(answer, []byte("data: ")); i >= 0 && !bytes.HasPrefix(answer, []byte("{")) {
		answer = bytes.TrimSpace(answer[i+len("data: "):])
	}
	var message struct {
		Result *reply
		Error  json.RawMessage
	}
	if err := json.Unmarshal(answer, &message); err != nil {
		return reply{}, fmt.Errorf("status %d: %.300s", res.StatusCode, answer)
	}
	if message.Result == nil {
		return reply{}, fmt.Errorf("protocol error: %s", message.Error)
	}
	if r := message.Result; r.Value == nil && r.IsError && len(r.Content) > 0 {
		if err := json.Unmarshal([]byte(r.Content[0].Text), &r.Value); err != nil {
			return reply{}, fmt.Errorf("the text of an error: %w", err)
		}
	}
	return *message.Result, nil
}

// must makes a call that has to succeed.
func (p *process) must(t *testing.T, tool string, args any) map[string]any {
	t.Helper()
	r, err := p.call(t.Context(), tool, args)
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	if r.IsError {
		t.Fatalf("%s: %v", tool, r.Value)
	}
	return r.Value
}

// object is a JSON object, for short literals.
type object = map[string]any

// create stores a task that takes and returns anything.
func (p *process) create(t *testing.T, name, code string, extra object) {
	t.Helper()
	args := object{
		"name": name, "description": "A task of a test.", "code": code,
		"input_schema": object{"type": "object"}, "output_schema": object{},
	}
	for k, v := range extra {
		args[k] = v
	}
	p.must(t, "ratchet_create_task", args)
}
