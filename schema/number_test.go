package schema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ratchet"
	"ratchet/schema"
)

// TestNumbersAreBounded: numbers beyond what the library can hold made it panic.
func TestNumbersAreBounded(t *testing.T) {
	for _, rule := range []string{`"maximum":5`, `"minimum":5`, `"multipleOf":5`, `"exclusiveMaximum":5`, `"enum":[5]`, `"const":5`, `"type":"integer"`} {
		s := compile(t, `{"type":"object","properties":{"a":{"items":{`+rule+`}}}}`)
		for _, n := range []string{"1e1000001", "-1e-1000001", "1E+1001", "1e99999999999999999999", strings.Repeat("9", 1001)} {
			raw := json.RawMessage(`{"a":[5,` + n + `]}`)
			found := s.Validate(raw)
			if len(found) != 1 || found[0].Pointer != "/a/1" || found[0].Rule != "number" {
				t.Errorf("%s with %.20s: %+v", rule, n, found)
			}
			if v := schema.CheckNumbers(raw); v == nil || v.Pointer != "/a/1" {
				t.Errorf("CheckNumbers(%.20s) = %+v", n, v)
			}
			if out, _, _ := s.Coerce(raw); string(out) != string(raw) {
				t.Errorf("Coerce changed %.20s", n)
			}
		}
	}
	for _, n := range []string{"1e308", "5e-324", "0", "1e1000", `"1e1000001"`, strings.Repeat("9", 1000)} {
		if v := schema.CheckNumbers(json.RawMessage(n)); v != nil {
			t.Errorf("CheckNumbers(%.20s) = %+v", n, v)
		}
	}
	_, err := schema.Compile(json.RawMessage(`{"properties":{"a":{"maximum":1e1000001}}}`))
	if at := ratchet.AsError(err).Fields[ratchet.FieldPointer]; at != "/properties/a/maximum" {
		t.Errorf("a bound out of bounds: %v at %v", err, at)
	}
}

func TestRefuse(t *testing.T) {
	if err := schema.Refuse("the body", []byte(`{"a":{"b":1},"b":"\ud83d\ude00"}`)); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]struct {
		line, column int
		at, hint     string
	}{
		"{\"a\":{\"b\":1,\n \"b\":2}}": {2, 2, "/a/b", "once"},
		"{\n\"a\":\"\\udc00\"}":        {2, 6, "", `\ud83d\ude00`},
		"{\"a\":\"\xff\"}":             {1, 7, "", "UTF-8"},
	} {
		e := ratchet.AsError(schema.Refuse("the body", []byte(text)))
		at, _ := e.Fields[ratchet.FieldPointer].(string)
		if e.Fields[ratchet.FieldLine] != want.line || e.Fields[ratchet.FieldColumn] != want.column || at != want.at || !strings.Contains(e.Hint, want.hint) {
			t.Errorf("%s: %+v", text, e)
		}
	}
}

// TestCoerceIsStrict: JSON in a string is read as strictly as JSON.
func TestCoerceIsStrict(t *testing.T) {
	s, err := schema.Compile(json.RawMessage(`{"properties":{"a":{"type":"object"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`{"a":"{\"b\":1,\"b\":2}"}`, `{"a":"{\"b\":\"\\ud800\"}"}`} {
		if out, notes, _ := s.Coerce(json.RawMessage(text)); len(notes) > 0 {
			t.Errorf("%s became %s", text, out)
		}
	}
}

func TestCheckSyntax(t *testing.T) {
	for _, good := range []string{`{}`, ` [1,-0.5e3,"é\n😀","😀"] `, `null`} {
		if err := schema.CheckSyntax([]byte(good)); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		``: "ends early", `{`: "ends early", `{"a":"b`: "ends early", `{} {}`: "more than one",
		`{"a":1,"a":2}`: "twice", `1e`: "byte", `-01`: "byte", `007`: "byte", `"\ud800"`: "byte",
		"\"\xff\"": "byte", `{"id"=1}`: "byte", `[1 2]`: "byte", `{}x`: "byte",
	} {
		if err := schema.CheckSyntax([]byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", bad, err, want)
		}
	}
}
