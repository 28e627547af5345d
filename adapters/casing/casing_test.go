package casing_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"ratchet/adapters/casing"
)

func TestNames(t *testing.T) {
	for snake, camel := range map[string]string{
		"task_id": "taskId", "a_b_c": "aBC", "input": "input", "": "", "retry_after_ms": "retryAfterMs", "_start": "_start",
	} {
		if got := casing.Camel(snake); got != camel {
			t.Errorf("Camel(%q) = %q, want %q", snake, got, camel)
		}
		if got := casing.Snake(camel); got != snake {
			t.Errorf("Snake(%q) = %q, want %q", camel, got, snake)
		}
	}
	if got := casing.Pascal("create_task"); got != "CreateTask" {
		t.Errorf("Pascal: %q", got)
	}
}

// TestThereAndBack: names of arguments survive both translations.
func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z]+(_[a-z]+)*`).Draw(t, "name")
		if got := casing.Snake(casing.Camel(name)); got != name {
			t.Fatalf("%q became %q", name, got)
		}
	})
}

func TestSchema(t *testing.T) {
	for in, want := range map[string]string{
		`{"properties":{"task_id":{"type":"string"},"a_b":{"items":{"properties":{"c_d":{}},"required":["c_d"]}}},"required":["task_id"]}`: `{"properties":{"taskId":{"type":"string"},"aB":{"items":{"properties":{"cD":{}},"required":["cD"]}}},"required":["taskId"]}`,
		`{"oneOf":[{"properties":{"x_y":{"enum":["a_b"]}}},{"type":"null"}]}`:                                                              `{"oneOf":[{"properties":{"xY":{"enum":["a_b"]}}},{"type":"null"}]}`,
		`{"properties":{"input":{"type":"object","default":{"a_b":1}}},"additionalProperties":false}`:                                      `{"properties":{"input":{"type":"object","default":{"a_b":1}}},"additionalProperties":false}`,
		`true`: `true`,
	} {
		if got := string(casing.Schema(json.RawMessage(in))); got != want {
			t.Errorf("Schema(%s)\n got %s\nwant %s", in, got, want)
		}
	}
	if casing.Schema(nil) != nil {
		t.Error("nil is not nil")
	}
}

func TestValue(t *testing.T) {
	schema := json.RawMessage(`{"properties":{"task_id":{},"input":{"type":"object"},"rows":{"items":{"properties":{"a_b":{}}}},
		"some":{"oneOf":[{"type":"null"},{"properties":{"x_y":{}}}]},"by_name":{"additionalProperties":{"properties":{"c_d":{}}}}}}`)
	in := `{"task_id":"a_b","input":{"c_d":1},"rows":[{"a_b":1,"z_z":2}],"some":{"x_y":1},"by_name":{"k_k":{"c_d":1}},"not_known":1}`
	want := `{"taskId":"a_b","input":{"c_d":1},"rows":[{"aB":1,"z_z":2}],"some":{"xY":1},"byName":{"k_k":{"cD":1}},"not_known":1}`
	got, err := casing.Value(schema, json.RawMessage(in))
	if err != nil || string(got) != want {
		t.Errorf("Value = %s, %v, want %s", got, err, want)
	}
	if got, err := casing.Value(schema, nil); got != nil || err != nil {
		t.Errorf("nil = %s, %v", got, err)
	}
}
