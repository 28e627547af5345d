package server

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"ratchet/adapters/openapi"
)

const browserAccepts = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// TestHome: a browser gets pages, a program JSON, of / and of what is not there.
func TestHome(t *testing.T) {
	s := configured(t, nil)
	ask := func(method, path, accept string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, request(method, path, map[string]string{"Accept": accept}))
		return w
	}
	for _, tc := range []struct {
		method, path, accept string
		status               int
		page                 bool
		has                  string
	}{
		{"GET", "/", browserAccepts, 200, true, "Healthy"},
		{"GET", "/", browserAccepts, 200, true, `<a href="/docs">`},
		{"GET", "/", browserAccepts, 200, true, "http://127.0.0.1"},
		{"GET", "/", "", 200, false, `"service":"ratchet"`},
		{"GET", "/", "*/*", 200, false, `"service":"ratchet"`},
		{"GET", "/", "application/json, text/html;q=0.5", 200, false, `"service":"ratchet"`},
		{"GET", "/nowhere", browserAccepts, 404, true, "there is nothing at this path"},
		{"GET", "/nowhere", browserAccepts, 404, true, `<a href="/">`},
		{"GET", "/nowhere", "*/*", 404, false, `"code":"NOT_FOUND"`},
		{"POST", "/live", browserAccepts, 405, false, `"code":"METHOD_NOT_ALLOWED"`},
		{"GET", "/api/v1/nowhere", browserAccepts, 404, false, `"statusCode":404`},
	} {
		w := ask(tc.method, tc.path, tc.accept)
		kind, body := w.Header().Get("Content-Type"), w.Body.String()
		if w.Code != tc.status || strings.HasPrefix(kind, "text/html") != tc.page || !strings.Contains(body, tc.has) {
			t.Errorf("%s %s for %q: %d %s, want %d with %s:\n%s", tc.method, tc.path, tc.accept, w.Code, kind, tc.status, tc.has, body)
		}
		if !tc.page && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s for %q is no JSON: %s", tc.method, tc.path, tc.accept, body)
		}
	}
	if w := ask("GET", "/", browserAccepts); w.Header().Get("Vary") != "Accept" {
		t.Errorf("Vary is %q: a cache would mix both forms", w.Header().Get("Vary"))
	}
}

// TestHome_notReady: the page says what is wrong, and what others sent is text.
func TestHome_notReady(t *testing.T) {
	s := configured(t, nil)
	s.draining.Store(true)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, request("GET", "/", map[string]string{"Accept": browserAccepts}))
	if !strings.Contains(w.Body.String(), "<b>Not ready</b>: draining") {
		t.Errorf("the page of a server that ends: %s", w.Body.String())
	}
	w = httptest.NewRecorder()
	r := request("GET", "/", map[string]string{"X-Request-Id": "<b>1</b>"})
	s.denyPage(w, r, errors.New("<script>alert(1)</script>"))
	if text := w.Body.String(); w.Code != 500 || strings.Contains(text, "<script>") || strings.Contains(text, "<b>1</b>") {
		t.Errorf("%d: %s", w.Code, text)
	}
}

// TestHome_described: the API's description has both forms of /.
func TestHome_described(t *testing.T) {
	s := configured(t, nil)
	text, err := openapi.Document(s.described())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]struct {
			Get struct {
				Responses map[string]struct{ Content map[string]any }
			}
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if got := doc.Paths["/"].Get.Responses["200"].Content; len(got) != 2 || got["application/json"] == nil || got["text/html"] == nil {
		t.Errorf("/ answers %v", got)
	}
}
