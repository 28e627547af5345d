package main

import (
	"bufio"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// asRatchet makes the test binary the program itself.
const asRatchet = "BE_THE_PROGRAM"

// TestMain makes the test binary the program itself when a script or a test
// runs it, and when that program starts its workers.
func TestMain(m *testing.M) {
	if os.Getenv(asRatchet) != "" || (len(os.Args) > 1 && os.Args[1] == "--worker") {
		main()
		return
	}
	testscript.Main(m, map[string]func(){"ratchet": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", Setup: environment,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "server": serving, "stop": stop, "guard": guard, "web": website, "tlsweb": tlsWebsite,
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition " + name)
		},
	})
}

func environment(env *testscript.Env) error {
	env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, "share"))
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
	env.Values[running{}] = map[string]*exec.Cmd{}
	return nil
}

type running struct{}

// exits CODE COMMAND... runs a command and checks its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\n%s%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// serving is server [K=V...] [args...] starts `ratchet serve` on a free port and sets $URL.
func serving(ts *testscript.TestScript, _ bool, args []string) {
	env := []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "XDG_DATA_HOME=" + ts.Getenv("XDG_DATA_HOME"), "XDG_CONFIG_HOME=" + ts.Getenv("XDG_CONFIG_HOME")}
	for len(args) > 0 && strings.HasPrefix(args[0], "RATCHET_") {
		env, args = append(env, args[0]), args[1:]
	}
	path := ""
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if name := filepath.Join(dir, "ratchet"); path == "" && exec.Command(name, "version").Run() == nil {
			path = name
		}
	}
	if len(args) == 0 || (args[0] != "serve" && args[0] != "mcp") {
		args = append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), env
	address, err := await(cmd)
	ts.Check(err)
	ts.Setenv("URL", address)
	ts.Value(running{}).(map[string]*exec.Cmd)["server"] = cmd
	ts.Defer(func() {
		_ = cmd.Process.Kill() // it may have been stopped
		_ = cmd.Wait()
	})
}

// stop ends the server as Ctrl-C does and wants it to end well.
func stop(ts *testscript.TestScript, _ bool, _ []string) {
	cmd := ts.Value(running{}).(map[string]*exec.Cmd)["server"]
	ts.Check(cmd.Process.Signal(os.Interrupt))
	ts.Check(cmd.Wait())
}

// guard TOKEN puts a door before $URL that wants the token, and sets $GUARDED.
func guard(ts *testscript.TestScript, _ bool, args []string) {
	target, err := url.Parse(ts.Getenv("URL"))
	ts.Check(err)
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Header.Del("Authorization") // it was for this door; the server knows no such token
	}}
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+args[0] {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	ts.Defer(door.CloseClientConnections)
	ts.Setenv("GUARDED", door.URL)
}

// website is web: it starts a web server that answers with the path, and sets $WEB and $WEBPORT.
func website(ts *testscript.TestScript, _ bool, _ []string) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"path": `+strconv.Quote(r.URL.Path)+`}`)
	}))
	ts.Defer(site.Close)
	ts.Setenv("WEB", site.URL)
	ts.Setenv("WEBPORT", site.URL[strings.LastIndexByte(site.URL, ':')+1:])
}

// tlsWebsite is tlsweb: it starts a web server with TLS, sets $TLSWEB and
// $TLSPORT, and makes the program trust it.
func tlsWebsite(ts *testscript.TestScript, _ bool, _ []string) {
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "secure")
	}))
	ts.Defer(site.Close)
	file := filepath.Join(ts.Getenv("WORK"), "ca.pem")
	ts.Check(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw}), 0o600))
	ts.Setenv("SSL_CERT_FILE", file)
	ts.Setenv("TLSWEB", site.URL)
	ts.Setenv("TLSPORT", site.URL[strings.LastIndexByte(site.URL, ':')+1:])
}

var spoken = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// await starts a server and returns the address it says.
func await(cmd *exec.Cmd) (string, error) {
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	lines := bufio.NewScanner(stderr)
	var all strings.Builder
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		if found := spoken.FindString(lines.Text()); found != "" {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			return found, nil
		}
	}
	return "", errors.New("the server said no address: " + all.String())
}

// program is a command line of the test binary as the program.
func program(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), asRatchet+"=1")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// serveFor starts a server on a free port and returns its address.
func serveFor(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := program(ctx, append([]string{"serve", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir()}, args...)...)
	address, err := await(cmd)
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
	return address
}
