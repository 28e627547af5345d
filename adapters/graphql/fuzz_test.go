package graphql_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/adapters/graphql"
)

type fuzzPart struct {
	PartID string   `json:"part_id"`
	Size   *int     `json:"size" jsonschema:"nullable"`
	Words  []string `json:"words,omitempty"`
}

type fuzzIn struct {
	TaskID   string          `json:"task_id"`
	Level    string          `json:"level,omitempty" jsonschema:"enum=low,enum=high"`
	MaxSize  int             `json:"max_size,omitempty" jsonschema:"default=3"`
	Ratio    float64         `json:"ratio,omitempty"`
	Deep     bool            `json:"deep,omitempty"`
	Parts    []fuzzPart      `json:"parts,omitempty"`
	Anything json.RawMessage `json:"anything,omitempty"`
}

type fuzzOut struct {
	Given fuzzIn          `json:"given"`
	First *fuzzPart       `json:"first,omitempty"`
	Raw   json.RawMessage `json:"raw"`
}

// fuzzHandler serves one tool that gives back what it got.
func fuzzHandler(tb testing.TB) *graphql.Handler {
	tb.Helper()
	r, err := registry.New(registry.Define(registry.Spec{
		Name: "ratchet_mirror", Title: "Mirror", Doc: "Gives back what it gets.", Toolset: "core", Category: "discovery", Effect: registry.Reads,
	}, func(_ context.Context, _ *registry.Deps, in fuzzIn) (fuzzOut, error) {
		if in.TaskID == "" {
			return fuzzOut{}, ratchet.Errorf(ratchet.CodeNotFound, "there is nothing")
		}
		out := fuzzOut{Given: in, Raw: in.Anything}
		if len(in.Parts) > 0 {
			out.First = &in.Parts[0]
		}
		if out.Raw == nil {
			out.Raw = json.RawMessage("null")
		}
		if out.Given.Anything == nil {
			out.Given.Anything = json.RawMessage("null")
		}
		return out, nil
	}))
	if err != nil {
		tb.Fatal(err)
	}
	h, err := graphql.New(graphql.Config{Registry: r, Deps: &registry.Deps{}, Introspection: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(h.Close)
	return h
}

// FuzzRequest: whatever a request holds, the answer is JSON and blames no
// fault of ours.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][2]string{
		{`{ mirror(taskId: 1) { given { taskId maxSize } raw } }`, `{}`},
		{`query($p: [fuzzPartInput!]) { mirror(taskId: "x", parts: $p) { first { partId size words } } }`, `{"p":[{"partId":"a","size":1}]}`},
		{`query($p: FuzzPartInput!) { mirror(taskId: "x", parts: [$p, {partId: 3, words: "one"}]) { first { partId size words } given { parts { words } } } }`, `{"p":{"partId":"a","size":null,"words":"w"}}`},
		{`query($a: JSON, $l: Level) { mirror(taskId: "x", anything: {a_b: [$a, null, 1e400]}, level: $l) { raw ...f } } fragment f on MirrorResult { given { anything level } }`, `{"a":{"x":[1,"\u0000"]},"l":"HIGH"}`},
		{`query($d: Boolean = true) { mirror(taskId: "x", deep: $d, ratio: 1) @include(if: $d) { __typename given @skip(if: $d) { ratio } } }`, `{"d":null}`},
		{`{ __schema { types { name fields { args { defaultValue } } } } __type(name: "fuzz") { kind } }`, `null`},
		{`{ mirror(taskId: """block "q" """, maxSize: -1, anything: """x""") { raw } }`, `{"unused":1}`},
		{`{ a: mirror(taskId: 99999999999999999999999, maxSize: 99999999999999999999) { raw } }`, `[]`},
		{"{ mirror(taskId: \"x\", anything: [[{}]], parts: []) { raw given { parts { partId } } } }", `{}`},
		{`subscription { x }`, `{}`},
		{`mutation { x }`, `{}`},
	} {
		f.Add(seed[0], seed[1])
	}
	h := fuzzHandler(f)
	f.Fuzz(func(t *testing.T, query, variables string) {
		if !json.Valid([]byte(variables)) {
			variables = "{}"
		}
		q, _ := json.Marshal(query)
		body := `{"query":` + string(q) + `,"variables":` + variables + `}`
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s\nanswered %s", body, w.Body)
		}
		if bytes.Contains(w.Body.Bytes(), []byte("INTERNAL_ERROR")) {
			t.Fatalf("%s\nanswered %s", body, w.Body)
		}
	})
}
