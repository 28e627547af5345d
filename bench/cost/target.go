package cost

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"ratchet/bench/subject"
)

// callers are who sends requests; those with a name have a key.
var callers = []string{"anonymous", "read", "execute"}

// target is the server under attack.
type target struct {
	program, dir, url string
	cmd               *exec.Cmd
	keys              []string // by caller; empty = none
	admin             string   // key of who reads the metrics
	tools, paths      []string
	client            *http.Client
}

var apiKey = regexp.MustCompile(`rk_[A-Za-z0-9_-]+`)

// open starts a server over a new folder that demands a key.
func open(ctx context.Context, program string) (t *target, err error) {
	t = &target{program: program, client: &http.Client{}, keys: []string{""}}
	if t.dir, err = os.MkdirTemp("", "ratchet-cost-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.close())
		}
	}()
	for _, name := range append(callers[1:], "admin") {
		key, err := t.makeKey(ctx, name)
		if err != nil {
			return nil, err
		}
		t.keys = append(t.keys, key)
	}
	t.admin, t.keys = t.keys[len(callers)], t.keys[:len(callers)]
	if err := t.serve(ctx); err != nil {
		return nil, err
	}
	return t, t.look(ctx)
}

func (t *target) makeKey(ctx context.Context, permissions string) (string, error) {
	cmd := t.command(ctx, "keys", "create", permissions, "--permissions", permissions, "--rate-tier", "unlimited", "--json")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	key := apiKey.FindString(string(out))
	if key == "" {
		return "", errors.New("make a key: the answer has none")
	}
	return key, nil
}

func (t *target) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, t.program, append(args, "--data-dir", t.dir)...) //nolint:gosec // the program to test
	cmd.Env = subject.Environment(t.dir, "RATCHET_LOG_LEVEL=error", "RATCHET_AUTH_REQUIRED=true",
		"RATCHET_RATE_LIMIT_ENABLED=false", "RATCHET_ADMIN_PASSWORD=a long one for the search")
	return cmd
}

func (t *target) serve(ctx context.Context) error {
	t.cmd = t.command(ctx, "serve", "--listen", "127.0.0.1:0")
	stderr, err := t.cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := t.cmd.Start(); err != nil {
		return err
	}
	listening := make(chan string, 1)
	go func() {
		defer close(listening)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if found := subject.Address(lines.Text()); found != "" {
				listening <- found
				break
			}
		}
		_, _ = io.Copy(io.Discard, stderr)
	}()
	select {
	case t.url = <-listening:
	case <-time.After(30 * time.Second):
	}
	if t.url == "" {
		return errors.New("the server did not start")
	}
	return nil
}

// look makes a task to ask for, and reads what there is to ask.
func (t *target) look(ctx context.Context) error {
	create := request{
		method: "POST", path: "/api/v1/tools/ratchet_create_task", caller: 2, headers: [][2]string{{"Content-Type", "application/json"}},
		body: `{"name":"calm","description":"Returns its input.","code":"export default (i) => i","inputSchema":{"type":"object"},"outputSchema":{}}`,
	}
	if status, body, err := t.send(ctx, create); err != nil || status >= 300 {
		return fmt.Errorf("create a task: %d %s %w", status, body, err)
	}
	_, body, err := t.send(ctx, request{method: "GET", path: "/api-docs/openapi.json", caller: 2})
	if err != nil {
		return err
	}
	var document struct {
		Paths map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(body, &document); err != nil {
		return fmt.Errorf("read the description of the server: %w", err)
	}
	variable := regexp.MustCompile(`\{[^}]*\}`)
	for path := range document.Paths {
		if tool, ok := strings.CutPrefix(path, "/api/v1/tools/ratchet_"); ok && !strings.Contains(tool, "/") {
			t.tools = append(t.tools, "ratchet_"+tool)
		} else {
			t.paths = append(t.paths, variable.ReplaceAllString(path, "{id}"))
		}
	}
	t.paths = append(t.paths, "/", "/health", "/docs", "/metrics", "/mcp", "/graphql", "/api-docs/openapi.json", "/none/{id}")
	slices.Sort(t.tools)
	slices.Sort(t.paths) // so that the same choices mean the same request
	if len(t.tools) == 0 {
		return errors.New("the description of the server has no tools")
	}
	return nil
}

// close ends the server and removes its folder.
func (t *target) close() error {
	if t.cmd != nil && t.cmd.Process != nil {
		_ = t.cmd.Process.Kill()
		_ = t.cmd.Wait()
	}
	t.client.CloseIdleConnections()
	return os.RemoveAll(t.dir)
}
