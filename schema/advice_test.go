package schema_test

import (
	"strings"
	"testing"

	"ratchet/schema"
)

func TestAdvice(t *testing.T) {
	for _, c := range []struct{ schema, at, want string }{
		{`{"a":{"type":"number"},"b":{"type":"number"}}`, "", "did you mean {type: object, properties: {a, b}}?"},
		{`{"type":"object","property":{"a":{"type":"number"}}}`, "/property", "did you mean properties?"},
		{`{"type":"object","require":["a"]}`, "/require", "did you mean required"},
		{`{"properties":{"a":{"type":"number","minValue":1}}}`, "/properties/a/minValue", "did you mean minimum"},
		{`{"properties":{"a":{"type":"string","min_length":1}}}`, "/properties/a/min_length", "did you mean minLength?"},
		{`{"properties":{"a":{"type":"string","maxLenght":1}}}`, "/properties/a/maxLenght", "did you mean maxLength?"},
		{`{"properties":{"a":{"type":"string","nullable":true}}}`, "/properties/a/nullable", "null"},
		{`{"properties":{"a":{"type":"string","format":"datetime"}}}`, "/properties/a/format", "did you mean date-time?"},
		{`{"items":{"format":"url"}}`, "/items/format", "did you mean uri?"},
		{`{"anyOf":[{"choices":["a"]}]}`, "/anyOf/0/choices", "did you mean enum?"},
		{`{"properties":{"a":{"b":{"type":"string"}}}}`, "/properties/a", "properties: {b}"},
	} {
		notes := schema.Advice([]byte(c.schema))
		if len(notes) != 1 || notes[0].Pointer != c.at || !strings.Contains(notes[0].Message, c.want) {
			t.Errorf("%s: %+v, want %q at %s", c.schema, notes, c.want, c.at)
		}
	}
	for _, fine := range []string{
		`{}`, `true`, `{"type":"object","properties":{"property":{"type":"string","format":"date-time"},"min":{},"format":{"type":"string"}}}`,
		`{"type":"object","x-order":1,"label":"mine","default":{"min":1},"enum":[{"min":1}]}`, `{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}`,
		`{"type":"string","format":"int64"}`,
	} {
		if notes := schema.Advice([]byte(fine)); len(notes) > 0 {
			t.Errorf("%s: %+v", fine, notes)
		}
	}
}
