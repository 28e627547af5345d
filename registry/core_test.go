package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"ratchet/registry"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

type echoIn struct {
	Text  string   `json:"text" jsonschema:"maxLength=10"`
	Times int      `json:"times,omitempty" jsonschema:"minimum=1,maximum=5,default=2"`
	Tags  []string `json:"tags,omitempty"`
}

type echoOut struct {
	Text string `json:"text"`
}

func echo(spec registry.Spec) registry.Tool {
	spec.Title, spec.Doc, spec.Category = "Echo", "Call this to echo.", "discovery"
	if spec.Toolset == "" {
		spec.Toolset = "core"
	}
	if spec.Effect == 0 {
		spec.Effect = registry.Reads
	}
	spec.Examples = []registry.Example{{Title: "once", Args: json.RawMessage(`{"text":"hi"}`)}}
	return registry.Define(spec, func(_ context.Context, _ *registry.Deps, in echoIn) (echoOut, error) {
		if in.Text == "panic" {
			panic("a secret of ours")
		}
		return echoOut{strings.Repeat(in.Text, in.Times)}, nil
	})
}

func TestCallMendsAndExplains(t *testing.T) {
	tool := echo(registry.Spec{Name: "ratchet_echo", Failure: "status_retrieval_error"})
	var notes []string
	ctx := registry.WithCaller(t.Context(), registry.Caller{Note: func(n string) { notes = append(notes, n) }})
	for args, want := range map[string]string{
		`{"text":"a"}`: "aa", `{"text":"a","times":"3"}`: "aaa", `{"text":"a","times":null}`: "aa",
		`{"text":"a","times":1.0,"tags":"x"}`: "a", `{"text":"a","times":1.0}`: "a",
	} {
		out, err := tool.Call(ctx, nil, json.RawMessage(args))
		if err != nil || out != (echoOut{want}) {
			t.Errorf("%s: %v %v", args, out, err)
		}
	}
	if len(notes) == 0 {
		t.Error("coercions were not noted")
	}
	for args, want := range map[string]ratchet.ErrorBody{
		`{"txt":"a"}`:              {Message: `argument txt is not known; did you mean "text"?`, Field: "/txt", Nearest: "text"},
		`{}`:                       {Message: "argument text is required", Field: "/text"},
		`{"text":"a","times":9}`:   {Message: "argument times must be at most 5, is 9", Field: "/times"},
		`{"text":"a","times":"x"}`: {Message: "argument times must be integer, is string", Field: "/times"},
		`{"text"`:                  {Message: "the arguments are not JSON: it ends early"},
		`[]`:                       {Message: "the arguments: must be object, is array"},
	} {
		_, err := tool.Call(ctx, nil, json.RawMessage(args))
		body := ratchet.Body(err, "")
		if body.Code != "VALIDATION_ERROR" || body.Message != want.Message || body.Field != want.Field || body.Nearest != want.Nearest || body.Hint == "" {
			t.Errorf("%s: %+v", args, body)
		}
		example, _ := body.Example.(map[string]any)
		corrected, _ := example["arguments"].(json.RawMessage)
		if _, err := tool.Call(ctx, nil, corrected); err != nil {
			t.Errorf("%s: the corrected call %s fails: %v", args, corrected, err)
		}
	}
	_, err := tool.Call(ctx, nil, json.RawMessage(`{"text":"panic"}`))
	body, _ := json.Marshal(ratchet.Body(err, "r1"))
	if ratchet.CodeOf(err) != ratchet.CodeInternal || strings.Contains(string(body), "secret") || !strings.Contains(string(body), "status_retrieval_error") {
		t.Errorf("panic: %s", body)
	}
}

func TestSelection(t *testing.T) {
	r, err := registry.New(
		echo(registry.Spec{Name: "ratchet_echo", Aliases: []string{"ratchet.say"}}),
		echo(registry.Spec{Name: "ratchet_wipe", Effect: registry.Destroys}),
		echo(registry.Spec{Name: "ratchet_cancel", Toolset: "control", Effect: registry.Writes}),
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   registry.Selection
		want []string
	}{
		"default":   {registry.Selection{}, []string{"ratchet_echo", "ratchet_wipe"}},
		"all":       {registry.Selection{Toolsets: []string{"all"}}, []string{"ratchet_cancel", "ratchet_echo", "ratchet_wipe"}},
		"only":      {registry.Selection{Only: []string{"ratchet.cancel"}}, []string{"ratchet_cancel"}},
		"of groups": {registry.Selection{Toolsets: []string{"core"}, Only: []string{"ratchet_cancel", "ratchet_echo"}}, []string{"ratchet_echo"}},
		"to core":   {registry.Selection{Tools: []string{"ratchet_cancel"}}, []string{"ratchet_cancel", "ratchet_echo", "ratchet_wipe"}},
		"added":     {registry.Selection{Toolsets: []string{"core"}, Tools: []string{"ratchet_cancel"}}, []string{"ratchet_cancel", "ratchet_echo", "ratchet_wipe"}},
		"excluded":  {registry.Selection{Only: []string{"ratchet_echo"}, Exclude: []string{"ratchet.say"}}, []string{}},
		"read-only": {registry.Selection{Toolsets: []string{"all"}, ReadOnly: true}, []string{"ratchet_echo"}},
	} {
		got, err := r.Select(c.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got.Names()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	_, err = r.Select(registry.Selection{Tools: []string{"ratchet_ecko"}})
	if ratchet.Body(err, "").Nearest != "ratchet_echo" {
		t.Errorf("unknown tool: %v", err)
	}
	for hint, s := range map[string]registry.Selection{
		"--toolsets core,control":                  {},
		"--tools ratchet_cancel ":                  {},
		"--tools ratchet_echo,ratchet_cancel":      {Tools: []string{"ratchet_echo"}},
		"--only-tools ratchet_echo,ratchet_cancel": {Only: []string{"ratchet_echo"}},
		"out of --exclude-tools":                   {Toolsets: []string{"all"}, Exclude: []string{"ratchet_cancel"}},
		"without --read-only":                      {Toolsets: []string{"all"}, ReadOnly: true},
	} {
		some, err := r.Select(s)
		if err != nil {
			t.Fatal(err)
		}
		narrow, err := some.Select(registry.Selection{Only: []string{"ratchet_echo"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, offered := range []*registry.Registry{some, narrow} {
			if e := offered.Unknown("ratchet_cancel"); !strings.Contains(e.Hint, hint) {
				t.Errorf("%+v: %v %s, want %q", s, e, e.Hint, hint)
			}
		}
	}
}

func TestRegistryRefuses(t *testing.T) {
	for name, spec := range map[string]registry.Spec{
		"prefix": {Name: "echo"}, "effect": {Name: "ratchet_x", Effect: 9}, "toolset": {Name: "ratchet_x", Toolset: "none"},
		"long": {Name: "ratchet_" + strings.Repeat("a", 40)},
	} {
		if _, err := registry.New(echo(spec)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	same := echo(registry.Spec{Name: "ratchet_x"})
	if _, err := registry.New(same, same); err == nil {
		t.Error("two tools of one name: accepted")
	}
}

func TestCut(t *testing.T) {
	big, small := json.RawMessage(`"`+strings.Repeat("x", 5000)+`"`), json.RawMessage(`{"a":1}`)
	cut := registry.Cut(1000, registry.Big{Name: "output", JSON: &big}, registry.Big{Name: "input", JSON: &small})
	if diff := cmp.Diff([]string{"output"}, cut); diff != "" || len(big) > 1000 || !json.Valid(big) || string(small) != `{"a":1}` {
		t.Errorf("%s %d bytes", diff, len(big))
	}
	if cut := registry.Cut(0, registry.Big{Name: "input", JSON: &small}); cut != nil {
		t.Errorf("cut %v for no reason", cut)
	}
}

func TestRows(t *testing.T) {
	type item struct {
		A int            `json:"a"`
		B map[string]int `json:"b"`
	}
	rows, err := registry.Rows([]item{{1, map[string]int{"x": 1, "y": 2}}}, []string{"b.x"})
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := json.Marshal(rows); string(b) != `[{"b":{"x":1}}]` {
		t.Errorf("%s", b)
	}
	var e *ratchet.Error
	if _, err := registry.Rows([]item{}, []string{"c"}); !errors.As(err, &e) || e.Code != ratchet.CodeInvalid {
		t.Errorf("unknown field: %v", err)
	}
}

func BenchmarkCall(b *testing.B) {
	tool := echo(registry.Spec{Name: "ratchet_echo"})
	args := json.RawMessage(`{"text":"a","times":3}`)
	d := &registry.Deps{Log: slog.New(slog.DiscardHandler)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tool.Call(b.Context(), d, args); err != nil {
			b.Fatal(err)
		}
	}
}
