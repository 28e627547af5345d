package schema_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ratchet"
	"ratchet/schema"
)

// TestAdmit_size: what a schema costs to compile is bounded before it is
// compiled, in each way that it can grow.
func TestAdmit_size(t *testing.T) {
	nested := func(open, inner, end string) func(int) string {
		return func(n int) string { return strings.Repeat(open, n) + inner + strings.Repeat(end, n) }
	}
	listed := func(before, item, after string) func(int) string {
		return func(n int) string {
			var items []string
			for i := range n {
				items = append(items, strings.ReplaceAll(item, "N", fmt.Sprint(i)))
			}
			return before + strings.Join(items, ",") + after
		}
	}
	for name, of := range map[string]struct {
		text    func(int) string
		fit     int // how large it may be
		message string
		at      string
	}{
		"not within not":  {nested(`{"not":`, `{}`, `}`), 100, "nested more than 100 deep", strings.Repeat("/not", 101)},
		"items":           {nested(`{"items":`, `true`, `}`), 100, "nested more than 100 deep", strings.Repeat("/items", 101)},
		"properties":      {nested(`{"properties":{"a":`, `{}`, `}}`), 50, "nested more than 100 deep", strings.Repeat("/properties/a", 50) + "/properties"},
		"depth of values": {func(n int) string { return `{"const":` + nested(`[`, `1`, `]`)(n) + `}` }, 99, "nested more than 100 deep", "/const" + strings.Repeat("/0", 100)},
		"many properties": {listed(`{"properties":{`, `"pN":{"type":"string"}`, `}}`), 1998, "more than 2000 objects", ""},
		"many choices":    {listed(`{"anyOf":[`, `{"const":N}`, `]}`), 1999, "more than 2000 objects", ""},
		"many booleans":   {listed(`{"anyOf":[`, `true`, `]}`), 1999, "more than 2000 objects", ""},
		"named booleans":  {listed(`{"properties":{`, `"pN":true`, `}}`), 1998, "more than 2000 objects", ""},
		"long pointers": {func(n int) string {
			return listed(`{"properties":{"`+strings.Repeat("k", 1000*n)+`":{"anyOf":[`, `{"const":N}`, `]}}}`)(100)
		}, 10, "have more than 1048576 bytes together", ""},
		"many values": {listed(`{"enum":[`, `"0123456N"`, `]}`), 15000, "at most 262144 are allowed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := schema.Admit(json.RawMessage(of.text(of.fit))); err != nil {
				t.Errorf("%d: %v", of.fit, err)
			}
			beyond := of.fit + 1
			if name == "many values" {
				beyond = 25000
			}
			_, err := schema.Admit(json.RawMessage(of.text(beyond)))
			if e := ratchet.AsError(err); err == nil || !strings.Contains(e.Message, of.message) || e.Hint == "" || e.Fields[ratchet.FieldPointer] != of.at {
				t.Errorf("%d: %+v", beyond, err)
			}
			if name == "long pointers" {
				beyond = 30
			}
			if _, err := schema.Compile(json.RawMessage(of.text(beyond))); err != nil {
				t.Errorf("one that is stored already: %v", err)
			}
			if _, err := schema.Compile(json.RawMessage(of.text(60 * of.fit))); err == nil {
				t.Error("one that is stored has no limit")
			}
		})
	}
}

// TestAdmit_patterns: counted repetitions multiply.
func TestAdmit_patterns(t *testing.T) {
	for name, c := range map[string]struct{ schema, at string }{
		"one":      {fmt.Sprintf(`{"properties":{"a":{"pattern":%q}}}`, strings.Repeat("(a{1,100}){1,9}", 12)), "/properties/a/pattern"},
		"together": {`{"properties":{"a":{"pattern":"a{600}b{600}c{600}d{600}e{600}"},"b":{"pattern":"f{600}g{600}h{600}i{600}j{600}"},"c":{"pattern":"k{800}l{800}m{800}n{800}"},"d":{"pattern":"o{800}p{800}"}}}`, "/properties/d/pattern"},
		"of keys":  {fmt.Sprintf(`{"patternProperties":{%q:{}}}`, strings.Repeat("x{900}", 12)), "/patternProperties/" + strings.Repeat("x{900}", 12)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := schema.Admit(json.RawMessage(c.schema))
			if e := ratchet.AsError(err); err == nil || !strings.Contains(e.Message, "patterns are too large") || e.Hint == "" || e.Fields[ratchet.FieldPointer] != c.at {
				t.Errorf("%v at %v", err, e.Fields[ratchet.FieldPointer])
			}
		})
	}
	for _, pattern := range []string{`^[a-z]{1,100}(-[a-z]{1,50}){0,10}$`, `\p{L}+`, `^(\d{4})-(\d{2})-(\d{2})$`, `(`} {
		if err := schema.CheckPattern(pattern); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}
