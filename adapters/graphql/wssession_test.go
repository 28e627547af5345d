package graphql_test

import (
	"strings"
	"testing"
	"time"

	"ratchet/registry"

	"github.com/coder/websocket"

	"ratchet"
	"ratchet/adapters/graphql"
)

// TestSocketEnds: each breach of graphql-transport-ws ends the connection with
// the code that the protocol has for it.
func TestSocketEnds(t *testing.T) {
	web := of(t, graphql.Config{
		Registry: all(t), Deps: serve(t).server.Deps(), // with a database: a stream that fails gives its id back
		Limits: graphql.Limits{InitTimeout: 300 * time.Millisecond},
	})
	const hello = `{"type":"connection_init"}`
	const follow = `{"id":"1","type":"subscribe","payload":{"query":"subscription { taskEvents { kind } }"}}`
	for name, c := range map[string]struct {
		send []string
		want websocket.StatusCode
	}{
		"silence":                {nil, 4408},
		"a ping is no hello":     {[]string{`{"type":"ping"}`}, 4408},
		"hello twice":            {[]string{hello, hello}, 4429},
		"subscribe before hello": {[]string{follow}, 4401},
		"no JSON":                {[]string{`{`}, 4400},
		"a list":                 {[]string{`[]`}, 4400},
		"a key twice":            {[]string{hello, `{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":{"a":1,"a":2}}}`}, 4400},
		"half a character":       {[]string{hello, `{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","variables":{"a":"\ud800"}}}`}, 4400},
		"no type":                {[]string{hello, `{}`}, 4400},
		"another type":           {[]string{hello, `{"type":"start"}`}, 4400},
		"a payload of text":      {[]string{`{"type":"connection_init","payload":"x"}`}, 4400},
		"no id":                  {[]string{hello, `{"type":"subscribe","payload":{"query":"{ __typename }"}}`}, 4400},
		"no payload":             {[]string{hello, `{"id":"1","type":"subscribe"}`}, 4400},
		"a query of numbers":     {[]string{hello, `{"id":"1","type":"subscribe","payload":{"query":1}}`}, 4400},
		"complete nothing":       {[]string{hello, `{"type":"complete"}`}, 4400},
		"an id in use":           {[]string{hello, follow, follow}, 4409},
	} {
		t.Run(name, func(t *testing.T) {
			l := &live{t: t, url: web.url}
			conn := l.connect()
			for i, text := range c.send {
				if err := conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
					t.Fatal(err)
				}
				if i == 0 && text == hello && len(c.send) > 1 {
					if f := l.read(conn); f.Type != "connection_ack" {
						t.Fatalf("no welcome but %s", f.Type)
					}
				}
			}
			var err error
			for err == nil {
				_, _, err = conn.Read(t.Context())
			}
			if got := websocket.CloseStatus(err); got != c.want {
				t.Errorf("ended with %d, want %d: %v", got, c.want, err)
			}
		})
	}
}

// TestOperationsWithTheIDOfAnother: a client that ends an operation and uses its
// id at once hears what the new one says.
func TestOperationsWithTheIDOfAnother(t *testing.T) {
	l := serve(t)
	conn := l.dial(`{}`)
	for range 20 {
		l.write(conn, frame{ID: "1", Type: "subscribe", Payload: subscribe("subscription { taskEvents { kind } }", nil)})
		l.write(conn, frame{ID: "1", Type: "complete"})
	}
	l.write(conn, frame{ID: "1", Type: "subscribe", Payload: subscribe("{ __typename }", nil)})
	if got := l.read(conn); got.ID != "1" || got.Type != "next" || !strings.Contains(string(got.Payload), "Query") {
		t.Errorf("%+v: %s", got, got.Payload)
	}
	if got := l.read(conn); got.ID != "1" || got.Type != "complete" {
		t.Errorf("%+v: %s", got, got.Payload)
	}
}

// TestSilentSocketsAreDropped: a client that says hello and then answers no
// ping is taken for dead.
func TestSilentSocketsAreDropped(t *testing.T) {
	conn := of(t, graphql.Config{
		Registry: all(t), Deps: &registry.Deps{Bus: new(ratchet.Bus)}, Limits: graphql.Limits{KeepAlive: 100 * time.Millisecond},
	}).connect()
	err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"connection_init"}`))
	if err != nil {
		t.Fatal(err)
	}
	pings := 0
	for err == nil { // the test's own time limit ends this if nothing else does
		var text []byte
		if _, text, err = conn.Read(t.Context()); strings.Contains(string(text), `"ping"`) {
			pings++
		}
	}
	if pings == 0 {
		t.Errorf("there was no ping before %v", err)
	}
}
