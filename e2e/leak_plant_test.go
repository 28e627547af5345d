package e2e_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
)

// hidden is a secret and the place where it was put.
type hidden struct{ name, value string }

// evidence is what left the program, by where it was seen, and the secrets
// that must not be in it.
type evidence struct {
	mu      sync.Mutex
	secrets []hidden
	pieces  map[string][]byte
}

// plant makes a secret that no text holds by chance. Its signs are those that
// the forms of texts spell in other ways.
func (e *evidence) plant(name string) string {
	return e.know(name, `pl<"`+rand.Text()+`"&/+é=`)
}

// plantWord is plant with letters only, for where signs cannot be.
func (e *evidence) plantWord(name string) string { return e.know(name, "pl"+rand.Text()) }

// know adds a secret that the program made.
func (e *evidence) know(name, value string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.secrets = append(e.secrets, hidden{name, value})
	return value
}

// saw keeps what was seen at a place.
func (e *evidence) saw(where string, texts ...[]byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pieces == nil {
		e.pieces = map[string][]byte{}
	}
	for _, text := range texts {
		e.pieces[where] = append(append(e.pieces[where], text...), '\n')
	}
}

// sawOnce is saw for the answer that shows a new secret to who made it: once.
func (e *evidence) sawOnce(t *testing.T, where string, answer []byte, secret string) {
	t.Helper()
	if n := bytes.Count(answer, []byte(secret)); n != 1 {
		t.Errorf("%s shows the new secret %d times", where, n)
	}
	e.saw(where, bytes.ReplaceAll(answer, []byte(secret), nil))
}

// scan looks for each secret in each piece, in every form and in parts.
func (e *evidence) scan(t *testing.T) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	begin := map[[8]byte][]trace{} // of the forms: one pass over a piece finds all
	for _, secret := range e.secrets {
		for form, text := range secret.forms() {
			key := [8]byte([]byte(text))
			begin[key] = append(begin[key], trace{secret.name, form, []byte(text)})
		}
	}
	size := 0
	for where, piece := range e.pieces {
		size += len(piece)
		told := map[string]bool{}
		for at := 0; at+8 <= len(piece); at++ {
			for _, found := range begin[[8]byte(piece[at:])] {
				if told[found.name] || !bytes.HasPrefix(piece[at:], found.text) {
					continue
				}
				told[found.name] = true
				t.Errorf("%s is in %s (%s): …%q…", found.name, where, found.form, piece[max(0, at-150):min(len(piece), at+len(found.text)+60)])
			}
		}
	}
	if size == 0 {
		t.Fatal("nothing was seen")
	}
	t.Logf("%d secrets are in none of %d places, %d KiB", len(e.secrets), len(e.pieces), size>>10)
}

// trace is a text that stands for a secret.
type trace struct {
	name, form string
	text       []byte
}

// part is how much of a secret is too much, in bytes.
const part = 20

// forms are the texts that stand for a secret, by name.
func (p hidden) forms() map[string]string {
	raw := []byte(p.value)
	in := func(escape bool) string {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(escape)
		_ = enc.Encode(p.value)
		return strings.Trim(strings.TrimSpace(b.String()), `"`)
	}
	forms := map[string]string{
		"plain": p.value, "json": in(false), "json for html": in(true), "html": html.EscapeString(p.value),
		"query": url.QueryEscape(p.value), "path": url.PathEscape(p.value), "go": strings.Trim(fmt.Sprintf("%q", p.value), `"`),
		"hex": hex.EncodeToString(raw), "HEX": strings.ToUpper(hex.EncodeToString(raw)),
	}
	for before := range 3 {
		for name, enc := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			text := enc.EncodeToString(append(make([]byte, before), raw...))
			forms[fmt.Sprintf("%s behind %d", name, before)] = text[4*((before+2)/3) : (before+len(raw))*8/6]
		}
	}
	for at := 0; at+part <= len(p.value); at += part / 2 {
		forms[fmt.Sprintf("part at %d", at)] = p.value[at : at+part]
	}
	return forms
}

// file writes content to a new file only its owner reads.
func file(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := dir + "/" + name
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
