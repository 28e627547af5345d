package mask_test

import (
	"strings"
	"testing"

	"ratchet/mask"
)

func TestSecrets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                     "",
		"a plain text":                         "a plain text",
		"key rk_0123456789abcdefABCDEF here":   "key rk_*** here",
		"Bearer abcdefgh12345678":              "Bearer ***",
		"authorization: Basic dXNlcjpwYXNz":    "authorization: *** ***",
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.": "***",
		"postgres://ada:s3cret@db:5432/x":      "postgres://***@db:5432/x",
		`{"password":"a b c","user":"ada"}`:    `{"password":***,"user":"ada"}`,
		"db_password=s3cret&x=1":               "db_password=***&x=1",
		"api-key: 12345":                       "api-key: ***",
		"password: must have 12 characters":    "password: must have 12 characters",
		"the token is not known":               "the token is not known",
		"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY----- rest": "*** rest",
	} {
		if got := mask.Secrets(text); got != want {
			t.Errorf("Secrets(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestInternals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"open /var/lib/ratchet/ratchet.db: no such file":     "open [path]: no such file",
		`unlink "/home/ada/x y": busy`:                       `unlink "[path] y": busy`,
		"argument /limit must be a number":                   "argument /limit must be a number",
		"GET /api/v1/tasks":                                  "GET /api/v1/tasks",
		"SELECT uuid FROM tasks WHERE id = 1; more":          "[statement]; more",
		"select a template from the list":                    "select a template from the list",
		"panic at /usr/src/x.go:12":                          "panic at [path]:12",
		"boom server/x.go:12 goroutine 5 [running]:\nmain.x": "boom [source] [stack]",
	} {
		if got := mask.Internals(text); got != want {
			t.Errorf("Internals(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzSecrets(f *testing.F) {
	f.Add("password=x rk_0123456789abcdef0123 Bearer abc12345678")
	f.Fuzz(func(t *testing.T, text string) {
		if key := "rk_0123456789abcdef0123"; strings.Contains(mask.Internals(text+" "+key), key) {
			t.Errorf("the key is left in %q", text)
		}
	})
}
