package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/server/config"
	"ratchet/storage"
	"ratchet/tools/toolstest"
)

// configured is a server with some keys set, over an empty store in memory.
func configured(t *testing.T, keys map[string]string) *Server {
	t.Helper()
	cfg, err := config.Load(config.Options{Env: []string{}, Dir: t.TempDir(), User: t.TempDir(), Flags: keys})
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), storage.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(cfg, Parts{
		Deps:     &registry.Deps{Store: db, Bus: new(ratchet.Bus)},
		Registry: toolstest.Kinds(t),
		Close:    []func(context.Context) error{func(context.Context) error { return db.Close() }},
	})
	if err != nil {
		t.Fatal(errors.Join(err, db.Close()))
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// request makes one that looks as if it came over the network.
func request(method, target string, header map[string]string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	r.Host = "127.0.0.1:8080"
	for key, value := range header {
		if key == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(key, value)
	}
	return r
}

func TestCORS(t *testing.T) {
	const app, foreign = "https://app.example.com", "https://evil.example"
	open := map[string]string{"server.cors.allowed_origins": "*"}
	named := map[string]string{"server.cors.allowed_origins": app, "server.cors.allow_credentials": "true", "server.cors.max_age": "60"}
	for _, tc := range []struct {
		name, origin string
		keys         map[string]string
		status       int
		allow        string
		credentials  string
	}{
		{"none", "", nil, 200, "", ""},
		{"localhost", "http://localhost:3000", nil, 200, "http://localhost:3000", ""},
		{"localhost by TLS", "https://127.0.0.1:3000", nil, 200, "https://127.0.0.1:3000", ""},
		{"our own", "http://127.0.0.1:8080", nil, 200, "http://127.0.0.1:8080", ""},
		{"our own by TLS, which we have not", "https://127.0.0.1:8080", nil, 403, "", ""},
		{"other port", "http://localhost:3001", nil, 403, "", ""},
		{"foreign", foreign, nil, 403, "", ""},
		{"null", "null", nil, 403, "", ""},
		{"empty", " ", nil, 403, "", ""},
		{"suffix", "http://localhost:3000.evil.example", nil, 403, "", ""},
		{"prefix", "http://evil.example/http://localhost:3000", nil, 403, "", ""},
		{"all", foreign, open, 200, "*", ""},
		{"null with all", "null", open, 403, "", ""},
		{"named", app, named, 200, app, "true"},
		{"default not named", "http://localhost:3000", named, 403, "", ""},
	} {
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			t.Run(tc.name+" "+method, func(t *testing.T) {
				h := configured(t, tc.keys).Handler()
				header := map[string]string{}
				if tc.origin != "" {
					header["Origin"] = tc.origin
				}
				status := tc.status
				if method == http.MethodOptions {
					header["Access-Control-Request-Method"] = "PATCH"
					if status == 200 {
						status = 204
					}
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, request(method, "/", header))
				got := w.Header()
				if w.Code != status || got.Get("Access-Control-Allow-Origin") != tc.allow || got.Get("Access-Control-Allow-Credentials") != tc.credentials {
					t.Errorf("%d %v", w.Code, got)
				}
				if tc.allow != "" && (!strings.Contains(got.Get("Access-Control-Expose-Headers"), "X-Total-Count") || (tc.allow != "*" && got.Get("Vary") == "")) {
					t.Errorf("headers = %v", got)
				}
				if methods := got.Get("Access-Control-Allow-Methods"); status == 204 && !strings.Contains(methods, "PUT, PATCH, DELETE") {
					t.Errorf("methods = %q", methods)
				}
			})
		}
	}
}

func TestHosts(t *testing.T) {
	public := map[string]string{"server.allowed_hosts": "ratchet.example.com,*.tools.example.com"}
	for _, tc := range []struct {
		host string
		keys map[string]string
		want int
	}{
		{"127.0.0.1:8080", nil, 200},
		{"localhost", nil, 200},
		{"LOCALHOST:1", nil, 200},
		{"[::1]:8080", nil, 200},
		{"127.0.0.2", nil, 200},
		{"evil.example", nil, 403},
		{"localhost.evil.example", nil, 403},
		{"127.0.0.1.evil.example", nil, 403},
		{"127.0.0.1@evil.example", nil, 403},
		{"0.0.0.0:8080", nil, 403},
		{"192.168.1.1", nil, 403},
		{"", nil, 403},
		{"ratchet.example.com", public, 200},
		{"RATCHET.example.com:443", public, 200},
		{"a.tools.example.com", public, 200},
		{"tools.example.com", public, 403},
		{"xratchet.example.com", public, 403},
		{"ratchet.example.com.evil.example", public, 403},
		{"localhost:8080", public, 200},
	} {
		w := httptest.NewRecorder()
		configured(t, tc.keys).Handler().ServeHTTP(w, request("GET", "/", map[string]string{"Host": tc.host}))
		if w.Code != tc.want {
			t.Errorf("Host %q: %d, want %d", tc.host, w.Code, tc.want)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	s := configured(t, map[string]string{"server.trusted_proxies": "10.0.0.0/8"})
	for _, path := range []string{"/", "/live", "/nowhere", "/mcp", "/docs", "/api/v1/nowhere"} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, request("GET", path, nil))
		for key, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "strict-origin-when-cross-origin",
			"Permissions-Policy": "camera=()", "Content-Security-Policy": "frame-ancestors 'none'",
			"Strict-Transport-Security": "", "Server": "", "X-Powered-By": "",
		} {
			if got := w.Header().Get(key); (want == "") != (got == "") || !strings.Contains(got, want) {
				t.Errorf("%s: %s = %q, want %q", path, key, got, want)
			}
		}
		policy := w.Header().Get("Content-Security-Policy")
		for part := range strings.SplitSeq(policy, ";") {
			if part = strings.TrimSpace(part); strings.HasPrefix(part, "script-src") && (strings.Contains(part, "unsafe-inline") || strings.Contains(part, "*")) {
				t.Errorf("%s: inline scripts may run: %s", path, part)
			}
		}
	}
	r := request("GET", "/", map[string]string{"X-Forwarded-Proto": "https"})
	r.RemoteAddr = "10.1.2.3:4"
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if got := w.Header().Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
		t.Errorf("behind a proxy with TLS: %q", got)
	}
}

// TestAddressBehindProxies believes proxies of ours and nobody else.
func TestAddressBehindProxies(t *testing.T) {
	h := &requestFilter{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for _, tc := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:1", "198.51.100.1", "192.0.2.1:1"},
		{"10.0.0.1:1", "", "10.0.0.1:1"},
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1:0"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.1", "198.51.100.1:0"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1:0"},
		{"10.0.0.1:1", "127.0.0.1, evil", "10.0.0.1:1"},
		{"10.0.0.1:1", "10.0.0.3", "10.0.0.3:0"},
		{"[fd00::1]:1", "2001:db8::1", "[2001:db8::1]:0"},
		{"10.0.0.1:1", "::ffff:198.51.100.1", "198.51.100.1:0"},
	} {
		r := request("GET", "/", map[string]string{"X-Real-Ip": "1.1.1.1"})
		r.RemoteAddr = tc.remote
		if tc.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tc.forwarded)
		}
		h.proxy(r)
		if r.RemoteAddr != tc.want {
			t.Errorf("%s, forwarded for %q: %s, want %s", tc.remote, tc.forwarded, r.RemoteAddr, tc.want)
		}
		if strings.HasPrefix(tc.remote, "192.") && (r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("X-Real-Ip") != "") {
			t.Errorf("claims of a stranger are left: %v", r.Header)
		}
	}
}

func TestPathsAndHeaders(t *testing.T) {
	s := configured(t, nil)
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	for _, path := range []string{
		"/../etc/passwd", "/docs/../../etc/passwd", "/docs/%2e%2e/%2e%2e/etc/passwd", "/docs/..%2f..%2fetc/passwd",
		`/docs/..%5c..%5cwindows`, "/docs/%00", "/x%0d%0aSet-Cookie:%20a=b", "/docs/.%2e/x",
	} {
		res := raw(t, web.Listener.Addr().String(), "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		head, _, _ := strings.Cut(res, "\r\n\r\n")
		if !strings.HasPrefix(res, "HTTP/1.1 400") || strings.Contains(res, "root:") || strings.Contains(head, "Set-Cookie") {
			t.Errorf("%s: %.200s", path, res)
		}
	}
	for name, head := range map[string]string{
		"request id":   "X-Request-ID: a\tb\r\n",
		"long id":      "X-Request-ID: " + strings.Repeat("a", 200) + "\r\n",
		"id with text": "X-Request-ID: <script>\r\n",
	} {
		res := raw(t, web.Listener.Addr().String(), "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"+head+"\r\n")
		if !strings.HasPrefix(res, "HTTP/1.1 200") || !strings.Contains(res, "X-Request-Id: req_") {
			t.Errorf("%s: %.300s", name, res)
		}
	}
}

// raw sends bytes and returns all that is answered.
func raw(t *testing.T, address, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	all, _ := io.ReadAll(c)
	return string(all)
}

// live runs a server as the command line does and returns its address.
func live(t *testing.T, s *Server) string {
	t.Helper()
	ctx, end := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- s.ListenAndServe(ctx, func(address string) { ready <- address }) }()
	t.Cleanup(func() {
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case address := <-ready:
		return address
	case err := <-done:
		done <- nil
		t.Fatal(err)
		return ""
	}
}
