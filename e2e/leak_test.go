package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"ratchet/thorough"
)

// TestNothingLeaks plants secrets wherever one can be, calls everything there
// is on every surface, and looks for them in all that left the program:
// answers, logs, audit files and the process list.
func TestNothingLeaks(t *testing.T) {
	t.Run("text", func(t *testing.T) {
		if !thorough.Wanted() {
			t.Skip("it takes half a minute: set RATCHET_TESTS=full")
		}
		l := startLeaky(t, "text")
		for _, step := range []func(){
			l.logIn, l.spill, l.callTools, l.callRoutes, l.callGraphQL, l.sendNonsense, l.readStreams, l.runCommands, l.readProcesses, l.end,
		} {
			step()
		}
		l.scan(t)
	})
	// The other form of the log, with what is most likely to be in it.
	t.Run("json", func(t *testing.T) {
		l := startLeaky(t, "json")
		for _, step := range []func(){l.logIn, l.spill, l.sendNonsense, l.readStreams, l.end} {
			step()
		}
		l.scan(t)
	})
}

// leaky is a server with secrets and what was seen of it.
type leaky struct {
	evidence
	t      *testing.T
	dir    string
	env    []string
	config string
	cmd    *exec.Cmd
	log    *bytes.Buffer
	exited chan struct{}
	url    string
	site   *httptest.Server // what tasks talk to
	names  []string         // of the secrets that tasks may read

	token, key, cookie, csrf string
	executions               []string // ids of runs that had secrets in hand
}

func startLeaky(t *testing.T, format string) *leaky {
	t.Helper()
	l := &leaky{t: t, dir: t.TempDir(), log: &bytes.Buffer{}, exited: make(chan struct{})}
	l.site = httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(l.site.Close)
	_, port, _ := net.SplitHostPort(l.site.Listener.Addr().String())
	pem := l.know("multi-line secret", "-----BEGIN KEY-----\n"+l.plantWord("first line")+l.plantWord("more of it")+"\n"+l.plantWord("last line")+"\n-----END KEY-----")
	l.names = []string{"in_file", "IN_ENV", "IN_ENV_FILE", "lines"}
	settings := object{
		"auth": object{
			"required": "true", "allow_query_key": true, "allow_registration": true, "jwt_secret": l.plant("jwt_secret"),
			"oidc": object{"issuer": "https://127.0.0.1:9/", "jwks_uri": "https://127.0.0.1:9/keys"},
		},
		"secrets":     object{"in_file": l.plant("secret of the file"), "lines": pem},
		"rate_limit":  object{"enabled": false},
		"http":        object{"allow_private": []string{"127.0.0.1/32"}, "allow_ports": []string{port}},
		"graphql_api": object{"max_complexity": 100000, "max_depth": 30},
		"logging":     object{"level": "debug", "format": format, "access": true},
		"server":      object{"dev_errors": true, "shutdown_timeout": 1, "cors": object{"allowed_origins": []string{"http://localhost:3000"}}},
	}
	text, _ := json.Marshal(settings) // JSON is YAML
	l.config = file(t, l.dir, "ratchet.yaml", string(text))
	l.env = []string{
		"HOME=" + l.dir, "PATH=" + os.Getenv("PATH"), "RATCHET_DATA_DIR=" + l.dir + "/data", "RATCHET_CONFIG=" + l.config,
		"RATCHET_ADMIN_PASSWORD=" + l.plant("admin_password"),
		"RATCHET_SECRETS_IN_ENV=" + l.plant("secret of the environment"),
		"RATCHET_SECRETS_IN_ENV_FILE_FILE=" + file(t, l.dir, "secret", l.plant("secret of a file")),
	}
	l.start()
	return l
}

// echo answers with what it was sent, everywhere an answer can have it.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Echo", r.Header.Get("X-Secret"))
	w.Header().Set("Set-Cookie", "echo="+url.QueryEscape(r.Header.Get("X-Secret")))
	if r.URL.Query().Get("again") != "" {
		http.Redirect(w, r, "/done?secret="+url.QueryEscape(r.URL.Query().Get("secret")), http.StatusFound)
		return
	}
	_ = json.NewEncoder(w).Encode(object{"header": r.Header, "url": r.URL.String(), "body": string(body)})
}

func (l *leaky) start() {
	l.t.Helper()
	path := program(l.t)
	l.cmd = exec.Command(path, "serve", "--listen", "127.0.0.1:0", "--toolsets", "all")
	l.cmd.Env = l.env
	reader, writer := io.Pipe()
	l.cmd.Stderr = writer
	if err := l.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	go func() {
		_ = l.cmd.Wait()
		_ = writer.Close()
	}()
	l.t.Cleanup(func() {
		_ = l.cmd.Process.Kill()
		<-l.exited
	})
	address := make(chan string, 1)
	go func() {
		defer close(l.exited)
		pattern := regexp.MustCompile(`listens on (http://127\.0\.0\.1:\d+)`)
		buf := make([]byte, 64<<10)
		for told := false; ; {
			n, err := reader.Read(buf)
			l.log.Write(buf[:n])
			if found := pattern.FindSubmatch(l.log.Bytes()); found != nil && !told {
				told = true
				address <- string(found[1])
			}
			if err != nil {
				return
			}
		}
	}()
	select {
	case l.url = <-address:
	case <-l.exited:
		l.t.Fatalf("the server ended: %s", l.log)
	case <-time.After(30 * time.Second):
		l.t.Fatal("the server said no address")
	}
	(&process{url: l.url, client: http.DefaultClient}).waitReady(l.t)
}

// end stops the server and takes its log, and what it wrote beside its
// database.
func (l *leaky) end() {
	l.t.Helper()
	_ = l.cmd.Process.Signal(syscall.SIGTERM)
	<-l.exited
	if l.log.Len() < 10<<10 {
		l.t.Errorf("the log has %d bytes only: %s", l.log.Len(), l.log)
	}
	l.saw("log", l.log.Bytes())
	files, err := filepath.Glob(l.dir + "/data/*.jsonl")
	if err != nil || len(files) == 0 {
		l.t.Fatalf("no audit files: %v", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			l.t.Fatal(err)
		}
		l.saw("audit file", text)
	}
}

// answer is what came back to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send makes a request and keeps what came back. Headers are in pairs; the
// token is sent unless they say who calls.
func (l *leaky) send(method, path, body string, headers ...string) answer {
	l.t.Helper()
	a := l.quietly(method, path, body, headers...)
	where, _, _ := strings.Cut(path, "?")
	if len(where) > 60 {
		where = where[:60]
	}
	var head bytes.Buffer
	_ = a.header.Write(&head)
	l.saw(method+" "+where, head.Bytes(), a.body)
	return a
}

// quietly is send without keeping what came back.
func (l *leaky) quietly(method, path, body string, headers ...string) answer {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), method, l.url+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	if strings.HasPrefix(path, "/mcp") {
		r.Header.Set("Accept", "application/json, text/event-stream")
	}
	if l.token != "" {
		r.Header.Set("Authorization", "Bearer "+l.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}
	res, err := client.Do(r)
	if err != nil {
		l.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{res.StatusCode, res.Header, text}
}

// rest calls a tool over REST and returns its data.
func (l *leaky) rest(tool string, args object) object {
	l.t.Helper()
	body, _ := json.Marshal(args)
	a := l.send("POST", "/api/v1/tools/"+tool, string(body))
	var out struct{ Data object }
	if a.status >= 300 || json.Unmarshal(a.body, &out) != nil && a.status != http.StatusNoContent {
		l.t.Fatalf("%s: %d %s", tool, a.status, a.body)
	}
	return out.Data
}

// text is a member of an object as text.
func text(o object, name string) string {
	if o[name] == nil {
		return ""
	}
	return fmt.Sprint(o[name])
}
