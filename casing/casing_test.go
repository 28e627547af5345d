package casing_test

import (
	"testing"

	"pgregory.net/rapid"

	"ratchet/casing"
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
