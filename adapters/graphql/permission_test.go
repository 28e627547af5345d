package graphql_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"ratchet/registry"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"ratchet"
	"ratchet/adapters/graphql"
)

type whoOut struct {
	Name    string `json:"name"`
	Surface string `json:"surface"`
	TraceID string `json:"trace_id"`
}

// guarded serves a tool that reads, one that writes and one for admins, to
// callers who say their role in a header or a token.
func guarded(t *testing.T, adminOnly bool) *live {
	t.Helper()
	who := func(ctx context.Context, _ *registry.Deps, _ struct{}) (whoOut, error) {
		c := registry.CallerFrom(ctx)
		return whoOut{Name: c.Identity.Name, Surface: c.Surface, TraceID: c.Trace.TraceID}, nil
	}
	spec := func(name, toolset string, effect registry.Effect) registry.Spec {
		return registry.Spec{Name: name, Title: name, Doc: "Tells who calls.", Toolset: toolset, Category: "discovery", Effect: effect}
	}
	r, err := registry.New(
		registry.Define(spec("ratchet_read", "core", registry.Reads), who), registry.Define(spec("ratchet_write", "core", registry.Writes), who),
		registry.Define(spec("ratchet_rule", "admin", registry.Reads), who),
		registry.Define(spec("ratchet_panic", "core", registry.Reads), func(context.Context, *registry.Deps, struct{}) (whoOut, error) { panic("a secret of ours") }),
	)
	if err != nil {
		t.Fatal(err)
	}
	return of(t, graphql.Config{
		Registry: r, Deps: &registry.Deps{Gates: []registry.Gate{registry.Permission{}}}, Introspection: true, Playground: true, AdminOnly: adminOnly,
		Principal: func(r *http.Request) ratchet.Principal {
			role := r.Header.Get("X-Role")
			return ratchet.Principal{Name: role, Role: ratchet.Role(role)}
		},
		Authenticate: func(_ context.Context, token string) (ratchet.Principal, error) {
			if token != "good" {
				return ratchet.Principal{}, ratchet.Errorf(ratchet.CodeUnauthenticated, "the token is not known")
			}
			return ratchet.Principal{Name: "token", Role: ratchet.RoleUser}, nil
		},
	})
}

func TestPermission(t *testing.T) {
	l := guarded(t, true)
	ask := func(role, query string) answer {
		return l.post(`{"query":"`+query+`"}`, "Content-Type", "application/json", "X-Role", role,
			"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Request-Id", "r1")
	}
	a := ask("readonly", "{ read { name surface traceId } rule { name } }")
	if string(a.Data) != `{"read":{"name":"readonly","surface":"graphql","traceId":"0af7651916cd43dd8448eb211c80319c"},"rule":null}` ||
		len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "FORBIDDEN" || a.Errors[0].Extensions.RequestID != "r1" {
		t.Errorf("one field is denied: %s", a.Raw)
	}
	for role, want := range map[string]string{"readonly": "FORBIDDEN", "anonymous": "UNAUTHORIZED", "": "UNAUTHORIZED", "user": ""} {
		a := ask(role, "mutation { write { name } }")
		code := ""
		if len(a.Errors) > 0 {
			code = a.Errors[0].Extensions.Code
		}
		if code != want {
			t.Errorf("%q writes: %s", role, a.Raw)
		}
	}
	for role, want := range map[string]bool{"admin": true, "user": false} {
		if a := ask(role, "{ __schema { queryType { name } } }"); (len(a.Errors) == 0) != want {
			t.Errorf("%q reads the schema: %s", role, a.Raw)
		}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, l.url+"/graphql", nil)
		r.Header.Set("Accept", "text/html")
		r.Header.Set("X-Role", role)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if (res.StatusCode == http.StatusOK) != want {
			t.Errorf("%q sees the page: %d", role, res.StatusCode)
		}
	}
	if a := ask("admin", "{ panic { name } read { name } }"); len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "INTERNAL_ERROR" ||
		strings.Contains(a.Raw, "secret") || !strings.Contains(string(a.Data), `"read":{"name":"admin"}`) {
		t.Errorf("a panic: %s", a.Raw)
	}
}

// TestSocketLogin: who connects says who it is in the first message.
func TestSocketLogin(t *testing.T) {
	l := guarded(t, false)
	for hello, want := range map[string]string{
		`{"token":"good"}`: `"name":"token"`, `{"Authorization":"Bearer good"}`: `"name":"token"`, `{"X-API-Key":"good"}`: `"name":"token"`,
	} {
		c := l.dial(hello)
		l.write(c, frame{ID: "1", Type: "subscribe", Payload: subscribe(`mutation { write { name } }`, nil)})
		if f := l.read(c); !strings.Contains(string(f.Payload), want) {
			t.Errorf("%s: %s %s", hello, f.Type, f.Payload)
		}
	}
	for hello, why := range map[string]string{`{"token":"bad"}`: "not known", `{}`: "authentication required"} {
		l.turnedAway(hello, why)
	}
}

// turnedAway connects with a hello that is refused.
func (l *live) turnedAway(hello, why string) {
	t := l.t
	c := l.connect()
	l.write(c, frame{Type: "connection_init", Payload: []byte(hello)})
	for {
		var f frame
		if err := wsjson.Read(t.Context(), c, &f); err != nil {
			if !strings.Contains(err.Error(), why) || websocket.CloseStatus(err) != 4403 {
				t.Errorf("the connection ended with %v", err)
			}
			return
		}
		if f.Type == "connection_ack" {
			t.Fatalf("%s was taken", hello)
		}
	}
}

// TestManyOperationsOnOneSocket are bounded.
func TestManyOperationsOnOneSocket(t *testing.T) {
	l := serve(t)
	c := l.dial(`{}`)
	for i := range 101 {
		l.write(c, frame{ID: strings.Repeat("x", i+1), Type: "subscribe", Payload: subscribe(`subscription { taskEvents { kind } }`, nil)})
	}
	for {
		f := l.read(c)
		if strings.Contains(string(f.Payload), "operations are open") {
			return
		}
	}
}

// TestStreamsAreBounded: one more than there may be is told to come back.
func TestStreamsAreBounded(t *testing.T) {
	l := of(t, graphql.Config{Registry: all(t), Deps: &registry.Deps{Bus: new(ratchet.Bus)}, Limits: graphql.Limits{Connections: 1}})
	l.dial(`{}`)
	_, res, err := websocket.Dial(t.Context(), l.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library does
	if err == nil || res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a second stream: %v", err)
	}
}
