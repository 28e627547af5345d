package rest_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/adapters/rest"
	"ratchet/events"
)

// faulty is a noun of which no event can be shown.
func faulty() events.Noun {
	return events.Noun{Name: "faulty", Kinds: []events.Kind{
		events.Show(events.Kind{Name: "faulty.happened"}, func(ratchet.Event) (struct{}, bool) { panic("planted") }),
	}}
}

// TestAPanicEndsItsStream plants an event that cannot be shown: the stream that
// shows it ends with a line in the log, and the others go on.
func TestAPanicEndsItsStream(t *testing.T) {
	var log bytes.Buffer
	whole := serve(t)
	deps := registry.Deps{Store: whole.server.Deps().Store, Bus: new(ratchet.Bus)}
	registry, err := whole.server.Registry().WithEvents(faulty())
	if err != nil {
		t.Fatal(err)
	}
	h, err := rest.New(rest.Config{Registry: registry, Deps: &deps, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	l := &live{t: t, url: web.URL}
	bad, good := l.stream(t, "/events?kinds=faulty"), l.stream(t, "/events?kinds=tools")
	deps.Bus.Publish(ratchet.Event{Kind: "faulty.happened"})
	if _, kind, data := bad.next(); kind != "" {
		t.Errorf("the stream goes on with %s %s", kind, data)
	}
	deps.Bus.Publish(ratchet.Event{Kind: "tools.changed"})
	if _, kind, _ := good.next(); kind != "tools.changed" {
		t.Errorf("another stream says %q", kind)
	}
	good.close()
	h.Close() // waits for the streams, and with them for the log
	if !strings.Contains(log.String(), "panic in a stream") || !strings.Contains(log.String(), "panic=planted") {
		t.Errorf("the log says %s", log.String())
	}
}
