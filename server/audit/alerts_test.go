package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/server/audit"
	"ratchet/storage"
)

func TestAlerts(t *testing.T) {
	db := store(t, "")
	c := &clock{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	bus := new(ratchet.Bus)
	sub := bus.Subscribe(0, func(e *ratchet.Event) bool { return e.Kind == "security.alert" })
	defer sub.Close()
	l, err := audit.Open(t.Context(), audit.Config{Store: db, Bus: bus, Now: c.read})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, l, db)
	alerts := func() (names []string) {
		happened, _ := sub.Take()
		for _, e := range happened {
			names = append(names, e.ID+" "+e.Data.(events.Alert).Principal)
		}
		return names
	}
	expect := func(what string, want ...string) {
		t.Helper()
		if got := alerts(); strings.Join(got, ",") != strings.Join(want, ",") {
			t.Errorf("%s: alerts %q, want %q", what, got, want)
		}
	}
	for i := range 4 {
		l.Note(t.Context(), audit.Entry{Type: audit.LoginFailed, IP: "192.0.2.1", User: "name" + string(rune('a'+i))})
	}
	expect("four failures")
	c.set(c.read().Add(time.Minute))
	l.Note(t.Context(), audit.Entry{Type: audit.LoginFailed, IP: "192.0.2.1", User: "x"})
	expect("one a minute later")
	for i := range 4 {
		l.Note(t.Context(), audit.Entry{Type: audit.LoginFailed, IP: "192.0.2." + string(rune('2'+i)), User: "ada"})
	}
	l.Note(t.Context(), audit.Entry{Type: audit.LoginFailed, IP: "192.0.2.9", User: "ada"})
	expect("five addresses at one name", "failed_logins user:ada")
	for range 10 {
		l.Note(t.Context(), audit.Entry{Type: audit.AccessDenied, Principal: "key:1"})
	}
	expect("ten refusals", "suspicious_activity key:1")
	p := ratchet.Principal{ID: "key:2"}
	for range 101 {
		l.ReadBytes(t.Context(), p, 1<<20)
		l.ReadBytes(t.Context(), ratchet.Local(), 1<<20)
	}
	expect("101 MB", "data_exfiltration key:2")
	if err := l.Record(t.Context(), audit.Entry{Type: audit.Login}); err != nil { // after all that is queued
		t.Fatal(err)
	}
	types := map[string]int{}
	for _, e := range entries(t, db) {
		types[e["type"].(string)]++
	}
	if types["access_denied"] != 10 || types["suspicious_activity"] != 2 || types["data_exfiltration"] != 1 {
		t.Errorf("entries of alerts: %v", types)
	}
}

func BenchmarkEnter(b *testing.B) {
	db, err := storage.Open(b.Context(), storage.Config{Path: filepath.Join(b.TempDir(), "a.db")})
	if err != nil {
		b.Fatal(err)
	}
	l, err := audit.Open(b.Context(), audit.Config{Store: db})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = errors.Join(l.Close(context.Background()), db.Close()) }()
	read := registry.Tool{Spec: registry.Spec{Name: "ratchet_list_templates", Toolset: "core", Effect: registry.Reads}}
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, leave, err := l.Enter(b.Context(), read, nil); err == nil {
				leave(nil, nil)
			}
		}
	})
	write := writes(registry.Spec{Name: "ratchet_create_task", Creates: true})
	for name, gates := range map[string][]registry.Gate{"write without": nil, "write with": {l}} {
		d := &registry.Deps{Store: db, Gates: gates}
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n++
				args, _ := json.Marshal(noteIn{Name: strings.ReplaceAll(name, " ", "_") + time.Now().Format("150405.000000000")})
				if _, err := registry.Invoke(b.Context(), d, write, args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
