package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

// TestSecretRef_largeBodies: what is too large for memory is filled in and
// masked like what is not, also where a block ends within a reference.
func TestSecretRef_largeBodies(t *testing.T) {
	bound := newUpstream(t)
	r, _ := keyed(t, bound)
	r.task(t, `export default async (i, context) => {
		const ref = context.secrets.ref("KEY")
		const body = "a".repeat(i.before) + "<" + ref + ">" + "b".repeat(200000) + "<" + ref + ">"
		const answer = await fetch(i.url, {method: "PUT", headers: {"content-type": "text/plain"}, body})
		const text = await answer.text()
		return {text, size: text.length}
	}`, declares("KEY"))
	for _, before := range []int{1, 64<<10 - 10, 64<<10 - 30, 128<<10 - 20} {
		x := r.run(t, fmt.Sprintf(`{"url":%q,"before":%d}`, bound.URL, before))
		if x.Status != ratchet.StatusCompleted {
			t.Fatalf("%d before: %+v", before, x.Error)
		}
		got := bound.received()
		if n := strings.Count(got, "<"+token+">"); n != 2 || strings.Contains(got, "ratchet-secret-") {
			t.Errorf("%d before: the value is in the body %d times", before, n)
		}
		bound.mu.Lock()
		bound.got = nil
		bound.mu.Unlock()
		var out struct{ Text string }
		if err := json.Unmarshal(x.Output, &out); err != nil || strings.Count(out.Text, executor.Redacted) < 2 {
			t.Errorf("%d before: the answer does not show where the value was: %v", before, err)
		}
		if all := r.everything(t, x); strings.Contains(all, "t0ken") || strings.Contains(all, "ratchet-secret-") {
			t.Errorf("%d before: the records hold the value or its reference", before)
		}
	}
}

// TestDebug_secrets: nothing that a debugger shows of a run, live or recorded,
// holds the value of a secret or what stands for it.
func TestDebug_secrets(t *testing.T) {
	bound := newUpstream(t)
	r, v := keyed(t, bound)
	value := "readable-" + token
	change(t, v, ratchet.SecretUpdate{Name: "OPEN", Value: &value, TaskPatterns: []string{"t"}, Readable: new(true)})
	r.task(t, `async function main(i, context) {
  const ref = context.secrets.ref("KEY"), open = context.secrets.get("OPEN");
  const deep = {list: [ref, open, {open}], long: "x".repeat(90) + open, [open]: 1};
  const text = await (await fetch(i.url, {headers: {authorization: ref}})).text();
  console.log("have", open, text);
  return {text, ref};
}`, declares("KEY", "OPEN"))
	look := func(t *testing.T, s *executor.DebugSession) {
		t.Helper()
		state := settle(t, s)
		if state.Status != executor.DebugPaused || state.Stop.Frames[0].Line != 6 {
			t.Fatalf("%+v", state)
		}
		seen, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		shown := string(seen)
		for _, expression := range []string{
			"ref", "open", "deep", "text", "deep.long", "Object.keys(deep)", "`${open}${ref}`", "(() => { throw new Error(open + ref) })()",
			"open.slice(0, 30)", "JSON.stringify(deep)", "encodeURIComponent(open)", "btoa(open)",
		} {
			shown += "\n" + evaluated(t, s, expression)
		}
		for _, path := range []string{"deep.list", "deep.list[2]", "deep"} {
			a, err := s.Look(context.Background(), runtime.DebugCommand{Verb: runtime.DebugInspect, Path: path})
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			shown += "\n" + string(text)
		}
		if strings.Contains(shown, "t0ken") || strings.Contains(shown, "ratchet-secret-") || !strings.Contains(shown, executor.Redacted) {
			t.Errorf("the debugger shows %s", shown)
		}
	}
	debug := runtime.Debug{Breakpoints: []runtime.Breakpoint{{ID: "b", Line: 6}}, Watches: []string{"open", "ref"}}
	live := debugStart(t, r, executor.DebugRequest{Request: executor.Request{Task: "t", Input: json.RawMessage(fmt.Sprintf(`{"url":%q}`, bound.URL))}, Debug: debug})
	look(t, live)
	x := live.State().Execution.ID
	move(t, live, runtime.DebugContinue)
	look(t, debugStart(t, r, executor.DebugRequest{Execution: x, Debug: debug}))
}
