package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/adapters/rest"
)

// TestIncompletePage: a search that stopped before the page was full leads on
// by its cursor only, whatever the total says.
func TestIncompletePage(t *testing.T) {
	type in struct {
		registry.ListIn
	}
	type item struct {
		ID string `json:"id"`
	}
	type out struct {
		Items []item `json:"items"`
		registry.ListOut
	}
	list := registry.Define(registry.Spec{
		Name: "ratchet_list_executions", Title: "List", Doc: "Lists what was found.", Toolset: "core", Category: "discovery", Effect: registry.Reads,
		Routes:  []registry.Route{{Method: "GET", Path: "/items", Field: "items"}},
		Filters: func() []ratchet.FilterField { return nil },
	}, func(_ context.Context, _ *registry.Deps, in in) (out, error) {
		q, err := in.Query("id")
		return out{Items: []item{{"a"}, {"b"}}, ListOut: registry.NewListOut(q, 20, "behind").Incomplete()}, err
	})
	reg, err := registry.New(list)
	if err != nil {
		t.Fatal(err)
	}
	h, err := rest.New(rest.Config{Registry: reg, Deps: &registry.Deps{Bus: new(ratchet.Bus)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	for query, spans := range map[string]string{"page=3&limit=5": "10-11", "_start=10&_end=15": "10-11", "limit=50": "0-1"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, rest.Prefix+"/items?"+query, http.NoBody))
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, `"hasNext":true`) || !strings.Contains(body, `"nextCursor":"behind"`) || !strings.Contains(body, `"note":"`) {
			t.Errorf("%s: %d %s", query, w.Code, body)
		}
		if got := w.Header().Get("Content-Range"); !strings.Contains(got, " "+spans+"/20") {
			t.Errorf("%s: Content-Range %q", query, got)
		}
		next, _, _ := strings.Cut(w.Header().Get("Link"), `>; rel="next"`)
		if !strings.Contains(next, "cursor=behind") || !strings.Contains(next, "limit=5") || strings.Contains(next, "page=") || strings.Contains(next, "_start") {
			t.Errorf("%s: Link %q", query, w.Header().Get("Link"))
		}
	}
}
