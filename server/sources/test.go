package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ratchet"
	"ratchet/schema"
)

// DecodeTest reads one test file: "expected" is expected_output, and
// mock.http may be one object. line is where a syntax error is.
func DecodeTest(data []byte) (test ratchet.TestCase, line int, err error) {
	var keys map[string]json.RawMessage
	if err := schema.CheckSyntax(data); err != nil {
		return test, lineOf(data, err), fmt.Errorf("is not JSON: %w", err)
	}
	if err := json.Unmarshal(data, &keys); err != nil {
		return test, lineOf(data, err), fmt.Errorf("is not a JSON object: %w", err)
	}
	if expected, ok := keys["expected"]; ok {
		if _, both := keys["expected_output"]; both {
			return test, 0, fmt.Errorf("has both expected and expected_output")
		}
		keys["expected_output"] = expected
		delete(keys, "expected")
	}
	if mock, ok := keys["mock"]; ok {
		keys["mock"] = listHTTP(mock)
	}
	known := []string{
		"name", "description", "tags", "input", "expected_output", "match", "should_fail",
		"expected_error", "mock", "recording", "timeout_ms", "skip", "only",
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if slices.Contains(known, key) {
			continue
		}
		if near := schema.Nearest(key, known); near != "" {
			return test, 0, fmt.Errorf("has the unknown key %q; did you mean %s?", key, near)
		}
		return test, 0, fmt.Errorf("has the unknown key %q; known are %s", key, strings.Join(known, ", "))
	}
	if keys["input"] == nil {
		return test, 0, fmt.Errorf("has no input")
	}
	whole, err := json.Marshal(keys)
	if err != nil {
		return test, 0, fmt.Errorf("cannot be read: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(whole))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&test); err != nil {
		return test, 0, err
	}
	if !slices.Contains([]string{"", "exact", "subset", "schema", "types"}, test.Match) {
		return test, 0, fmt.Errorf("has match %q; allowed are exact, subset, schema, types", test.Match)
	}
	return test, 0, nil
}

func listHTTP(mock json.RawMessage) json.RawMessage {
	var parts map[string]json.RawMessage
	if json.Unmarshal(mock, &parts) != nil {
		return mock
	}
	http := bytes.TrimSpace(parts["http"])
	if len(http) == 0 || http[0] != '{' {
		return mock
	}
	parts["http"] = slices.Concat([]byte("["), http, []byte("]"))
	listed, err := json.Marshal(parts)
	if err != nil {
		return mock
	}
	return listed
}
