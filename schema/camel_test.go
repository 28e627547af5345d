package schema_test

import (
	"encoding/json"
	"testing"

	"ratchet/schema"
)

func TestCamel(t *testing.T) {
	for in, want := range map[string]string{
		`{"properties":{"task_id":{"type":"string"},"a_b":{"items":{"properties":{"c_d":{}},"required":["c_d"]}}},"required":["task_id"]}`: `{"properties":{"taskId":{"type":"string"},"aB":{"items":{"properties":{"cD":{}},"required":["cD"]}}},"required":["taskId"]}`,
		`{"oneOf":[{"properties":{"x_y":{"enum":["a_b"]}}},{"type":"null"}]}`:                                                              `{"oneOf":[{"properties":{"xY":{"enum":["a_b"]}}},{"type":"null"}]}`,
		`{"properties":{"input":{"type":"object","default":{"a_b":1}}},"additionalProperties":false}`:                                      `{"properties":{"input":{"type":"object","default":{"a_b":1}}},"additionalProperties":false}`,
		`true`: `true`,
	} {
		if got := string(schema.Camel(json.RawMessage(in))); got != want {
			t.Errorf("Schema(%s)\n got %s\nwant %s", in, got, want)
		}
	}
	if schema.Camel(nil) != nil {
		t.Error("nil is not nil")
	}
}

func TestType_camel(t *testing.T) {
	described, err := schema.ParseType(json.RawMessage(`{"type":"object","properties":{"task_id":{"type":"string"},"input":{"type":"object"},
		"rows":{"type":"array","items":{"type":"object","properties":{"a_b":{}}}},"some":{"oneOf":[{"type":"null"},{"type":"object","properties":{"x_y":{}}}]},
		"by_name":{"type":"object","additionalProperties":{"type":"object","properties":{"c_d":{}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	in := `{"task_id":"a_b","input":{"c_d":1},"rows":[{"a_b":1,"z_z":2}],"some":{"x_y":1},"by_name":{"k_k":{"c_d":1}},"not_known":1}`
	want := `{"taskId":"a_b","input":{"c_d":1},"rows":[{"aB":1,"z_z":2}],"some":{"xY":1},"byName":{"k_k":{"cD":1}},"not_known":1}`
	got, err := described.Camel(json.RawMessage(in))
	if err != nil || string(got) != want {
		t.Errorf("Camel = %s, %v, want %s", got, err, want)
	}
	if got, err := described.Camel(nil); got != nil || err != nil {
		t.Errorf("nil = %s, %v", got, err)
	}
}
