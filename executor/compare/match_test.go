package compare_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratchet/executor/compare"
)

func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		mode, expected, actual string
		paths                  []string // where they differ
	}{
		{"exact", `{"a":1,"b":[1,2]}`, `{"b":[1,2],"a":1.0}`, nil},
		{"exact", `{"a":1}`, `{"a":1,"b":2}`, []string{"/b"}},
		{"exact", `{"a/b":[1,2]}`, `{"a/b":[1]}`, []string{"/a~1b/1"}},
		{"subset", `{"a":1}`, `{"a":1,"b":2}`, nil},
		{"subset", `{"a":{"b":1}}`, `{"a":{"b":2}}`, []string{"/a/b"}},
		{"types", `{"a":1,"b":"x"}`, `{"a":7,"b":"y"}`, nil},
		{"types", `{"a":1}`, `{"a":"1"}`, []string{"/a"}},
		{"schema", `{"type":"object","properties":{"n":{"type":"integer"}}}`, `{"n":1.5}`, []string{"/n"}},
	} {
		diff, err := compare.Match(tc.mode, json.RawMessage(tc.expected), json.RawMessage(tc.actual))
		if err != nil {
			t.Errorf("%s %s: %v", tc.mode, tc.expected, err)
		}
		var paths []string
		for _, d := range diff {
			paths = append(paths, d.Path)
		}
		if d := cmp.Diff(tc.paths, paths); d != "" {
			t.Errorf("%s %s and %s: %s", tc.mode, tc.expected, tc.actual, d)
		}
	}
}
