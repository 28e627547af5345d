package tools_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/schema"
	"ratchet/tools/toolstest"
)

// TestLeanForm plays an example of every tool in its lean form. The result says
// nothing that the whole one does not, conforms to what is offered of it, and
// is the whole one when that is asked for.
func TestLeanForm(t *testing.T) {
	played := 0
	for _, tool := range allTools(t).List() {
		lean := tool.Lean()
		if tool.Omits == nil || len(tool.Examples) == 0 {
			continue
		}
		t.Run(tool.Name, func(t *testing.T) {
			d := deps(t)
			ctx := registry.WithCaller(t.Context(), registry.Caller{Identity: ratchet.Local()})
			direct := toolstest.Direct(d.Tools, d)
			for _, s := range tool.Examples[0].Setup {
				_, _ = direct(ctx, s.Tool, s.Args) // may be one that fails
			}
			play := func(tool registry.Tool, args string) json.RawMessage {
				t.Helper()
				out, err := tool.Call(ctx, d, json.RawMessage(args))
				if err != nil {
					t.Fatal(err)
				}
				raw, err := json.Marshal(out)
				if err != nil {
					t.Fatal(err)
				}
				return raw
			}
			args := string(tool.Examples[0].Args)
			short := play(lean, args)
			conforms(t, lean.Out, short)
			conforms(t, lean.WholeResult(), short)
			played++
			if tool.Effect != registry.Reads {
				return
			}
			whole := read(t, play(tool, args))
			asked := strings.TrimSuffix(args, "}") + `,"verbose":true}`
			if args == "{}" {
				asked = `{"verbose":true}`
			}
			if all := read(t, play(lean, asked)); !reflect.DeepEqual(all, whole) {
				t.Errorf("verbose gives\n%v\nnot\n%v", all, whole)
			}
			escaped := strings.Replace(asked, `"verbose"`, `"verb\u006fse"`, 1)
			if all := read(t, play(lean, escaped)); !reflect.DeepEqual(all, whole) {
				t.Errorf("verbose with an escape gives\n%v\nnot\n%v", all, whole)
			}
			if !within(read(t, short), whole) {
				t.Errorf("the lean form\n%s\nsays what the whole one does not:\n%v", short, whole)
			}
		})
	}
	if played < 20 {
		t.Errorf("%d tools were played", played)
	}
}

func read(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return toolstest.Steady(v)
}

func conforms(t *testing.T, described, value json.RawMessage) {
	t.Helper()
	s, err := schema.Compile(described)
	if err != nil {
		t.Fatal(err)
	}
	if found := s.Validate(value); found != nil {
		t.Errorf("%s does not conform to %s: %v", value, described, found)
	}
}

// within says whether part is whole without some of its members and items.
func within(part, whole any) bool {
	switch part := part.(type) {
	case map[string]any:
		w, ok := whole.(map[string]any)
		for key, value := range part {
			other, has := w[key]
			ok = ok && has && within(value, other)
		}
		return ok
	case []any:
		w, ok := whole.([]any)
		for _, item := range part {
			for len(w) > 0 && !within(item, w[0]) {
				w = w[1:]
			}
			if len(w) == 0 {
				return false
			}
			w = w[1:]
		}
		return ok
	}
	return reflect.DeepEqual(part, whole)
}

type leanItem struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
}

type leanOut struct {
	Items  []leanItem      `json:"items"`
	ID     string          `json:"id"`
	Where  string          `json:"where"`
	Name   string          `json:"name"`
	Own    json.RawMessage `json:"own"`
	None   *int            `json:"none" jsonschema:"nullable"`
	Flag   bool            `json:"flag"`
	Empty  []string        `json:"empty"`
	Hidden string          `json:"hidden"`
}

type leanIn struct {
	Where  string   `json:"where,omitempty" shown:"-"`
	Name   string   `json:"name,omitempty" jsonschema_description:"long" shown:"short"`
	Status string   `json:"status,omitempty" jsonschema:"enum=queued,enum=pending" synonyms:"queued"`
	Fields []string `json:"fields,omitempty"`
	Any    any      `json:"any,omitempty"`
}

// TestLeanRules: what is left out of a result and of what is shown of the
// arguments, and what is not.
func TestLeanRules(t *testing.T) {
	tool := registry.Define(registry.Spec{
		Name: "ratchet_lean", Title: "Lean", Doc: "Call it.", Toolset: "core", Category: "discovery", Effect: registry.Reads,
		Omits: []string{"hidden", "flag=true", "items.label=@name", "items.detail{kind=plain}", "items[kind=noise]"},
	}, func(context.Context, *registry.Deps, leanIn) (leanOut, error) {
		return leanOut{
			Items: []leanItem{{"<a>", "<a>", "plain", "x"}, {"b", "B", "odd", "y"}, {Name: "c", Kind: "noise"}},
			ID:    "1", Where: "here", Name: "n", Own: json.RawMessage(`{"a":null,"b":[]}`), Flag: true, Empty: []string{}, Hidden: "h",
		}, nil
	}).Lean()
	for args, want := range map[string]string{
		`{}`:                          `{"items":[{"name":"<a>","kind":"plain"},{"name":"b","label":"B","kind":"odd","detail":"y"}],"id":"1","where":"here","name":"n","own":{"a":null,"b":[]}}`,
		`{"where":"here","name":"n"}`: `{"items":[{"name":"<a>","kind":"plain"},{"name":"b","label":"B","kind":"odd","detail":"y"}],"id":"1","name":"n","own":{"a":null,"b":[]}}`,
		`{"fields":["name"]}`:         `{"items":[{"name":"<a>","label":"<a>","kind":"plain","detail":"x"},{"name":"b","label":"B","kind":"odd","detail":"y"},{"name":"c","label":"","kind":"noise","detail":""}],"id":"1","where":"here","name":"n","own":{"a":null,"b":[]}}`,
	} {
		out, err := tool.Call(t.Context(), nil, json.RawMessage(args))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(out.(registry.Brief).JSON); got != want {
			t.Errorf("%s:\n%s, want\n%s", args, got, want)
		}
	}
	const shown = `{"type":"object","properties":{"name":{"type":"string","description":"short"},"status":{"type":"string","enum":["pending"]},` +
		`"fields":{"type":"array","items":{"type":"string"}},"any":{"type":["object","array","string","number","boolean","null"]},"verbose":{"type":"boolean"}},"additionalProperties":false}`
	if string(tool.In) != shown {
		t.Errorf("shown:\n%s, want\n%s", tool.In, shown)
	}
	_, err := tool.Call(t.Context(), nil, json.RawMessage(`{"status":"queued","vrbose":true}`))
	if body := ratchet.Body(err, ""); body.Field != "/vrbose" || body.Nearest != "verbose" {
		t.Errorf("%+v", body)
	}
}
