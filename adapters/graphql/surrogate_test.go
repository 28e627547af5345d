package graphql_test

import (
	"net/http"
	"net/url"
	"testing"
)

// TestHalfCharacters: a document that names half a character is refused, and
// whole ones are passed on as they are.
func TestHalfCharacters(t *testing.T) {
	l := serve(t)
	for text, ok := range map[string]bool{
		`"\uD83D\uDE00"`: true, `"\\uD800"`: true, `"\"\u0041"`: true, `"""\uD800"""`: true, `"a" # "\uD800"`: true,
		`"\uD800"`: false, `"\uDE00\uD83D"`: false, `"\uD83D\u0041"`: false, `"\uD83D"`: false, `"\\\udc00"`: false, `"\u{D800}"`: false,
	} {
		a := l.ask("{ tasks(category: "+text+"\n) { __typename } }", nil)
		if refused := a.Status == http.StatusUnprocessableEntity; refused == ok {
			t.Errorf("%s: %d %s", text, a.Status, a.Raw)
		}
	}
}

// TestVariablesByGetAreStrict: those in the query of a URL are read as those of
// a body.
func TestVariablesByGetAreStrict(t *testing.T) {
	l := serve(t)
	for text, want := range map[string]int{
		`{"a":1}`: http.StatusOK, `{"a":1,"a":2}`: http.StatusBadRequest, `{"a":"\ud800"}`: http.StatusBadRequest, `{} {}`: http.StatusBadRequest,
	} {
		q := url.Values{"query": {"{ __typename }"}, "variables": {text}}
		res, err := http.Get(l.url + "/graphql?" + q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d", text, res.StatusCode)
		}
	}
}
