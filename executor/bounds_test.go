package executor_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ratchet/executor/policy"

	"ratchet"
	"ratchet/executor"
)

var low = policy.Bounds{Run: 10 * time.Second, Memory: 64 << 20, ResponseBytes: 1 << 20, Concurrency: 3}

// limits are metadata at a bound of low, above it, and the setting to name.
var limits = []struct{ key, at, above, setting string }{
	{"/timeout", `{"timeout":10}`, `{"timeout":10.5}`, "execution.max_execution_duration"},
	{"/cpu_limit", `{"cpu_limit":"10s"}`, `{"cpu_limit":"11"}`, "execution.max_execution_duration"},
	{"/http/timeout", `{"http":{"timeout":10}}`, `{"http":{"timeout":11}}`, "execution.max_execution_duration"},
	{"/memory_limit", `{"memory_limit":"64MB"}`, `{"memory_limit":67108865}`, "execution.max_memory_limit"},
	{"/http/max_response_bytes", `{"http":{"max_response_bytes":1048576}}`, `{"http":{"max_response_bytes":1048577}}`, "http.max_response_bytes_limit"},
	{"/concurrency", `{"concurrency":3}`, `{"concurrency":4}`, "execution.max_task_concurrency"},
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for _, l := range limits {
		if _, err := low.Policy(json.RawMessage(l.at)); err != nil {
			t.Errorf("%s is at its bound: %v", l.at, err)
		}
		_, err := low.Policy(json.RawMessage(l.above))
		e := ratchet.AsError(err)
		if err == nil || e.Code != ratchet.CodeInvalid || e.Fields[ratchet.FieldPointer] != "/metadata"+l.key || e.Fields["setting"] != l.setting ||
			!strings.Contains(e.Message, l.setting) {
			t.Errorf("%s: %v %v", l.above, err, e.Fields)
		}
		if _, err := (policy.Bounds{}).Policy(json.RawMessage(l.above)); err != nil {
			t.Errorf("%s is within the default bounds: %v", l.above, err)
		}
	}
}

// TestStoredAboveABound: what was stored under higher bounds does not run, on
// no way, and is not run with less either.
func TestStoredAboveABound(t *testing.T) {
	r := newRig(t, func(cfg *executor.Config) { cfg.Bounds = low })
	for i, l := range limits {
		name := string(rune('a' + i))
		task := r.task(t, `export default () => 1`, func(task *ratchet.Task) {
			task.Name, task.Metadata = name, json.RawMessage(l.above)
		})
		_, started := r.Start(t.Context(), executor.Request{Task: name})
		_, tested := r.RunTests(t.Context(), task, executor.TestOptions{Input: json.RawMessage(`{}`)})
		_, debugged := r.StartDebug(t.Context(), executor.DebugRequest{Request: executor.Request{Task: name}})
		for way, err := range map[string]error{"start": started, "tests": tested, "debug": debugged} {
			if err == nil || !strings.Contains(err.Error(), l.setting) || !strings.Contains(err.Error(), "task "+name+" does not run") {
				t.Errorf("%s of %s: %v", way, l.above, err)
			}
		}
	}
}

func TestTimeoutOfOneCallIsBounded(t *testing.T) {
	r := newRig(t, func(cfg *executor.Config) { cfg.Bounds = low })
	r.task(t, `export default () => 1`, nil)
	_, err := r.Start(t.Context(), executor.Request{Task: "t", Timeout: 11 * time.Second})
	if err == nil || ratchet.AsError(err).Fields[ratchet.FieldPointer] != "/timeout" || !strings.Contains(err.Error(), "execution.max_execution_duration") {
		t.Errorf("a call: %v", err)
	}
	_, err = r.StartDebug(t.Context(), executor.DebugRequest{Request: executor.Request{Task: "t"}, RunningTime: 11 * time.Second})
	if err == nil || ratchet.AsError(err).Fields[ratchet.FieldPointer] != "/timeout_ms" {
		t.Errorf("a debug session: %v", err)
	}
	h, err := r.Start(t.Context(), executor.Request{Task: "t", Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if x, err := h.Wait(context.Background(), time.Minute); err != nil || x.Status != ratchet.StatusCompleted || x.Timeout != 10*time.Second {
		t.Errorf("at the bound: %+v, %v", x, err)
	}
}
