package schema

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"ratchet"
)

// TestCostlyShapes: each of these took seconds to minutes, or memory without
// bound. They are refused before the check begins.
func TestCostlyShapes(t *testing.T) {
	numbers := "[" + strings.TrimSuffix(strings.Repeat("1.5,", 300_000), ",") + "]"
	deep := strings.Repeat(`{"a":`, 26) + "1" + strings.Repeat("}", 26)
	text, _ := json.Marshal(strings.Repeat("a", 100_000))
	for name, c := range map[string]struct {
		schema, value string
		stored        bool // refused when it is stored too
	}{
		"anyOf":     {doubling(`{"anyOf":[NEXT,NEXT]}`, `{"type":"string"}`), `1`, true},
		"oneOf":     {doubling(`{"oneOf":[NEXT,NEXT]}`, `{"type":"string"}`), `1`, true},
		"allOf":     {doubling(`{"allOf":[NEXT,NEXT]}`, `{"type":"string"}`), `"x"`, true},
		"not":       {doubling(`{"anyOf":[{"not":NEXT},{"not":NEXT}]}`, `{"type":"string"}`), `1`, true},
		"if":        {doubling(`{"if":NEXT,"then":NEXT,"else":NEXT}`, `{"type":"string"}`), `1`, true},
		"dependent": {doubling(`{"dependentSchemas":{"a":NEXT,"b":NEXT}}`, `{"type":"string"}`), `{"a":1,"b":1}`, true},
		"property":  {doubling(`{"anyOf":[{"properties":{"a":NEXT}},{"properties":{"a":NEXT}}]}`, `{"type":"string"}`), deep, true},
		"pattern":   {doubling(`{"patternProperties":{"a":NEXT,"^a":NEXT}}`, `{"type":"string"}`), deep, false},
		"named":     {doubling(`{"properties":{"a":NEXT},"patternProperties":{"a":NEXT}}`, `{"type":"string"}`), deep, false},
		"contains":  {doubling(`{"items":NEXT,"contains":NEXT}`, `{"type":"string"}`), strings.Repeat("[", 26) + "1" + strings.Repeat("]", 26), false},
		"recursive": {`{"allOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}}}]}`, deep, false},
		"dynamic":   {`{"$dynamicAnchor":"n","allOf":[{"properties":{"a":{"$dynamicRef":"#n"}}},{"properties":{"a":{"$dynamicRef":"#n"}}}]}`, deep, false},
		"unevaluated": {
			`{"properties":{"a":{"$ref":"#"}},"allOf":[{"properties":{"a":{"$ref":"#"}}}],"unevaluatedProperties":{"$ref":"#"}}`, deep, false,
		},
		"names":  {`{"propertyNames":{"pattern":"^(x{100}y?){9}$"}}`, `{` + string(text) + `:1}`, false},
		"text":   {`{"pattern":"^(x{100}y?){9}$"}`, string(text), false},
		"keys":   {`{"patternProperties":{"^(x{100}y?){9}$":{}}}`, `{` + string(text) + `:1}`, false},
		"enum":   {`{"items":{"enum":` + numbers + `}}`, `[1,2,3,4,5]`, false},
		"const":  {`{"items":{"const":` + numbers + `}}`, `[[1],[2],[3],[4],[5]]`, false},
		"digits": {`{"items":{"multipleOf":0.5}}`, "[" + strings.TrimSuffix(strings.Repeat(strings.Repeat("9", 1000)+",", 10_000), ",") + "]", false},
		"depth":  {`{"properties":{"a":{"$ref":"#"}}}`, strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000), false},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Compile(json.RawMessage(c.schema))
			if err != nil {
				t.Fatal(err)
			}
			if found := s.Validate(json.RawMessage(c.value)); len(found) != 1 || found[0].Rule != "steps" {
				t.Errorf("found %+v", found)
			}
			err = s.CheckComplexity()
			if (err != nil) != c.stored {
				t.Fatalf("CheckComplexity: %v", err)
			}
			if !c.stored {
				return
			}
			if at, _ := ratchet.AsError(err).Fields[ratchet.FieldPointer].(string); !strings.HasPrefix(at, "/$defs/l") {
				t.Errorf("refused at %q", at)
			}
		})
	}
}

// doubling nests shape 26 levels deep with references.
func doubling(shape, last string) string {
	defs := []string{`"l0":` + last}
	for i := 1; i <= 26; i++ {
		ref := fmt.Sprintf(`{"$ref":"#/$defs/l%d"}`, i-1)
		defs = append(defs, fmt.Sprintf(`"l%d":%s`, i, strings.ReplaceAll(shape, "NEXT", ref)))
	}
	return `{"$defs":{` + strings.Join(defs, ",") + `},"$ref":"#/$defs/l26"}`
}

// TestUsualShapes: what people write is far from the bounds.
func TestUsualShapes(t *testing.T) {
	for _, c := range []struct{ schema, value string }{
		{`{"properties":{"left":{"$ref":"#"},"right":{"$ref":"#"}},"additionalProperties":false}`, strings.Repeat(`{"left":{},"right":`, 200) + "{}" + strings.Repeat("}", 200)},
		{`{"type":"array","items":{"type":"number","minimum":0},"uniqueItems":true}`, sequence(100_000)},
		{`{"oneOf":[{"const":1},{"enum":["a","b"]},{"type":"array","items":{"$ref":"#"}}]}`, `[1,"a",[1,["b"]]]`},
		{`{"pattern":"^[a-z]+$"}`, `"` + strings.Repeat("a", 1_000_000) + `"`},
	} {
		s, err := Compile(json.RawMessage(c.schema))
		if err != nil {
			t.Fatal(err)
		}
		if found := s.Validate(json.RawMessage(c.value)); found != nil {
			t.Errorf("%s: %+v", c.schema, found)
		}
		if err := s.CheckComplexity(); err != nil {
			t.Errorf("%s: %v", c.schema, err)
		}
	}
}

func sequence(n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprint(i)
	}
	return "[" + strings.Join(items, ",") + "]"
}

func TestUniqueItems(t *testing.T) {
	s, err := Compile(json.RawMessage(`{"uniqueItems":true}`))
	if err != nil {
		t.Fatal(err)
	}
	for value, unique := range map[string]bool{
		`[1,1.0]`: false, `[100,1e2]`: false, `[-0,0]`: false, `[0.10,1E-1]`: false, `[-5,5]`: true, `[12,120]`: true, `[0.5,5]`: true,
		`["1",1]`: true, `[true,"true",null,"null"]`: true, `[{"a":1,"b":2},{"b":2.0,"a":1}]`: false,
		`[[1,[2]],[[1],2],[1,2]]`: true, `[["a,b"],["a","b"]]`: true, `[{},[]]`: true, `[[],[]]`: false,
	} {
		found := s.Validate(json.RawMessage(value))
		if unique != (found == nil) {
			t.Errorf("%s: %+v", value, found)
		}
		if !unique && found[0].Rule != "uniqueItems" {
			t.Errorf("%s: %+v", value, found)
		}
	}
}

// TestManyViolations: the list is bounded, and past a size there is none.
func TestManyViolations(t *testing.T) {
	s, err := Compile(json.RawMessage(`{"items":{"type":"string"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if found := s.Validate(json.RawMessage(sequence(5000))); len(found) != maxViolations {
		t.Errorf("%d violations", len(found))
	}
	if found := s.Validate(json.RawMessage(sequence(100_000))); len(found) != 1 || found[0].Rule != "schema" {
		t.Errorf("found %+v", found)
	}
}

// TestMeterBoundsTheLibrary lets the library count its own steps for random
// schemas and values: never more than were counted before.
func TestMeterBoundsTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		defs := map[string]any{}
		for _, name := range []string{"a", "b", "c"} {
			defs[name] = randomSchema(t, 2)
		}
		root := randomSchema(t, 3)
		root["$defs"], root["$dynamicAnchor"] = defs, "d"
		raw, _ := json.Marshal(root)
		s, err := Compile(raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		_ = s.CheckComplexity()
		value, _ := json.Marshal(randomValue(t, 3))
		decoded, _ := decode(value)
		steps := s.graph.steps(s.root, decoded)
		if steps > maxSteps {
			if found := s.Validate(value); len(found) != 1 || found[0].Rule != "steps" {
				t.Fatalf("%s for %s: %+v", raw, value, found)
			}
			return
		}
		done := 0
		for sub := range s.graph.nodes {
			sub.Format = &jsonschema.Format{Name: "count", Validate: func(any) error { done++; return nil }}
		}
		_ = s.root.Validate(decoded)
		if done > steps {
			t.Fatalf("%s for %s: %d steps done, %d counted", raw, value, done, steps)
		}
	})
}

func randomSchema(t *rapid.T, depth int) map[string]any {
	s := map[string]any{}
	sub := func() any {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "ref") == 0 {
			return rapid.SampledFrom([]any{
				true,
				map[string]any{"$ref": "#/$defs/a"},
				map[string]any{"$ref": "#/$defs/b"},
				map[string]any{"$ref": "#/$defs/c"},
				map[string]any{"$ref": "#"},
				map[string]any{"$dynamicRef": "#d"},
				map[string]any{"type": "string", "pattern": "a*"},
				map[string]any{"type": "object"},
				map[string]any{"enum": []any{1, "a", []any{}}},
				false,
			}).Draw(t, "leaf")
		}
		return randomSchema(t, depth-1)
	}
	for range rapid.IntRange(1, 2).Draw(t, "keywords") {
		switch key := rapid.SampledFrom([]string{
			"allOf", "anyOf", "oneOf", "prefixItems", "not", "if", "then", "else", "contains", "items", "additionalProperties",
			"propertyNames", "unevaluatedItems", "unevaluatedProperties", "properties", "patternProperties", "dependentSchemas",
		}).Draw(t, "keyword"); key {
		case "allOf", "anyOf", "oneOf", "prefixItems":
			s[key] = []any{sub(), sub()}
		case "properties", "dependentSchemas", "patternProperties":
			s[key] = map[string]any{"a": sub(), "b": sub()}
		default:
			s[key] = sub()
		}
	}
	return s
}

func randomValue(t *rapid.T, depth int) any {
	if depth == 0 || rapid.IntRange(0, 4).Draw(t, "scalar") == 0 {
		return rapid.SampledFrom([]any{nil, true, 1, 2.5, "a", "ab"}).Draw(t, "value")
	}
	if rapid.Bool().Draw(t, "array") {
		return []any{randomValue(t, depth-1), randomValue(t, depth-1)}
	}
	return map[string]any{"a": randomValue(t, depth-1), "b": randomValue(t, depth-1), "ab": 1}
}

// leaving is the context of a caller who leaves at the nth look.
type leaving struct {
	context.Context
	looks, nth int
}

func (l *leaving) Err() error {
	if l.looks++; l.looks >= l.nth {
		return context.Canceled
	}
	return nil
}

// TestValidateContext_callerLeft: who has left is counted for no longer.
func TestValidateContext_callerLeft(t *testing.T) {
	s, err := Compile(json.RawMessage(`{"items":{"anyOf":[{"type":"string"},{"type":"number"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	value := json.RawMessage("[" + strings.TrimSuffix(strings.Repeat("1,", 100_000), ",") + "]")
	ctx := &leaving{Context: t.Context(), nth: 3}
	if found, err := s.ValidateContext(ctx, value); !errors.Is(err, context.Canceled) || found != nil {
		t.Fatalf("found %v, error %v", found, err)
	}
	if ctx.looks != 4 { // the third look in the count, and the one after it
		t.Errorf("the caller was looked for %d times", ctx.looks)
	}
	if found, err := s.ValidateContext(t.Context(), value); found != nil || err != nil {
		t.Errorf("a caller who stays: found %v, error %v", found, err)
	}
}
