package schema_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratchet"
	"ratchet/schema"
)

type args struct {
	Name    string          `json:"name" jsonschema:"pattern=^[a-z]+$,maxLength=5"`
	Limit   int             `json:"limit,omitempty" jsonschema:"minimum=1,maximum=10,default=5"`
	SortBy  string          `json:"sort_by,omitempty" jsonschema:"enum=name,enum=created_at"`
	Dry     bool            `json:"dry,omitempty"`
	Tags    []string        `json:"tags,omitempty"`
	Input   json.RawMessage `json:"input,omitempty" jsonschema:"type=object"`
	Nested  []nested        `json:"nested,omitempty"`
	Anyhow  any             `json:"anyhow,omitempty"`
	Counter int             `json:"counter,omitempty"`
}

type nested struct {
	MaxItems int `json:"max_items,omitempty"`
}

func compile(t testing.TB, raw string) *schema.Schema {
	t.Helper()
	s, err := schema.Compile(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCoerce(t *testing.T) {
	s := compile(t, string(schema.For[args]()))
	for in, want := range map[string]string{
		`{"name":"a","limit":"5"}`:               `{"limit":5,"name":"a"}`,
		`{"name":"a","limit":5.0}`:               `{"limit":5,"name":"a"}`,
		`{"name":"a","limit":"5.5"}`:             `{"name":"a","limit":"5.5"}`,
		`{"name":"a","dry":"true"}`:              `{"dry":true,"name":"a"}`,
		`{"name":"a","input":"{\"x\":1}"}`:       `{"input":{"x":1},"name":"a"}`,
		`{"name":"a","tags":"x"}`:                `{"name":"a","tags":["x"]}`,
		`{"name":"a","tags":"[\"x\",\"y\"]"}`:    `{"name":"a","tags":["x","y"]}`,
		`{"name":"a","tags":{"x":1}}`:            `{"name":"a","tags":{"x":1}}`,
		`{"name":"a","limit":null}`:              `{"name":"a"}`,
		`{"name":null}`:                          `{"name":null}`,
		`{"name":"a","sortBy":"name"}`:           `{"name":"a","sort_by":"name"}`,
		`{"name":"a","nested":{"maxItems":"3"}}`: `{"name":"a","nested":[{"max_items":3}]}`,
		`{"name":"a","anyhow":null}`:             `{"name":"a","anyhow":null}`,
		`{"name":"a", "limit":5}`:                `{"name":"a", "limit":5}`,
		`{"name":"a","counter":1e999999999}`:     `{"name":"a","counter":1e999999999}`,
		`nonsense`:                               `nonsense`,
	} {
		got, notes, refused := s.Coerce(json.RawMessage(in))
		if string(got) != want || refused != nil {
			t.Errorf("Coerce(%s) = %s %v %v, want %s", in, got, notes, refused, want)
		}
		if (in == want) != (notes == nil) {
			t.Errorf("Coerce(%s) notes %v", in, notes)
		}
	}
	_, _, refused := s.Coerce(json.RawMessage(`{"name":"a","sortBy":"name","sort_by":"created_at"}`))
	if len(refused) != 1 || refused[0].Pointer != "/sortBy" {
		t.Errorf("both spellings: %+v", refused)
	}
}

// TestForWritesObjects pins that properties are objects: true is a schema too,
// but not to clients of protocol revisions before 2026-07-28.
func TestForWritesObjects(t *testing.T) {
	type row struct {
		Value any            `json:"value"`
		Rows  []args         `json:"rows"`
		Map   map[string]any `json:"map"`
	}
	raw := string(schema.For[row]())
	if !strings.Contains(raw, `"value":{}`) || !strings.Contains(raw, `"anyhow":{}`) || strings.Contains(raw, `":true`) {
		t.Error(raw)
	}
}

func TestValidate(t *testing.T) {
	s := compile(t, string(schema.For[args]()))
	for in, want := range map[string]schema.Violation{
		`{"nam":"a"}`: {
			Pointer: "/nam", Rule: "additionalProperties", Found: "nam", Nearest: "name", Message: `is not known; did you mean "name"?`,
			Allowed: []string{"anyhow", "counter", "dry", "input", "limit", "name", "nested", "sort_by", "tags"},
		},
		`{}`:                           {Pointer: "/name", Rule: "required", Wanted: "name", Message: "is required"},
		`{"name":1}`:                   {Pointer: "/name", Rule: "type", Found: "number", Wanted: "string", Message: "must be string, is number"},
		`{"name":"a","limit":11}`:      {Pointer: "/limit", Rule: "maximum", Found: "11", Wanted: "10", Message: "must be at most 10, is 11"},
		`{"name":"a","sort_by":"nam"}`: {Pointer: "/sort_by", Rule: "enum", Found: `"nam"`, Wanted: "one of name, created_at", Nearest: "name", Allowed: []string{"name", "created_at"}, Message: `"nam" is not one of name, created_at; did you mean name?`},
		`{"name":"abcdef"}`:            {Pointer: "/name", Rule: "maxLength", Found: "6", Wanted: "5", Message: "must have at most 5 characters, is 6"},
		`{"name":"A"}`:                 {Pointer: "/name", Rule: "pattern", Found: `"A"`, Wanted: "^[a-z]+$", Message: `"A" does not match ^[a-z]+$`},
		`{"name":"a","nested":[{"max":1}]}`: {
			Pointer: "/nested/0/max", Rule: "additionalProperties", Found: "max", Nearest: "max_items", Message: `is not known; did you mean "max_items"?`, Allowed: []string{"max_items"},
		},
		`{`: {Rule: "json", Wanted: "JSON", Message: "not JSON: it ends early"},
	} {
		got := s.Validate(json.RawMessage(in))
		if len(got) == 0 {
			t.Errorf("Validate(%s) found nothing", in)
			continue
		}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Errorf("Validate(%s): %s", in, diff)
		}
	}
	if got := s.Validate(json.RawMessage(`{"name":"a","limit":5}`)); got != nil {
		t.Errorf("valid value: %v", got)
	}
}

func TestCompileRefuses(t *testing.T) {
	for raw, want := range map[string]string{
		`[]`:               "a schema is a JSON object, this is array",
		`{`:                "the schema is not JSON: it ends early",
		`{"type":"strin"}`: "invalid schema",
		`{"properties":{"a":{"type":"object","required":"x"}}}`: "must be array, is string",
		`{"$ref":"https://example.com/s.json"}`:                 "leaves the schema",
		`{"$ref":"file:///etc/passwd"}`:                         "leaves the schema",
		`{"$ref":"#/$defs/none"}`:                               "points to nothing",
		`{"pattern":"(?=x)"}`:                                   "RE2",
		`{"$schema":"http://json-schema.org/draft-04/schema#"}`: "is not supported",
	} {
		_, err := schema.Compile(json.RawMessage(raw))
		var e *ratchet.Error
		if !errors.As(err, &e) || e.Code != ratchet.CodeInvalid || !strings.Contains(e.Message, want) {
			t.Errorf("Compile(%s) = %v, want %q", raw, err, want)
		}
		if e != nil && strings.Contains(e.Message, "mem:") {
			t.Errorf("Compile(%s) shows our address: %s", raw, e.Message)
		}
	}
}

func TestDrafts(t *testing.T) {
	old := compile(t, `{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}]}`)
	if old.Validate(json.RawMessage(`[1]`)) == nil {
		t.Error("draft-07 tuples are not checked")
	}
	now := compile(t, `{"prefixItems":[{"type":"string"}],"$defs":{"x":{"type":"integer"}},"properties":{"x":{"$ref":"#/$defs/x"}}}`)
	if now.Validate(json.RawMessage(`[1]`)) == nil || now.Validate(json.RawMessage(`{"x":"a"}`)) == nil {
		t.Error("2020-12 keywords are not checked")
	}
	got, _, _ := now.Coerce(json.RawMessage(`{"x":"7"}`))
	if string(got) != `{"x":7}` {
		t.Errorf("coercion through $ref: %s", got)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"ratchet_execute_task", "ratchet_edit_task", "limit"}
	for name, want := range map[string]string{
		"ratchet_exicute_task": "ratchet_execute_task", "limt": "limit", "zzz": "", "": "",
		"ratchet.edit-task": "ratchet_edit_task", "execute_task": "ratchet_execute_task",
	} {
		if got := schema.Nearest(name, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzCoerce(f *testing.F) {
	shape := string(schema.For[args]())
	for _, seed := range []string{
		`{"name":"a","limit":"5"}`, `{"sortBy":null,"tags":"x"}`, `{"nested":"[{\"maxItems\":1.0}]"}`, `{"input":"{}"}`, `[[]]`, `"{}"`,
	} {
		f.Add(shape, seed)
	}
	f.Add(`{"$ref":"#"}`, `{"a":1}`)
	f.Add(`{"items":{"$ref":"#"},"type":"array"}`, `1`)
	f.Fuzz(func(t *testing.T, shape, in string) {
		s, err := schema.Compile(json.RawMessage(shape))
		if err != nil {
			return
		}
		valid := json.Valid([]byte(in)) && s.Validate(json.RawMessage(in)) == nil
		once, _, refused := s.Coerce(json.RawMessage(in))
		if refused != nil {
			return
		}
		if valid && s.Validate(once) != nil {
			t.Fatalf("%s was valid, %s is not", in, once)
		}
		twice, _, _ := s.Coerce(once)
		if string(once) != string(twice) {
			t.Fatalf("not idempotent: %s, %s", once, twice)
		}
	})
}

func BenchmarkValidate(b *testing.B) {
	s := compile(b, string(schema.For[args]()))
	in := json.RawMessage(`{"name":"abc","limit":5,"input":{"a":1}}`)
	b.ReportAllocs()
	for b.Loop() {
		if s.Validate(in) != nil {
			b.Fatal("invalid")
		}
	}
}
