package schema

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
		isObject := EachMember(raw, func(key, v []byte) bool {
			var name string
			if json.Unmarshal([]byte(`"`+string(key)+`"`), &name) != nil {
				name = string(key)
			}
			members[name] = string(bytes.TrimSpace(v))
			return true
		})
		isArray := EachItem(raw, func(v []byte) bool {
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
