package broker

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"ratchet"
	"ratchet/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open is a broker that may reach servers of the test.
func open(t *testing.T) *Broker {
	b := New(Config{
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, AllowPorts: []uint16{0},
		MaxResponseBytes: 1 << 16,
	})
	t.Cleanup(b.Close)
	return b
}

func fetch(s *Session, f runtime.FetchRequest) (*runtime.FetchResponse, *runtime.CallError) {
	if f.Method == "" {
		f.Method = "GET"
	}
	reply, err := s.Call(context.Background(), runtime.HostCall{Seq: 1, Kind: runtime.CallFetch, Fetch: &f})
	if err != nil {
		return nil, &runtime.CallError{Class: "closed", Message: err.Error()}
	}
	return reply.Fetch, reply.Error
}

func serve(t *testing.T, h http.HandlerFunc) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func TestFetch_refusesAddressesThatAreNotPublic(t *testing.T) {
	b := New(Config{})
	defer b.Close()
	for _, host := range []string{
		"127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
		"224.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]",
		"[2002:7f00:1::]", "[fd00:ec2::254]", "[fe80::1]", "[::]", "[ff02::1]",
	} {
		_, bad := fetch(b.Host(Policy{}), runtime.FetchRequest{URL: "http://" + host + "/", TimeoutMS: 2000})
		if bad == nil || bad.Class != "AuthorizationError" || bad.Code != "blocked_address" {
			t.Errorf("%s: %+v", host, bad)
		}
	}
	everything := New(Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}})
	defer everything.Close()
	for _, host := range []string{"169.254.169.254", "168.63.129.16", "[fd00:ec2::254]", "100.100.100.200", "192.0.0.192", "metadata.google.internal."} {
		if _, bad := fetch(everything.Host(Policy{}), runtime.FetchRequest{URL: "http://" + host + "/", TimeoutMS: 2000}); bad == nil || bad.Code != "blocked_address" {
			t.Errorf("%s with all private networks: %+v", host, bad)
		}
	}
	// However a resolver reads such a number, it must not lead to loopback.
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1"} {
		if response, bad := fetch(b.Host(Policy{}), runtime.FetchRequest{URL: "http://" + host + "/", TimeoutMS: 2000}); bad == nil {
			t.Errorf("%s: answered %d", host, response.Status)
		}
	}
}

func TestFetch_refusesBadRequests(t *testing.T) {
	s := open(t).Host(Policy{AllowHosts: []string{"ok.example", "*.good.example"}, DenyHosts: []string{"bad.good.example"}})
	tests := map[string]struct {
		request runtime.FetchRequest
		class   string
	}{
		"scheme":          {runtime.FetchRequest{URL: "file:///etc/passwd"}, "ValidationError"},
		"credentials":     {runtime.FetchRequest{URL: "http://u:p@ok.example/"}, "AuthorizationError"},
		"not listed":      {runtime.FetchRequest{URL: "http://other.example/"}, "AuthorizationError"},
		"suffix itself":   {runtime.FetchRequest{URL: "http://good.example/"}, "AuthorizationError"},
		"denied":          {runtime.FetchRequest{URL: "http://BAD.good.example./"}, "AuthorizationError"},
		"method":          {runtime.FetchRequest{Method: "TRACE", URL: "http://ok.example/"}, "ValidationError"},
		"line break":      {runtime.FetchRequest{URL: "http://ok.example/", Header: [][2]string{{"X-A", "b\r\nHost: evil"}}}, "ValidationError"},
		"header name":     {runtime.FetchRequest{URL: "http://ok.example/", Header: [][2]string{{"X A", "b"}}}, "ValidationError"},
		"framing header":  {runtime.FetchRequest{URL: "http://ok.example/", Header: [][2]string{{"Transfer-Encoding", "chunked"}}}, "ValidationError"},
		"unparsable":      {runtime.FetchRequest{URL: "http://[::1"}, "ValidationError"},
		"line break path": {runtime.FetchRequest{URL: "http://ok.example/\r\nX: y"}, "ValidationError"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, bad := fetch(s, test.request); bad == nil || bad.Class != test.class {
				t.Errorf("%+v, want %s", bad, test.class)
			}
		})
	}
}

func TestFetch_redirects(t *testing.T) {
	var seen http.Header
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { seen = r.Header.Clone() })
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		case "/other":
			http.Redirect(w, r, other, http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/same":
			http.Redirect(w, r, "/end", http.StatusFound)
		}
	})
	s := open(t).Host(Policy{})
	if _, bad := fetch(s, runtime.FetchRequest{URL: url + "/metadata"}); bad == nil || bad.Class != "AuthorizationError" {
		t.Errorf("metadata: %+v", bad)
	}
	if _, bad := fetch(s, runtime.FetchRequest{URL: url + "/loop"}); bad == nil || bad.Code != "too_many_redirects" {
		t.Errorf("loop: %+v", bad)
	}
	header := [][2]string{{"Authorization", "Bearer x"}, {"X-Api-Key", "k"}, {"Cookie", "a=b"}, {"X-Plain", "p"}}
	if _, bad := fetch(s, runtime.FetchRequest{Method: "POST", URL: url + "/other?q=private", Header: header, IdempotencyKey: "k"}); bad != nil {
		t.Fatal(bad)
	}
	if seen.Get("Authorization")+seen.Get("X-Api-Key")+seen.Get("Cookie")+seen.Get("Referer")+seen.Get("Idempotency-Key") != "" || seen.Get("X-Plain") != "p" {
		t.Errorf("headers after a redirect to another host: %v", seen)
	}
	if r, bad := fetch(s, runtime.FetchRequest{URL: url + "/same"}); bad != nil || !r.Redirected || r.URL != url+"/end" {
		t.Errorf("same host: %+v %+v", r, bad)
	}
	if r, bad := fetch(s, runtime.FetchRequest{URL: url + "/same", Redirect: "manual"}); bad != nil || r.Status != http.StatusFound {
		t.Errorf("manual: %+v %+v", r, bad)
	}
	if _, bad := fetch(s, runtime.FetchRequest{URL: url + "/same", Redirect: "error"}); bad == nil || bad.Class != "NetworkError" {
		t.Errorf("error: %+v", bad)
	}
}

func TestFetch_caps(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/body":
			w.Write(make([]byte, 1<<17))
		case "/chunked":
			for range 40 {
				w.Write(make([]byte, 1<<12))
				w.(http.Flusher).Flush()
			}
		case "/headers":
			w.Header().Set("X", strings.Repeat("x", 1<<18))
		case "/slow":
			<-r.Context().Done()
		case "/ok":
			w.Header().Set("X-Y", "z")
			w.Write([]byte("fine"))
		}
	})
	s := open(t).Host(Policy{})
	for path, class := range map[string]string{"/body": "DataError", "/chunked": "DataError", "/headers": "DataError", "/slow": "TimeoutError"} {
		request := runtime.FetchRequest{URL: url + path}
		if path == "/slow" {
			request.TimeoutMS = 50
		}
		if _, bad := fetch(s, request); bad == nil || bad.Class != class {
			t.Errorf("%s: %+v, want %s", path, bad, class)
		}
	}
	fetch(s, runtime.FetchRequest{URL: url + "/ok"})
	r, bad := fetch(s, runtime.FetchRequest{URL: url + "/ok"})
	if bad != nil || string(r.Body) != "fine" || !r.Timing.Reused || r.Timing.Done == 0 || r.StatusText != "OK" {
		t.Errorf("%+v %+v", r, bad)
	}
}

func TestSession_secrets(t *testing.T) {
	s := open(t).Host(Policy{Secrets: func(_ context.Context, name string) (Secret, *runtime.CallError) {
		switch name {
		case "KEY":
			return Secret{SecretGrant: ratchet.SecretGrant{Name: name, Value: `s3cr"et`, Readable: true, Version: 3}, Ref: "ref"}, nil
		case "GONE":
			return Secret{}, refuse("ConfigurationError", "missing", "no value")
		}
		return Secret{}, refuse("AuthorizationError", "undeclared", "not declared")
	}})
	get := func(name string) runtime.HostReply {
		reply, err := s.Call(t.Context(), runtime.HostCall{Kind: runtime.CallSecret, Secret: name})
		if err != nil {
			t.Fatal(err)
		}
		return reply
	}
	if r := get("OTHER"); r.Error == nil || r.Error.Class != "AuthorizationError" {
		t.Errorf("undeclared: %+v", r)
	}
	if r := get("GONE"); r.Error == nil || r.Error.Class != "ConfigurationError" {
		t.Errorf("missing: %+v", r)
	}
	if r := get("KEY"); r.Secret != `s3cr"et` || r.Version != 3 {
		t.Errorf("value: %+v", r)
	}
	if got := string(s.Mask([]byte(`{"a":"s3cr\"et","b":"s3cr%22et"}`))); got != `{"a":"***","b":"***"}` {
		t.Errorf("masked: %s", got)
	}
}

func TestSession_mocks(t *testing.T) {
	s := open(t).Host(Policy{Mock: &ratchet.Mock{HTTP: []ratchet.HTTPMock{
		{URL: "/PART", Response: []byte(`{"n":3}`)},
		{URL: "http://a.example/*", Response: []byte(`{"status":201,"headers":{"X-A":"b"},"body":"text"}`)},
		{URL: "http://a.example/exact", Response: []byte(`{"n":1}`), Times: 1},
		{URL: "http://b.example/", Error: "network"},
		{URL: "http://c.example/", Error: "timeout"},
		{URL: "http://d.example/", Method: "post", RequestBody: []byte(`{"x":1}`), Response: []byte(`{"ok":false}`)},
	}}})
	r, bad := fetch(s, runtime.FetchRequest{URL: "http://a.example/exact"})
	if bad != nil || string(r.Body) != `{"n":1}` || r.Status != 200 {
		t.Errorf("exact: %+v %+v", r, bad)
	}
	if r, bad = fetch(s, runtime.FetchRequest{URL: "http://a.example/exact"}); bad != nil || r.Status != 201 || string(r.Body) != "text" {
		t.Errorf("used up, pattern: %+v %+v", r, bad)
	}
	if r, bad = fetch(s, runtime.FetchRequest{URL: "http://z.example/some/part/"}); bad != nil || string(r.Body) != `{"n":3}` {
		t.Errorf("part: %+v %+v", r, bad)
	}
	if _, bad = fetch(s, runtime.FetchRequest{URL: "http://b.example/"}); bad == nil || bad.Class != "NetworkError" {
		t.Errorf("network: %+v", bad)
	}
	if _, bad = fetch(s, runtime.FetchRequest{URL: "http://c.example/"}); bad == nil || bad.Class != "TimeoutError" {
		t.Errorf("timeout: %+v", bad)
	}
	if r, bad = fetch(s, runtime.FetchRequest{Method: "POST", URL: "http://d.example/", Body: []byte(`{ "x": 1 }`)}); bad != nil || r.Status != 500 {
		t.Errorf("body: %+v %+v", r, bad)
	}
	_, bad = fetch(s, runtime.FetchRequest{Method: "POST", URL: "http://d.example/", Body: []byte(`{}`)})
	if bad == nil || bad.Class != "closed" || !strings.Contains(bad.Message, "nearest mock is POST http://d.example/") || len(s.Unmatched()) != 1 {
		t.Errorf("unmatched: %+v", bad)
	}
}
