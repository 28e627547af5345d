package server

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"ratchet"
)

// TestLoginsCostTheSame: whether a name is known, may log in or has a password
// cannot be told from the work that a wrong guess makes. Work is measured in
// memory: a hash takes 48 MiB, and all the rest of a request far less.
func TestLoginsCostTheSame(t *testing.T) {
	l := lockedUp(t)
	for _, u := range []*ratchet.User{
		{Username: "locked", Role: ratchet.RoleUser, PasswordHash: "x"}, {Username: "nopassword", Role: ratchet.RoleUser, Active: true},
	} {
		if err := l.s.deps.Store.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	const hash = 48 << 20
	for _, name := range []string{"user", "nobody", "locked", "nopassword", "nobody@example.org"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a := l.send("POST", "/api/v1/auth/login", fmt.Sprintf(`{"username":%q,"password":"wrong horse battery"}`, name))
		runtime.ReadMemStats(&after)
		if a.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if work := after.TotalAlloc - before.TotalAlloc; work < hash || work > hash+hash/2 {
			t.Errorf("%s: a guess costs %d KiB, not one hash", name, work>>10)
		}
	}
}

var secretName = regexp.MustCompile(`(?i)(token|secret|password|csrf|signature|digest|hash|given|want|sum|mac)$`)

// TestSecretsAreComparedInConstantTime reads the code that checks credentials:
// values that are secret, or made of secrets, are compared by crypto/subtle or
// found by their digest, never by an operator that stops at the first byte
// that differs.
func TestSecretsAreComparedInConstantTime(t *testing.T) {
	compared := 0
	for _, dir := range []string{"auth", "../credential"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) < 3 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, path, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BinaryExpr:
					if (n.Op == token.EQL || n.Op == token.NEQ) && isSecret(n.X) && isSecret(n.Y) {
						t.Errorf("%s: secrets are compared by %s", set.Position(n.Pos()), n.Op)
					}
				case *ast.CallExpr:
					name := called(n.Fun)
					if name == "subtle.ConstantTimeCompare" || name == "hmac.Equal" {
						compared++
					}
					if (name == "bytes.Equal" || name == "strings.EqualFold" || name == "bytes.Compare" || name == "strings.Compare") && isSecret(n.Args[0]) {
						t.Errorf("%s: secrets are compared by %s", set.Position(n.Pos()), name)
					}
				}
				return true
			})
		}
	}
	if compared < 3 {
		t.Errorf("only %d comparisons are in constant time: what checks passwords, CSRF and one-time tokens?", compared)
	}
}

// isSecret says whether an operand is a variable with the name of a secret.
func isSecret(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name != "nil" && secretName.MatchString(e.Name)
	case *ast.SelectorExpr:
		return secretName.MatchString(e.Sel.Name)
	case *ast.CallExpr:
		return secretName.MatchString(called(e.Fun))
	}
	return false
}

func called(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return called(e.X) + "." + e.Sel.Name
	}
	return ""
}

// TestKeysAreKeptAsDigests: no copy of the database opens anything.
func TestKeysAreKeptAsDigests(t *testing.T) {
	l := lockedUp(t)
	key := l.send("POST", "/api/v1/api-keys", `{"name":"ci"}`, l.bearer("admin")...).field("key")
	a, cookie := l.login("user")
	if !l.open("X-API-Key", key) {
		t.Fatal("the key opens nothing")
	}
	_, secret, _ := strings.Cut(cookie, "=")
	files, err := filepath.Glob(filepath.Join(l.s.cfg.DataDir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // a folder
		}
		for name, value := range map[string]string{"key": key, "cookie": secret, "token": a.field("accessToken"), "password": testPassword} {
			if strings.Contains(string(text), value) {
				t.Errorf("the %s is in %s", name, filepath.Base(path))
			}
		}
	}
}
