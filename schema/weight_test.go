package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOutline_scalars: scalars are the same, decoded one by one and whole.
func TestOutline_scalars(t *testing.T) {
	s, err := Compile(json.RawMessage(`{"type":"object","properties":{"l":{"type":"array","items":{"title":"any"}}},"required":["l"]}`))
	if err != nil {
		t.Fatal(err)
	}
	raw := `{"l":[null,true,false,0,-1.50e2,"","a\"b\\\u00e9\ud83d\ude00","\ud800x","` + "\xff" + `é"` + strings.Repeat(`,"filler"`, 3000) + `]}`
	if suspicious([]byte(raw)) || len(raw) < outlineFrom {
		t.Fatal("the value is decoded whole")
	}
	want, err := decode([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.outline([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestValidate_memory: no value makes its check take much memory, whatever the
// schema; one of many parts is refused.
func TestValidate_memory(t *testing.T) {
	const parts = 1_000_000
	values := map[string]string{
		"objects": `[` + strings.Repeat(`{"a":1},`, parts) + `{}]`,
		"lists":   `[` + strings.Repeat(`[1],`, parts) + `[]]`,
		"numbers": `[` + strings.Repeat(`1,`, 3*parts) + `1]`,
		"texts":   `[` + strings.Repeat(`"ab",`, parts) + `"1e99999"]`, // decoded whole
		"members": `{"k":1` + strings.Repeat(`,"k":[1]`, parts) + `}`,
	}
	for name, schema := range map[string]string{
		"described":   `{"type":["array","object"],"items":{"type":["object","array","number","string"],"properties":{"a":{"type":"integer"}},"items":{"type":"integer"}},"properties":{"k":{"items":{}}}}`,
		"alternative": `{"anyOf":[{"items":{"type":"object"}},{"type":"array"},{"type":"object"}]}`,
		"open":        `{"title":"anything"}`,
	} {
		s, err := Compile(json.RawMessage(schema))
		if err != nil {
			t.Fatal(err)
		}
		for kind, value := range values {
			raw := json.RawMessage(value)
			var before, after goruntime.MemStats
			goruntime.ReadMemStats(&before)
			s.Validate(raw)
			goruntime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
				t.Errorf("%s, %s: the check allocates %d MiB", name, kind, took)
			}
		}
	}
	if _, err := decodeBounded(json.RawMessage(values["objects"])); !errors.Is(err, errHeavy) {
		t.Errorf("a million objects: %v", err)
	}
}

// TestCheckSyntax_manyKeys: an object may have 100,000 keys, wherever it is.
func TestCheckSyntax_manyKeys(t *testing.T) {
	object := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"k%d":[1,{"a":"},{"}]`, i)
		}
		return `{` + b.String()[1:] + `}`
	}
	if err := CheckSyntax([]byte(`[[{"a":` + object(maxKeys) + `}]]`)); err != nil {
		t.Error(err)
	}
	wrong, ok := errors.AsType[*SyntaxError](CheckSyntax([]byte(`[[{"a":` + object(maxKeys+1) + `}]]`)))
	if !ok || wrong.Offset != 7 || !strings.Contains(wrong.Reason, "100000 keys") {
		t.Errorf("%+v", wrong)
	}
}
