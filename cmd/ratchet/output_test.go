package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.yaml.in/yaml/v3"

	"ratchet"
)

func TestPrint_controlCharacters(t *testing.T) {
	value := map[string]any{"text": "a\x1b[2Jb\x7f\u0085\u202ec", "list": []map[string]any{{"k\x1b": "\x1b]0;t\x07"}}}
	for _, format := range []string{"table", "yaml"} {
		var out bytes.Buffer
		a := &app{stdout: &out, format: format}
		if err := a.print(value); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if i := strings.IndexFunc(out.String(), func(r rune) bool { return isControl(r) && r != '\n' }); i >= 0 {
			t.Errorf("%s: a control character at %d of %q", format, i, out.String())
		}
		var back map[string]any
		if format == "yaml" && (yaml.Unmarshal(out.Bytes(), &back) != nil || back["text"] != value["text"]) {
			t.Errorf("read back as %q", back["text"])
		}
		if !strings.Contains(out.String(), "[2Jb") {
			t.Errorf("%s: %q", format, out.String())
		}
	}
	var out bytes.Buffer
	(&app{stdout: &out}).printText("one\n\x1b[31mtwo")
	if got := out.String(); got != "one\n\\u001b[31mtwo\n" {
		t.Errorf("%q", got)
	}
}

func TestReached(t *testing.T) {
	for address, want := range map[string]struct {
		base string
		all  bool
		open bool
	}{
		"127.0.0.1:80":        {"http://127.0.0.1:80", false, false},
		"[::]:8080":           {"http://127.0.0.1:8080", true, true},
		"https://[::]:8080":   {"https://127.0.0.1:8080", true, false},
		"http://0.0.0.0:8080": {"http://127.0.0.1:8080", true, true},
		"192.0.2.1:9":         {"http://192.0.2.1:9", false, true},
	} {
		base, further, open := reached(address)
		if base != want.base || (further != "") != want.all || open != want.open {
			t.Errorf("%s: %s%s, open %v", address, base, further, open)
		}
	}
}

// TestDial_drainingServer: a server that shuts down is there, so nobody is told
// to start one.
func TestDial_drainingServer(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"the server is shutting down"}}`, http.StatusServiceUnavailable)
	}))
	t.Cleanup(web.Close)
	_, err := (&app{connect: web.URL}).dial(t.Context())
	e := ratchet.AsError(err)
	if e.Code != ratchet.CodeUnavailable || !strings.Contains(e.Message, "shutting down") || strings.Contains(e.Hint, "serve") {
		t.Errorf("%v, hint %q", err, e.Hint)
	}
}

func TestListing(t *testing.T) {
	rows := `{"items": [{"id": 7, "uuid": "01a2303f-ac1e-7748-b07f-f8b1d64824df", "name": "add\u001b[2J", "at": "2026-12-01T06:16:48.926Z", "tags": ["a"], "none": null, "note": "` + strings.Repeat("x", 50) + `", "on": true}], "pagination": {"page": 0}}`
	text, left, ok := toListing([]byte(rows), 60)
	want := "id  name          at                   on\n7   add\\u001b[2J  2026-12-01 06:16:48  true\n"
	if !ok || string(text) != want || strings.Join(left, " ") != "uuid tags none note" {
		t.Errorf("%q, left %v", text, left)
	}
	if text, _, ok = toListing([]byte(`{"items": [], "pagination": {}}`), 60); !ok || string(text) != "no items\n" {
		t.Errorf("%q", text)
	}
	if _, _, ok = toListing([]byte(`{"output": 1}`), 60); ok {
		t.Error("a result that is no list is shown as one")
	}
}

func TestClientFindings_manyTokens(t *testing.T) {
	for size, want := range map[int]string{100: findingOK, 5 * manyTokens: findingWarn} {
		for _, f := range clientFindings([]*mcp.Tool{{Name: "a", Description: strings.Repeat("x", size)}}) {
			if f.Status != want || (want == findingWarn) != strings.Contains(f.Hint, "tokens of each conversation") {
				t.Errorf("%d bytes: %+v", size, f)
			}
		}
	}
}
