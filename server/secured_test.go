package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet"
	"ratchet/credential"
	"ratchet/server/config"
)

const (
	testSecret   = "a secret of at least thirty-two characters" //nolint:gosec // of the tests
	testPassword = "correct horse battery"
)

// secured is a real server on loopback that wants to know who calls.
type secured struct {
	operations map[string]string       // see fields
	schema     map[string][]graphField // see types
	t          *testing.T
	s          *Server
	url        string
}

// lockedUp opens one with the users admin, service, user and readonly.
func lockedUp(t *testing.T, flags ...string) *secured {
	t.Helper()
	l := lockedUpEmpty(t, flags...)
	hash, err := credential.HashPassword(testPassword)
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []ratchet.Role{ratchet.RoleAdmin, ratchet.RoleService, ratchet.RoleUser, ratchet.RoleReadonly} {
		if err := l.s.deps.Store.CreateUser(t.Context(), &ratchet.User{Username: string(role), Role: role, Active: true, PasswordHash: hash}); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// lockedUpEmpty opens one without users.
func lockedUpEmpty(t *testing.T, flags ...string) *secured {
	t.Helper()
	settings := map[string]string{
		"data_dir": filepath.Join(t.TempDir(), "data"), "auth.required": "true", "auth.jwt_secret": testSecret,
		"mcp.toolsets": "all", "rate_limit.enabled": "false", "execution.workers.warm": "0",
	}
	for i := 0; i+1 < len(flags); i += 2 {
		settings[flags[i]] = flags[i+1]
	}
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: settings})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), cfg, Options{Worker: []string{os.Args[0], "--worker"}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &secured{t: t, s: s, url: web.URL}
}

// received is what came back.
type received struct {
	Status int
	Header http.Header
	Body   string
}

// field is a member of the answer's data, as text.
func (r received) field(name string) string {
	var body struct{ Data map[string]any }
	_ = json.Unmarshal([]byte(r.Body), &body)
	text, _ := body.Data[name].(string)
	return text
}

// send makes a request below the server's address; headers are in pairs.
func (l *secured) send(method, path, body string, headers ...string) received {
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
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return received{res.StatusCode, res.Header, string(bytes.TrimSpace(data))}
}

// login logs a user in and returns the answer and the session's cookie.
func (l *secured) login(name string) (a received, cookie string) {
	l.t.Helper()
	a = l.send("POST", "/api/v1/auth/login", `{"username":"`+name+`","password":"`+testPassword+`"}`)
	if a.Status != http.StatusOK {
		l.t.Fatalf("login of %s: %d %s", name, a.Status, a.Body)
	}
	cookie, _, _ = strings.Cut(a.Header.Get("Set-Cookie"), ";")
	return a, cookie
}

// bearer is the header of a login's token.
func (l *secured) bearer(name string) []string {
	a, _ := l.login(name)
	return []string{"Authorization", "Bearer " + a.field("accessToken")}
}

// open says whether the headers open the door.
func (l *secured) open(headers ...string) bool {
	return l.send("GET", "/api/v1/tasks", "", headers...).Status == http.StatusOK
}
