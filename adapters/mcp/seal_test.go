package mcp

import (
	"strings"
	"testing"

	"ratchet/storage"
)

func TestSealedStateCannotBeForged(t *testing.T) {
	t.Parallel()
	db, err := storage.Open(t.Context(), storage.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := openSealer(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := s.close("a", "secret")
	if err != nil || strings.Contains(sealed, "secret") {
		t.Fatal(sealed, err)
	}
	if got, err := s.open("a", sealed); err != nil || got != "secret" {
		t.Error(got, err)
	}
	next, err := openSealer(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := next.open("a", sealed); err != nil || got != "secret" {
		t.Error("the next owner of the data cannot open it:", got, err)
	}
	for _, bad := range []struct{ tool, state string }{{"b", sealed}, {"a", sealed + "-TAMPERED"}, {"a", sealed[:8]}, {"a", ""}} {
		if _, err := s.open(bad.tool, bad.state); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
