package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// client is an MCP client with its own `mcp-serve`, as a desktop program starts it.
type client struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	done chan struct{}

	mu      sync.Mutex
	next    int
	waiting map[int]chan string
	strange []string        // answers that nothing waited for
	said    strings.Builder // on stderr
}

// attachClient starts `mcp-serve` over dir and shakes hands.
func attachClient(t *testing.T, path, dir string, args ...string) *client {
	t.Helper()
	cmd := exec.Command(path, append([]string{"mcp-serve", "--data-dir", dir}, args...)...)
	cmd.Env = append(os.Environ(), "RATCHET_EXECUTION_WORKERS_WARM=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c := &client{cmd: cmd, in: in, done: make(chan struct{}), waiting: map[int]chan string{}}
	cmd.Stderr = c
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go c.hear(out)
	t.Cleanup(func() { c.signal(syscall.SIGKILL) })
	c.request(t, "initialize", object{
		"protocolVersion": "2025-11-25", "capabilities": object{}, "clientInfo": object{"name": "test", "version": "1"},
	})
	if _, err := fmt.Fprintln(in, `{"jsonrpc":"2.0","method":"notifications/initialized"}`); err != nil {
		t.Fatal(err)
	}
	return c
}

// Write keeps what the process says.
func (c *client) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.Write(p)
}

func (c *client) hear(out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var m struct{ ID *int }
		if json.Unmarshal(lines.Bytes(), &m) != nil || m.ID == nil {
			continue
		}
		c.mu.Lock()
		if answer := c.waiting[*m.ID]; answer != nil {
			answer <- lines.Text()
			delete(c.waiting, *m.ID)
		} else {
			c.strange = append(c.strange, lines.Text())
		}
		c.mu.Unlock()
	}
	_ = c.cmd.Wait()
	close(c.done)
}

// ask sends a request; empty = the process ended without an answer.
func (c *client) ask(method string, params any) string {
	answer := make(chan string, 1)
	c.mu.Lock()
	c.next++
	id := c.next
	c.waiting[id] = answer
	c.mu.Unlock()
	line, _ := json.Marshal(object{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	_, _ = c.in.Write(append(line, '\n'))
	select {
	case text := <-answer:
		return text
	case <-c.done:
		select {
		case text := <-answer: // its last word
			return text
		default:
			return ""
		}
	case <-time.After(time.Minute):
		return "no answer within a minute"
	}
}

func (c *client) request(t *testing.T, method string, params any) string {
	t.Helper()
	text := c.ask(method, params)
	if !strings.Contains(text, `"result"`) || strings.Contains(text, `"isError":true`) {
		t.Fatalf("%s: %s; stderr: %s", method, text, c.stderr())
	}
	return text
}

func (c *client) stderr() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.String()
}

func (c *client) call(tool string, args any) string {
	return c.ask("tools/call", object{"name": tool, "arguments": args})
}

func (c *client) signal(s syscall.Signal) {
	_ = c.cmd.Process.Signal(s)
	<-c.done
}

// owner reads which process has the lock of dir.
func owner(t *testing.T, dir string) int {
	t.Helper()
	data, err := os.ReadFile(dir + "/ratchet.db.lock")
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	_, _ = fmt.Sscan(string(data), &pid)
	return pid
}

func TestSeveral_aKilledOwnerIsReplacedAndSessionsGoOn(t *testing.T) {
	path, dir := program(t), t.TempDir()
	first := attachClient(t, path, dir, "--toolsets", "all")
	first.request(t, "tools/call", object{"name": "ratchet_create_task", "arguments": object{
		"name": "add", "description": "a task of a test", "input_schema": object{}, "output_schema": object{}, "code": "export default (i) => ({ n: i.n + 1 })",
	}})
	reader := attachClient(t, path, dir, "--read-only")
	second := attachClient(t, path, dir, "--toolsets", "all")
	if got := owner(t, dir); got != first.cmd.Process.Pid {
		t.Fatalf("the owner is %d, not the first process", got)
	}
	if text := reader.call("ratchet_execute_task", object{"task_id": "add", "input": object{"n": 1}}); !strings.Contains(text, `"error"`) {
		t.Errorf("a read-only session executed a task: %s", text)
	}
	first.signal(syscall.SIGKILL)
	for n := range 5 {
		text := second.call("ratchet_execute_task", object{"task_id": "add", "input": object{"n": n}})
		if n == 0 && strings.Contains(text, "whether the call took effect is not known") {
			continue // it was sent to the owner as that died
		}
		if !strings.Contains(text, fmt.Sprintf(`"n":%d`, n+1)) {
			t.Fatalf("after the kill: %s\nstderr: %s", text, second.stderr())
		}
	}
	if text := reader.call("ratchet_list_available_tasks", object{}); !strings.Contains(text, "add") {
		t.Errorf("the read-only session: %s", text)
	}
	if text := reader.call("ratchet_execute_task", object{"task_id": "add", "input": object{"n": 1}}); !strings.Contains(text, `"error"`) {
		t.Errorf("a read-only session executed a task after the takeover: %s", text)
	}
}

func TestSeveral_aCallWhoseOwnerIsKilledIsAnsweredAsLost(t *testing.T) {
	path, dir := program(t), t.TempDir()
	first := attachClient(t, path, dir, "--toolsets", "all")
	first.request(t, "tools/call", object{"name": "ratchet_create_task", "arguments": object{
		"name": "slow", "description": "a task of a test", "input_schema": object{}, "output_schema": object{}, "code": "export default () => new Promise((r) => setTimeout(r, 60000))",
	}})
	second := attachClient(t, path, dir, "--toolsets", "all")
	lost := make(chan string, 1)
	go func() { lost <- second.call("ratchet_execute_task", object{"task_id": "slow", "input": object{}}) }()
	for deadline := time.Now().Add(20 * time.Second); ; {
		if strings.Contains(first.call("ratchet_list_executions", object{"status": "running"}), "slow") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the run did not begin")
		}
	}
	first.signal(syscall.SIGKILL)
	text := <-lost
	if !strings.Contains(text, "worker_lost") || !strings.Contains(text, "retry with the same idempotency key") {
		t.Errorf("the call in flight was answered %s", text)
	}
	if text := second.call("ratchet_list_executions", object{"status": "failed"}); !strings.Contains(text, "slow") {
		t.Errorf("the run is not failed: %s", text)
	}
}

func TestSeveral_serveTakesOver(t *testing.T) {
	path, dir := program(t), t.TempDir()
	first := attachClient(t, path, dir, "--toolsets", "all")
	p := start(t, dir)
	if got := owner(t, dir); got != p.cmd.Process.Pid {
		t.Fatalf("serve is not the owner: %d", got)
	}
	first.request(t, "tools/call", object{"name": "ratchet_create_task", "arguments": object{
		"name": "seen", "description": "a task of a test", "input_schema": object{}, "output_schema": object{}, "code": "export default () => 1",
	}})
	if list := p.must(t, "ratchet_list_available_tasks", object{}); !strings.Contains(fmt.Sprint(list), "seen") {
		t.Errorf("the server does not see what the attached process made: %v", list)
	}
	out, err := exec.Command(path, "call", "ratchet_list_available_tasks", "{}", "--data-dir", dir).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "seen") {
		t.Errorf("call: %v: %s", err, out)
	}
	if out, err := exec.Command(path, "audit", "verify", "--data-dir", dir).CombinedOutput(); err != nil {
		t.Errorf("audit verify: %v: %s", err, out)
	}
	if out, err := exec.Command(path, "serve", "--listen", "127.0.0.1:0", "--data-dir", dir).CombinedOutput(); err == nil || !strings.Contains(string(out), "another ratchet server") {
		t.Errorf("a second server: %v: %s", err, out)
	}
	p.stop()
	if text := first.call("ratchet_list_available_tasks", object{}); !strings.Contains(text, "seen") {
		t.Errorf("after the server ended: %s", text)
	}
	if got := owner(t, dir); got != first.cmd.Process.Pid {
		t.Errorf("the owner is %d, not the process that is left", got)
	}
}
