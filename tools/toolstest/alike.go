package toolstest

import (
	"encoding/json"
	"iter"
	"reflect"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/thorough"
)

// Alike plays examples of every tool, and a call of each that is refused,
// through a surface and directly, each with a fresh server, and fails where
// they differ in the value or in the code of the error. Results of the surface
// are checked against the tool's output schema too. SomeExamples says which.
func Alike(t *testing.T, r *registry.Registry, direct, surface New) {
	for tool, ex := range SomeExamples(r) {
		t.Run(tool.Name+"/"+ex.Title, func(t *testing.T) {
			want, wantCode := answered(t, direct(t), ex.Setup, tool.Name, ex.Args)
			got, code := answered(t, surface(t), ex.Setup, tool.Name, ex.Args)
			if code != wantCode {
				t.Fatalf("the surface answers %q, a direct call %q", code, wantCode)
			}
			if code == "" {
				checkOut(t, tool, got)
			}
			same(t, want, got)
		})
	}
	directly, overSurface := direct(t), surface(t) // what is refused changes nothing
	for _, tool := range r.List() {
		t.Run(tool.Name+"/unknown argument", func(t *testing.T) {
			args := json.RawMessage(`{"no_such_argument":1}`)
			_, want := answered(t, directly, nil, tool.Name, args)
			_, got := answered(t, overSurface, nil, tool.Name, args)
			if want != got || got == "" {
				t.Errorf("the surface answers %q, a direct call %q", got, want)
			}
		})
	}
}

// SomeExamples are those that a further surface plays: in a thorough test all, else
// the first of every sixth tool.
func SomeExamples(r *registry.Registry) iter.Seq2[registry.Tool, registry.Example] {
	return func(yield func(registry.Tool, registry.Example) bool) {
		for _, tool := range sampled(r) {
			for _, ex := range tool.Examples[:min(thorough.Of(1, len(tool.Examples)), len(tool.Examples))] {
				if !yield(tool, ex) {
					return
				}
			}
		}
	}
}

// sampled are the tools that a further surface plays: in a thorough test all,
// else every sixth.
func sampled(r *registry.Registry) []registry.Tool {
	var some []registry.Tool
	for i, tool := range r.List() {
		if i%thorough.Of(6, 1) == 0 {
			some = append(some, tool)
		}
	}
	return some
}

// answered makes the calls of a set-up, which may hold executions that fail, and
// one more; it returns its result or the code of its error.
func answered(t *testing.T, call Call, setup []registry.Call, tool string, args json.RawMessage) (json.RawMessage, ratchet.Code) {
	t.Helper()
	for _, s := range setup {
		_, _ = call(t.Context(), s.Tool, s.Args)
	}
	out, err := call(t.Context(), tool, args)
	if err != nil {
		return nil, ratchet.AsError(err).Code
	}
	return out, ""
}

// same fails unless two results are equal but for what no two runs share.
func same(t *testing.T, want, got json.RawMessage) {
	t.Helper()
	var w, g any
	if want == nil && got == nil {
		return
	}
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatalf("a direct call answers no JSON: %v", err)
	}
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("the surface answers no JSON: %v", err)
	}
	w, g = bare(Steady(w)), bare(Steady(g))
	if !reflect.DeepEqual(w, g) {
		pretty := func(v any) []byte { data, _ := json.MarshalIndent(v, "", " "); return data }
		t.Errorf("a direct call answers\n%s\nthe surface\n%s", pretty(w), pretty(g))
	}
}

// bare leaves out nulls: GraphQL answers every field, null or not.
func bare(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value == nil {
				delete(v, key)
				continue
			}
			v[key] = bare(value)
		}
	case []any:
		for i := range v {
			v[i] = bare(v[i])
		}
	}
	return v
}
