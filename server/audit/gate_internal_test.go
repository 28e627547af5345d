package audit

import (
	"encoding/json"
	"testing"

	"ratchet/registry"
)

// TestResourceOf: what a call is about is found however its arguments are written.
func TestResourceOf(t *testing.T) {
	for args, want := range map[string]string{
		`{"task_id":"add","name":"x"}`:          "task add",
		`{"name":"x","task_id":"add"}`:          "task add",
		`{"task\u005fid":"add"}`:                "task add",
		`{"execution_id":7}`:                    "execution 7",
		`{"other":{"task_id":"deeper"}}`:        "",
		`[]`:                                    "",
		`{"name":"a \"b\"","task_name":"late"}`: `name a "b"`,
	} {
		if got := resourceOf(&registry.Tool{}, read(json.RawMessage(args))); got != want {
			t.Errorf("%s: %q, want %q", args, got, want)
		}
	}
}
