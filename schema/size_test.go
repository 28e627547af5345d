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
		"many values":     {listed(`{"enum":[`, `"0123456N"`, `]}`), 15000, "at most 262144 are allowed", ""},
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
			if _, err := schema.Compile(json.RawMessage(of.text(beyond))); err != nil {
				t.Errorf("one that is stored already: %v", err)
			}
			if _, err := schema.Compile(json.RawMessage(of.text(60 * of.fit))); err == nil {
				t.Error("one that is stored has no limit")
			}
		})
	}
}
