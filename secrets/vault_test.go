package secrets_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratchet"
	"ratchet/secrets"
	"ratchet/storage"
)

const value = "hunter2-hunter2-hunter2"

func open(t *testing.T, path, key string) (*secrets.Vault, *storage.DB) {
	t.Helper()
	db, err := storage.Open(t.Context(), storage.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // again, after the test's own
	v, err := secrets.Open(secrets.Config{Store: db, MasterKey: key, Values: map[string]string{"CONFIGURED": "configured-value"}})
	if err != nil {
		t.Fatal(err)
	}
	return v, db
}

func set(t *testing.T, v *secrets.Vault, name, value string) {
	t.Helper()
	if _, err := v.Set(t.Context(), ratchet.SecretUpdate{Name: name, Value: &value, TaskPatterns: []string{"report-*"}}); err != nil {
		t.Fatal(err)
	}
}

func grant(t *testing.T, v *secrets.Vault, name string) ratchet.SecretGrant {
	t.Helper()
	g, err := v.Grant(t.Context(), ratchet.SecretUse{Secret: name, TaskName: "report-daily"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestAtRest: no file of the data directory holds a value in any usual form,
// and the key is in a file of its own that nobody else may read.
func TestAtRest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratchet.db")
	v, db := open(t, path, "")
	if _, err := os.Stat(v.KeyFile()); err == nil {
		t.Error("there is a key before it is needed")
	}
	set(t, v, "A", value)
	set(t, v, "B", value)
	if g := grant(t, v, "A"); g.Value != value || g.Version != 1 {
		t.Fatalf("%+v", g)
	}
	a, _ := db.Secret(t.Context(), "A")
	b, _ := db.Secret(t.Context(), "B")
	if bytes.Equal(a.Sealed, b.Sealed) {
		t.Error("equal values have equal ciphertexts")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(v.KeyFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	files, _ := filepath.Glob(path + "*")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the driver removes its own files a moment after Close
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{value, hex.EncodeToString([]byte(value)), base64.StdEncoding.EncodeToString([]byte(value))} {
			if bytes.Contains(data, []byte(form)) {
				t.Errorf("%s holds the value", file)
			}
		}
	}
	again, _ := open(t, path, "")
	if g := grant(t, again, "B"); g.Value != value {
		t.Errorf("after a restart: %+v", g)
	}
}

// TestBoundToName: a ciphertext that somebody moved to another name does not
// decrypt.
func TestBoundToName(t *testing.T) {
	v, db := open(t, filepath.Join(t.TempDir(), "ratchet.db"), "")
	set(t, v, "A", value)
	set(t, v, "B", "another-value")
	a, _ := db.Secret(t.Context(), "A")
	if _, err := db.ChangeSecret(t.Context(), "B", func(s *storage.SealedSecret) error { s.Sealed = a.Sealed; return nil }); err != nil {
		t.Fatal(err)
	}
	if g := grant(t, v, "B"); g.Fault == nil || g.Fault.Code != ratchet.CodeConfig || g.Value != "" {
		t.Errorf("%+v", g)
	}
}

// TestWithoutKey: names are listed, every use is an error of configuration, and
// nothing new is encrypted beside what cannot be read.
func TestWithoutKey(t *testing.T) {
	other := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	for name, lose := range map[string]func(t *testing.T, keyFile string) (key string){
		"lost":  func(t *testing.T, file string) string { return remove(t, file) },
		"wrong": func(*testing.T, string) string { return other },
		"damaged": func(t *testing.T, file string) string {
			if err := os.WriteFile(file, []byte("nonsense"), 0o600); err != nil {
				t.Fatal(err)
			}
			return ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ratchet.db")
			v, db := open(t, path, "")
			set(t, v, "A", value)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			v, db = open(t, path, lose(t, v.KeyFile()))
			g := grant(t, v, "A")
			if g.Fault == nil || g.Fault.Code != ratchet.CodeConfig || g.Fault.Hint == "" || g.Value != "" {
				t.Errorf("a use: %+v", g)
			}
			page, err := db.ListSecrets(t.Context(), ratchet.Query{})
			if err != nil || len(page.Items) != 1 || v.Status(&page.Items[0]) != "locked" {
				t.Errorf("the list: %+v, %v", page, err)
			}
			text := value
			if _, err := v.Set(t.Context(), ratchet.SecretUpdate{Name: "B", Value: &text}); ratchet.CodeOf(err) != ratchet.CodeConfig {
				t.Errorf("a new value: %v", err)
			}
			if _, err := v.Rotate(t.Context(), ""); err == nil {
				t.Error("the key was rotated without the old one")
			}
			if err := v.Delete(t.Context(), "A"); err != nil {
				t.Error(err)
			}
		})
	}
}

func remove(t *testing.T, file string) string {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	return ""
}

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratchet.db")
	v, db := open(t, path, "")
	set(t, v, "A", value)
	set(t, v, "B", "another-value")
	before, _ := os.ReadFile(v.KeyFile())
	sealed, _ := db.Secret(t.Context(), "A")
	if n, err := v.Rotate(t.Context(), ""); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	after, _ := os.ReadFile(v.KeyFile())
	now, _ := db.Secret(t.Context(), "A")
	if bytes.Equal(before, after) || bytes.Equal(sealed.Sealed, now.Sealed) || sealed.KeyID == now.KeyID || now.Version != sealed.Version {
		t.Errorf("%+v became %+v", sealed.Secret, now.Secret)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	v, _ = open(t, path, "")
	if g := grant(t, v, "A"); g.Value != value {
		t.Errorf("%+v", g)
	}
	// From a file to a key of the operator's.
	own := hex.EncodeToString(bytes.Repeat([]byte{9}, 32))
	if _, err := v.Rotate(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	if g := grant(t, v, "B"); g.Value != "another-value" {
		t.Errorf("%+v", g)
	}
}

// TestRotateGivenKey: a key that the configuration gives is replaced by the
// operator, and the server says so.
func TestRotateGivenKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ratchet.db")
	first, second := strings.Repeat("01", 32), strings.Repeat("02", 32)
	v, db := open(t, path, first)
	set(t, v, "A", value)
	if _, err := v.Rotate(t.Context(), ""); ratchet.CodeOf(err) != ratchet.CodeInvalid {
		t.Errorf("%v", err)
	}
	if _, err := v.Rotate(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if g := grant(t, v, "A"); g.Value != value {
		t.Errorf("%+v", g)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	v, db = open(t, path, first)
	if g := grant(t, v, "A"); g.Fault == nil {
		t.Error("the old key still opens it")
	}
	_ = db.Close() // opened again below
	v, _ = open(t, path, second)
	if g := grant(t, v, "A"); g.Value != value {
		t.Errorf("%+v", g)
	}
	if files, _ := filepath.Glob(path + ".key*"); len(files) != 0 {
		t.Errorf("a given key was written to %v", files)
	}
}

// TestRotationThatWasCut: wherever a rotation ends by a crash, the key that
// opens the values is found again.
func TestRotationThatWasCut(t *testing.T) {
	for _, committed := range []bool{false, true} {
		t.Run(fmt.Sprint(committed), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ratchet.db")
			v, db := open(t, path, "")
			set(t, v, "A", value)
			old, _ := os.ReadFile(v.KeyFile())
			if _, err := v.Rotate(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			next, _ := os.ReadFile(v.KeyFile())
			_ = db.Close() // opened again below
			key, ahead := old, next
			if !committed { // the new key was written, and nothing is encrypted with it
				key, ahead = next, []byte(strings.Repeat("03", 32))
			}
			for file, text := range map[string][]byte{v.KeyFile(): key, v.KeyFile() + ".next": ahead} {
				if err := os.WriteFile(file, text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			v, _ = open(t, path, "")
			if g := grant(t, v, "A"); g.Value != value {
				t.Errorf("%+v", g)
			}
			set(t, v, "B", value)
		})
	}
}

func TestGrant(t *testing.T) {
	v, db := open(t, "", "")
	text, ctx := value, context.Background()
	_, err := v.Set(ctx, ratchet.SecretUpdate{Name: "A", Value: &text, TaskPatterns: []string{"report-*"}, Roles: []ratchet.Role{ratchet.RoleService}})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.HoldSecrets(ctx, "old-task", "CONFIGURED", "NOWHERE", "A"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		use  ratchet.SecretUse
		want string
	}{
		{ratchet.SecretUse{Secret: "A", TaskName: "report-x", Role: ratchet.RoleService}, value},
		{ratchet.SecretUse{Secret: "A", TaskName: "report-x", Role: ratchet.RoleAdmin}, "denied"},
		{ratchet.SecretUse{Secret: "A", TaskName: "report-x"}, "denied"},
		{ratchet.SecretUse{Secret: "A", TaskName: "other", Role: ratchet.RoleService}, "denied"},
		{ratchet.SecretUse{Secret: "A", TaskID: "old-task", TaskName: "other", Role: ratchet.RoleService}, "denied"},
		{ratchet.SecretUse{Secret: "CONFIGURED", TaskID: "old-task", TaskName: "other"}, "configured-value"},
		{ratchet.SecretUse{Secret: "CONFIGURED", TaskID: "new-task", TaskName: "other"}, "denied"},
		{ratchet.SecretUse{Secret: "NOWHERE", TaskID: "old-task"}, "config"},
	} {
		g, err := v.Grant(ctx, c.use)
		got := g.Value
		if err != nil {
			got = string(ratchet.CodeOf(err))
		} else if g.Fault != nil {
			got = string(g.Fault.Code)
		}
		if got != c.want {
			t.Errorf("%+v: %s, want %s", c.use, got, c.want)
		}
	}
	// Once it is bound, the binding alone counts.
	if _, err := v.Set(ctx, ratchet.SecretUpdate{Name: "CONFIGURED", TaskPatterns: []string{"elsewhere"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Grant(ctx, ratchet.SecretUse{Secret: "CONFIGURED", TaskID: "old-task", TaskName: "other"}); ratchet.CodeOf(err) != ratchet.CodeDenied {
		t.Errorf("bound elsewhere: %v", err)
	}
	if err := v.Delete(ctx, "CONFIGURED"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Grant(ctx, ratchet.SecretUse{Secret: "CONFIGURED", TaskID: "old-task", TaskName: "other"}); ratchet.CodeOf(err) != ratchet.CodeDenied {
		t.Errorf("bound no more: %v", err)
	}
}

func TestBadMasterKey(t *testing.T) {
	db, err := storage.Open(t.Context(), storage.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = secrets.Open(secrets.Config{Store: db, MasterKey: "hunter2"})
	if ratchet.CodeOf(err) != ratchet.CodeConfig || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}
