package schema

import (
	"encoding/json"
	"errors"
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
