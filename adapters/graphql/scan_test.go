package graphql

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzScan: objects and arrays have the parts that encoding/json finds.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"b":[1,{"c":"}"}],"d":"\"\\","e":{}}`, `[]`, `[[],"]",{"a":[1]},null,-1.5e3]`, `{`, `"a`, `{"a":"\\\\\""}`, ` { "a" : [ ] , "b" : 1 } `, `{"a"`, `[1`, `[,]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		members, items := map[string]string{}, []string{}
		isObject := eachMember(raw, func(key, v []byte) bool {
			var name string
			if json.Unmarshal([]byte(`"`+string(key)+`"`), &name) != nil {
				name = string(key)
			}
			members[name] = string(bytes.TrimSpace(v))
			return true
		})
		isArray := eachItem(raw, func(v []byte) bool {
			items = append(items, string(bytes.TrimSpace(v)))
			return true
		})
		if !json.Valid(raw) {
			return
		}
		var object map[string]json.RawMessage
		if isObject != (json.Unmarshal(raw, &object) == nil && object != nil) {
			t.Fatalf("%s: object %v", raw, isObject)
		}
		for key, v := range object {
			if members[key] != string(v) {
				t.Fatalf("%s: %q is %s, want %s", raw, key, members[key], v)
			}
		}
		var array []json.RawMessage
		if isArray != (json.Unmarshal(raw, &array) == nil && array != nil) {
			t.Fatalf("%s: array %v", raw, isArray)
		}
		want := []string{}
		for _, v := range array {
			want = append(want, string(v))
		}
		if diff := cmp.Diff(want, items); isArray && diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestCacheStaysWithinItsWeight(t *testing.T) {
	c := newCache(160, func(_ string, v string) int { return len(v) })
	ten := "0123456789"
	for i := range 20 {
		c.Add(t.Context(), string(rune('a'+i)), ten)
	}
	kept := 0
	for i := range 20 {
		if _, ok := c.Get(t.Context(), string(rune('a'+i))); ok {
			kept++
		}
	}
	if kept != 16 || c.weight != 160 {
		t.Errorf("%d kept, weight %d", kept, c.weight)
	}
	c.Add(t.Context(), "heavy", ten+ten)
	if _, ok := c.Get(t.Context(), "heavy"); ok {
		t.Error("a heavy value was kept")
	}
	c.Add(t.Context(), "t", "x")
	if v, ok := c.Get(t.Context(), "t"); !ok || v != "x" || c.weight != 151 {
		t.Errorf("replaced: %q %v %d", v, ok, c.weight)
	}
}
