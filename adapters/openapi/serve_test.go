package openapi_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ratchet/adapters/openapi"
)

func get(t *testing.T, h http.Handler, path string, want int, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != want {
		t.Fatalf("GET %s: %d, want %d", path, w.Code, want)
	}
	return w
}

func TestServe(t *testing.T) {
	h, err := openapi.New(openapi.Config{Tools: everything(t)})
	if err != nil {
		t.Fatal(err)
	}
	for path, kind := range map[string]string{
		"/api-docs/openapi.json": "application/json", "/api-docs/openapi.yaml": "application/yaml", "/docs": "text/html; charset=utf-8",
		"/docs/start.js": "text/javascript; charset=utf-8", "/docs/page.css": "text/css; charset=utf-8",
		"/docs/swagger-ui-bundle.js": "application/javascript", "/docs/swagger-ui.css": "text/css; charset=utf-8",
	} {
		w := get(t, h, path, 200)
		if got := w.Header().Get("Content-Type"); got != kind {
			t.Errorf("%s: %s, want %s", path, got, kind)
		}
		if w.Header().Get("ETag") == "" {
			t.Errorf("%s has no ETag", path)
			continue
		}
		get(t, h, path, http.StatusNotModified, "If-None-Match", w.Header().Get("ETag"))
	}
	get(t, h, "/docs/", http.StatusPermanentRedirect)
	for _, path := range []string{"/docs/none.js", "/api-docs/none", "/docsx", "/docs/../server.go"} {
		get(t, h, path, http.StatusNotFound)
	}
}

// TestPagePolicy: the page asks for nothing but this server, and holds no
// script its policy would have to allow.
func TestPagePolicy(t *testing.T) {
	h, err := openapi.New(openapi.Config{Tools: everything(t)})
	if err != nil {
		t.Fatal(err)
	}
	w := get(t, h, "/docs", 200)
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
	page := w.Body.String()
	if regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]`).MatchString(page) || regexp.MustCompile(`(?i)\son[a-z]+=|style=|https?://`).MatchString(page) {
		t.Errorf("the page holds what its policy forbids:\n%s", page)
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		get(t, h, m[1], 200)
	}
}
