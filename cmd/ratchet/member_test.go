package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"ratchet"
)

// memberOf is this process as one that works on dir.
func memberOf(t *testing.T, dir string, said *bytes.Buffer) *member {
	t.Helper()
	t.Setenv("RATCHET_EXECUTION_WORKERS_WARM", "0")
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	storeFlags(cmd.Flags())
	if err := cmd.Flags().Set("data-dir", dir); err != nil {
		t.Fatal(err)
	}
	m, err := (&app{stderr: said}).member(cmd, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMember_clock: the server of a command has the command's clock, which
// `bench server` moves.
func TestMember_clock(t *testing.T) {
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	storeFlags(cmd.Flags())
	moved := time.Now().Add(time.Hour)
	a := &app{stderr: &bytes.Buffer{}, now: func() time.Time { return moved }}
	m, err := a.member(cmd, map[string]string{"database.url": ":memory:", "execution.workers.warm": "0"})
	if err != nil {
		t.Fatal(err)
	}
	if got := joined(t, m).srv.Deps().Now(); !got.Equal(moved) {
		t.Errorf("the server's clock says %v, not %v", got, moved)
	}
}

func joined(t *testing.T, m *member) *place {
	t.Helper()
	s, err := m.join(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return s
}

func TestMember_versions(t *testing.T) {
	dir := t.TempDir()
	var said bytes.Buffer
	older, newer, migrated := memberOf(t, dir, &said), memberOf(t, dir, &bytes.Buffer{}), memberOf(t, dir, &bytes.Buffer{})
	older.version, newer.version, migrated.version = "1.0.0", "1.1.0", "1.1.0"
	migrated.schema++

	was := joined(t, older)
	if joined(t, newer).owner != nil {
		t.Error("a later version that does not stay took the directory over")
	}
	newer.stays = true
	now := joined(t, newer)
	if now.owner == nil {
		t.Fatal("a later version that stays did not take the directory over")
	}
	<-was.owner.Retired()
	if joined(t, older).conn == nil || !strings.Contains(said.String(), "restart this client") {
		t.Errorf("an older version of the same schema does not attach, or is not warned that there is a newer one: %s", said.String())
	}
	joined(t, migrated)
	<-now.owner.Retired()
	if _, err := older.join(t.Context()); err == nil || ratchet.AsError(err).Hint != "restart this client" {
		t.Errorf("a version of an older schema: %v", err)
	}
}

func TestMember_aServerMakesWayForALaterSchemaOnly(t *testing.T) {
	dir := t.TempDir()
	serves, newer := memberOf(t, dir, &bytes.Buffer{}), memberOf(t, dir, &bytes.Buffer{})
	serves.serves, newer.version, newer.stays = true, "99.0.0", true
	s := joined(t, serves)
	if joined(t, newer).owner != nil {
		t.Error("a later version of the same schema took the directory from a server")
	}
	if _, err := func() (*place, error) {
		other := memberOf(t, dir, &bytes.Buffer{})
		other.serves = true
		return other.join(t.Context())
	}(); err == nil ||
		!strings.Contains(err.Error(), "another ratchet server") {
		t.Errorf("a second server: %v", err)
	}
	newer.schema++
	if joined(t, newer).owner == nil {
		t.Error("a later schema did not take the directory over")
	}
	<-s.owner.Retired()
}

func TestLater(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1.0.1", "1.0.0", true},
		{"v2.0.0", "1.9.9", true},
		{"1.0.0", "1.0.0-rc1", true},
		{"1.0.0", "1.0.0", false},
		{"1.0.0", "1.0.1", false},
		{"", "1.0.0", false},
		{"1.0.0", "dev", false},
	} {
		if got := newerVersion(c.a, c.b); got != c.want {
			t.Errorf("later(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
