package limit_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/server/limit"
)

// TestHTTP plays requests of unknown and known callers.
func TestHTTP(t *testing.T) {
	now := time.Now()
	type who struct{}
	cfg := limit.Config{
		Now: func() time.Time { return now }, MCP: "/mcp", Rules: limit.Rules{PerPath: map[string]int{"/slow": 2}},
		Who: func(ctx context.Context) ratchet.Principal { p, _ := ctx.Value(who{}).(ratchet.Principal); return p },
	}
	l := open(t, cfg)
	refuse := func(w http.ResponseWriter, r *http.Request, err error) {
		w.WriteHeader(ratchet.CodeOf(err).HTTPStatus())
	}
	app := l.LimitAuthenticated(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := registry.WithCaller(r.Context(), registry.Caller{Surface: "rest", Identity: cfg.Who(r.Context())})
		for range 2 { // the first call is paid with the request
			if n, _ := calls(ctx, l, reads, 1); n != 1 {
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			if r.URL.Path != "/twice" {
				break
			}
		}
	}), refuse)
	authenticate := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := ratchet.Principal{Role: ratchet.RoleAnonymous, IP: "192.0.2.9"}
		switch r.Header.Get("X-API-Key") {
		case "wrong":
			w.WriteHeader(http.StatusUnauthorized)
			return
		case "good":
			p = ratchet.Principal{ID: "key:1", Role: ratchet.RoleUser, IP: "192.0.2.9"}
		case "local":
			p = ratchet.Local()
		}
		app.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), who{}, p)))
	})
	handler := l.Wrap(authenticate, refuse)
	do := func(path, key string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = "192.0.2.9:1234"
		r.Header.Set("X-API-Key", key)
		ctx, ticket := limit.Begin(r.Context())
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r.WithContext(ctx))
		ticket.Describe(w.Header())
		return w
	}
	for i := range 30 { // known callers do not use up their address
		w := do("/", "good")
		want := http.StatusOK
		if i >= 20 {
			want = http.StatusTooManyRequests
		}
		if w.Code != want || w.Header().Get("X-RateLimit-Limit") != "120" || w.Header().Get("X-RateLimit-Remaining") != strconv.Itoa(max(0, 19-i)) {
			t.Fatalf("request %d: %d %v", i, w.Code, w.Header())
		}
		if reset, _ := strconv.ParseInt(w.Header().Get("X-RateLimit-Reset"), 10, 64); reset < now.Unix() || reset > now.Unix()+10 {
			t.Errorf("reset = %d", reset-now.Unix())
		}
		if (w.Header().Get("Retry-After") == "1") != (want == http.StatusTooManyRequests) {
			t.Errorf("Retry-After = %q", w.Header().Get("Retry-After"))
		}
	}
	for i := range 8 {
		if w := do("/", "wrong"); (w.Code == http.StatusTooManyRequests) != (i >= 5) {
			t.Errorf("wrong key %d: %d", i, w.Code)
		}
	}
	if w := do("/", "good"); w.Code != http.StatusTooManyRequests {
		t.Errorf("an address that guesses keys: %d", w.Code)
	}
	for _, path := range limit.Free() {
		if w := do(path, "none"); w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	now = now.Add(time.Minute)
	for i := range 4 {
		if w := do("/slow/x", "good"); (w.Code == http.StatusTooManyRequests) != (i >= 2) {
			t.Errorf("path %d: %d", i, w.Code)
		}
	}
	now = now.Add(time.Minute)
	admitted := 0
	for range 20 { // each request makes two calls
		if do("/twice", "good").Code == http.StatusOK {
			admitted++
		}
	}
	if admitted != 10 {
		t.Errorf("%d requests with two calls each, want 10", admitted)
	}
	for range 100 {
		if w := do("/", "local"); w.Code != http.StatusOK || w.Header().Get("X-RateLimit-Limit") != "" {
			t.Fatalf("the owner of the machine: %d", w.Code)
		}
	}
}

func BenchmarkEnter(b *testing.B) {
	l, err := limit.New(limit.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	for name, ctx := range map[string]context.Context{
		"open loopback": as("mcp", ratchet.Local()),
		"principal":     as("rest", ratchet.Principal{ID: "user:1", Role: ratchet.RoleUser, Tier: limit.TierUnlimited}),
		"rated":         as("mcp", ratchet.Principal{ID: "user:2", Role: ratchet.RoleAdmin, Tier: limit.TierPermissive}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, leave, err := l.Enter(ctx, reads, nil); err == nil {
					leave(nil, nil)
				}
			}
		})
	}
}
