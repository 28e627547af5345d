package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

// TestOutline_samePlaces checks values whole and by their outlines: the same
// are valid, and the same keywords are broken at the same places.
func TestOutline_samePlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawSchema(t, 3)
		s, err := Compile(json.RawMessage(text))
		if err != nil {
			t.Skip(err)
		}
		raw := drawValue(t, 3)
		whole, err := decode([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		o := &outliner{d: jsontext.NewDecoder(bytes.NewBufferString(raw)), left: maxWeight}
		part, err := o.value(s.root)
		if err != nil {
			t.Fatal(err)
		}
		a, b := places(s.check(whole, s.graph.steps(s.root, whole))), places(s.check(part, s.graph.steps(s.root, part)))
		if strings.Contains(b, "maxItems") && strings.Contains(a, "maxItems") {
			return // items behind the first too many are not looked at
		}
		if a != b {
			t.Errorf("schema %s\nvalue %s\nwhole   %s\noutline %s", text, raw, a, b)
		}
	})
}

func places(found []Violation) string {
	var all []string
	for _, v := range found {
		all = append(all, v.Pointer+" "+v.Rule)
	}
	return strings.Join(all, ", ")
}

func drawSchema(t *rapid.T, depth int) string {
	kinds := []string{`{"type":"string"}`, `{"type":"integer","minimum":2}`, `{}`, `true`, `{"type":"object"}`, `{"type":["array","null"]}`, `{"enum":[[1],{"a":1},"b"]}`}
	if depth == 0 {
		return rapid.SampledFrom(kinds).Draw(t, "leaf")
	}
	sub := func() string { return drawSchema(t, depth-1) }
	switch rapid.IntRange(0, 8).Draw(t, "kind") {
	case 0, 1:
		return fmt.Sprintf(`{"type":"object","properties":{"a":%s,"b":%s},"required":["a"],"additionalProperties":%s}`, sub(), sub(), rapid.SampledFrom([]string{"false", "true", sub()}).Draw(t, "rest"))
	case 2:
		return fmt.Sprintf(`{"type":"array","items":%s,"maxItems":2}`, sub())
	case 3:
		return fmt.Sprintf(`{"items":%s,"uniqueItems":true}`, sub())
	case 4:
		return fmt.Sprintf(`{"anyOf":[%s,%s]}`, sub(), sub())
	case 5:
		return fmt.Sprintf(`{"minProperties":2,"patternProperties":{"^a":%s}}`, sub())
	case 6:
		return fmt.Sprintf(`{"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":%s},"unevaluatedProperties":false}`, sub())
	}
	return rapid.SampledFrom(kinds).Draw(t, "leaf")
}

func drawValue(t *rapid.T, depth int) string {
	switch n := rapid.IntRange(0, 4).Draw(t, "value"); {
	case n < 2 && depth > 0:
		var members []string
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3, rapid.ID[string]).Draw(t, "names") {
			members = append(members, fmt.Sprintf("%q:%s", name, drawValue(t, depth-1)))
		}
		return "{" + strings.Join(members, ",") + "}"
	case n == 2 && depth > 0:
		var items []string
		for range rapid.IntRange(0, 4).Draw(t, "length") {
			items = append(items, drawValue(t, depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	return rapid.SampledFrom([]string{`"b"`, "1", "2.5", "null", "true"}).Draw(t, "scalar")
}

// TestOutline_leavesOut counts what is kept of values that the schema does not
// look into.
func TestOutline_leavesOut(t *testing.T) {
	s, err := Compile(json.RawMessage(`{"type":"object","properties":{"id":{"type":"string"},"input":{},"tags":{"type":"array","maxItems":3}},"additionalProperties":false}`))
	if err != nil {
		t.Fatal(err)
	}
	many := "[" + strings.Repeat(`{"a":[1]},`, 50_000) + "1]"
	for name, valid := range map[string]bool{"id": false, "input": true, "tags": false, "other": false} {
		raw := json.RawMessage(fmt.Sprintf(`{%q:%s}`, name, many))
		if found := s.Validate(raw); (found == nil) != valid {
			t.Errorf("%s: %v", name, found)
		}
		v, err := s.outline(raw)
		if err != nil {
			t.Fatal(err)
		}
		if n := count(v); n > 10 {
			t.Errorf("%s: the outline has %d values", name, n)
		}
	}
}

func count(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			n += count(member)
		}
	case []any:
		for _, item := range v {
			n += count(item)
		}
	}
	return n + 1
}

func TestLookup(t *testing.T) {
	const doc = `{"a":[{"b":"x"},[1,2]],"c/d":{"~":null},"a2":5}`
	for pointer, want := range map[string]string{
		"": doc, "/a/0/b": `"x"`, "/a/1/1": "2", "/c~1d/~0": "null", "/a2": "5", "/a/2": "", "/a/-1": "", "/a/x": "", "/a2/0": "", "/none": "", "/a/1/1/0": "",
	} {
		if got := string(Lookup(json.RawMessage(doc), pointer)); got != want {
			t.Errorf("%q: %s, want %s", pointer, got, want)
		}
	}
	if got := Lookup(json.RawMessage(`{"a":`), "/a"); got != nil {
		t.Errorf("cut off: %s", got)
	}
}
