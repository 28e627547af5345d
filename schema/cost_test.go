package schema_test

import (
	"encoding/json"
	"fmt"
	goruntime "runtime"
	"strings"
	"testing"

	"ratchet/schema"
)

// TestCost_names: names and values as long as what a caller may send are not
// copied for each part of a schema, each alternative or each note.
func TestCost_names(t *testing.T) {
	long := strings.Repeat("k", 120_000)
	many := func(n int, item string) string { return strings.Repeat(item+",", n-1) + item }
	alternatives := `{"additionalProperties":{"anyOf":[` + many(1900, `{"const":"a","minLength":1}`) + `]}}`
	values := map[string]string{
		"long name":  `{"` + long + `":5}`,
		"long text":  `{"a":"` + long + `"}`,
		"many items": `{"a":[` + many(60_000, `0`) + `]}`,
		"deep":       `{"a":` + strings.Repeat(`{"b":`, 500) + `1` + strings.Repeat(`}`, 500) + `}`,
	}
	var unknown []string
	for i := range 10_000 {
		unknown = append(unknown, fmt.Sprintf(`"a%d":1`, i))
	}
	const most = 64 << 20 // bytes allocated
	for name, text := range map[string]string{
		"alternatives below a long name": `{"properties":{"` + long + `":{"anyOf":[` + many(1900, `{"type":"string"}`) + `]}}}`,
		"notes below a long name":        `{"properties":{"` + long + `":{` + strings.Join(unknown, ",") + `}}}`,
		"nested":                         strings.Repeat(`{"items":`, 9000) + `{}` + strings.Repeat(`}`, 9000),
	} {
		if n := allocated(func() { _, _ = schema.Admit(json.RawMessage(text)) }); n > most {
			t.Errorf("%s: Admit allocated %d MiB", name, n>>20)
		}
		if n := allocated(func() { schema.Advice(json.RawMessage(text)) }); n > most {
			t.Errorf("%s: Advice allocated %d MiB", name, n>>20)
		}
	}
	s, err := schema.Admit(json.RawMessage(alternatives))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		var found []schema.Violation
		if n := allocated(func() { found = s.Validate(json.RawMessage(value)) }); n > most {
			t.Errorf("%s: Validate allocated %d MiB", name, n>>20)
		}
		if len(found) == 0 {
			t.Fatalf("%s is valid", name)
		}
		if text, _ := json.Marshal(found); len(text) > 10_000 {
			t.Errorf("%s: the violations have %d bytes", name, len(text))
		}
	}
}

func allocated(do func()) uint64 {
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	do()
	goruntime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
