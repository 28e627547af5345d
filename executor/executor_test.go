package executor_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
	"ratchet/storage"
)

func TestRun(t *testing.T) {
	cases := []struct {
		name, code, output, message string
		status                      ratchet.Status
	}{
		{"output", `export default (i) => ({n: i.n * 2})`, `{"n":42}`, "", ratchet.StatusCompleted},
		{"nothing", `export default () => {}`, `null`, "", ratchet.StatusCompleted},
		{"circular", `export default () => { const a = {}; a.a = a; return a }`, "", "refers to itself", ratchet.StatusFailed},
		{"bigint", `export default () => 1n`, "", "BigInt", ratchet.StatusFailed},
		{"throws", "export default () => {\n  throw new TypeError('no')\n}", "", "no", ratchet.StatusFailed},
		{"too big", `export default () => 'x'.repeat(100e6)`, "", "", ratchet.StatusFailed},
		{"syntax", `export default (`, "", "", ratchet.StatusFailed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.task(t, c.code, nil)
			x := r.run(t, `{"n":21}`)
			if x.Status != c.status || string(x.Output) != c.output {
				t.Fatalf("status %s, output %.100s, error %+v", x.Status, x.Output, x.Error)
			}
			if x.Error != nil && !strings.Contains(x.Error.Message, c.message) {
				t.Errorf("message %q lacks %q", x.Error.Message, c.message)
			}
			stored, err := r.store.Execution(context.Background(), x.ID)
			if err != nil || stored.Status != x.Status || !stored.Recorded {
				t.Errorf("stored row: %+v, %v", stored, err)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	r := newRig(t, nil)
	task := r.task(t, `export default (i) => i`, func(t *ratchet.Task) {
		t.InputSchema = json.RawMessage(`{"type":"object","required":["n"],"properties":{"n":{"type":"number"}}}`)
	})
	ctx := context.Background()
	_, err := r.Start(ctx, executor.Request{Task: "t", Input: json.RawMessage(`{"n":"x"}`)})
	e := ratchet.AsError(err)
	if e.Code != ratchet.CodeInvalid || e.Fields[ratchet.FieldPointer] != "/input/n" {
		t.Errorf("bad input: %+v", e)
	}
	if _, err := r.Start(ctx, executor.Request{Task: "nope"}); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Errorf("unknown task: %v", err)
	}
	page, err := r.store.ListExecutions(ctx, ratchet.Query{})
	if err != nil || page.Total != 0 {
		t.Errorf("%d rows were written (%v)", page.Total, err)
	}
	task.Enabled = false
	if _, err := r.store.UpdateTask(ctx, task, storage.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Start(ctx, executor.Request{Task: "t"}); ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Errorf("disabled task: %v", err)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, `export default async (i, ctx) => {
		const v = await ctx.secrets.get("TOKEN")
		console.log("have " + v, {v})
		reportProgress({progress: 0.5, message: v})
		if (i.fail) throw new Error("bad " + v)
		return {v, nested: [v], [v]: 1}
	}`, func(t *ratchet.Task) { t.Metadata = json.RawMessage(`{"secrets":["TOKEN"]}`) })
	ctx := context.Background()
	for _, input := range []string{`{}`, `{"fail":true}`} {
		x := r.run(t, input)
		row, _ := r.store.Execution(ctx, x.ID)
		logs, err := r.store.Logs(ctx, x.ID, storage.LogQuery{})
		if err != nil || logs.Total == 0 {
			t.Fatalf("no logs: %v (%+v)", err, x.Error)
		}
		all, err := json.Marshal([]any{x, row, logs})
		if err != nil {
			t.Fatal(err)
		}
		tape, _ := r.store.Tape(ctx, x.ID)
		if text := string(all) + string(tape); strings.Contains(text, "s3cr3t") || !strings.Contains(text, executor.Redacted) {
			t.Errorf("not masked: %s", text)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, `export default () => Math.random()`, nil)
	req := executor.Request{Task: "t", Input: json.RawMessage(`{"a":1}`), IdempotencyKey: "k"}
	ctx := context.Background()
	first, err := r.Start(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Start(ctx, req)
	if err != nil || again.ID != first.ID || !again.Replay {
		t.Fatalf("%+v, %v", again, err)
	}
	req.Input = json.RawMessage(`{"a":2}`)
	if _, err := r.Start(ctx, req); ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Errorf("other input: %v", err)
	}
}

func TestCancel(t *testing.T) {
	for _, force := range []bool{false, true} {
		r := newRig(t, nil)
		r.task(t, `export default (i, ctx) => new Promise((ok, no) => {
			console.log("up"); ctx.signal.addEventListener("abort", () => no(new Error("stopped"))); setInterval(() => {}, 1000) })`, nil)
		ctx := context.Background()
		sub := r.bus.Subscribe(0, func(e *ratchet.Event) bool { return e.Kind == "execution.log" })
		defer sub.Close()
		h, err := r.Start(ctx, executor.Request{Task: "t"})
		if err != nil {
			t.Fatal(err)
		}
		if x, err := h.Wait(ctx, 0); err != nil || x.Status.Terminal() {
			t.Fatalf("%+v, %v", x, err)
		}
		<-sub.Ready()
		x, err := r.Cancel(ctx, h.ID, "enough", force)
		if err != nil || x.Status != ratchet.StatusCancelled || !strings.Contains(x.Error.Message, "enough") {
			t.Errorf("force %v: %+v, %v", force, x, err)
		}
		if _, err := r.Cancel(ctx, h.ID, "", false); ratchet.CodeOf(err) != ratchet.CodeConflict {
			t.Errorf("cancel twice: %v", err)
		}
	}
}

func TestTimeoutAndConcurrencyKey(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, `export default () => { for (;;) {} }`, func(t *ratchet.Task) {
		t.Metadata = json.RawMessage(`{"timeout":1,"concurrency":1,"concurrency_key":"/k"}`)
	})
	ctx := context.Background()
	var handles []*executor.Handle
	for _, input := range []string{`{"k":1}`, `{"k":1}`} {
		h, err := r.Start(ctx, executor.Request{Task: "t", Input: json.RawMessage(input)})
		if err != nil {
			t.Fatal(err)
		}
		handles = append(handles, h)
	}
	if got := r.WaitingReason(handles[1].ID); got != "concurrency limit" {
		t.Errorf("waits for %q", got)
	}
	for _, h := range handles {
		if x, err := h.Wait(ctx, 20*time.Second); err != nil || x.Status != ratchet.StatusTimedOut {
			t.Errorf("%+v, %v", x, err)
		}
	}
}

func TestRunTests(t *testing.T) {
	r := newRig(t, nil)
	task := r.task(t, `export default async (i) => { if (i.bad) throw new TypeError("bad " + i.bad);
		if (i.url) return {got: (await fetch(i.url)).body}; return {n: i.n + 1, s: "x"} }`, func(t *ratchet.Task) {
		t.Tests = []ratchet.TestCase{
			{Name: "subset", Input: json.RawMessage(`{"n":1}`), ExpectedOutput: json.RawMessage(`{"n":2.0}`), Match: "subset"},
			{Name: "exact", Input: json.RawMessage(`{"n":1}`), ExpectedOutput: json.RawMessage(`{"n":3,"s":"x"}`)},
			{Name: "fails", Input: json.RawMessage(`{"bad":7}`), ShouldFail: true, ExpectedError: &ratchet.ExpectedError{Type: "TypeError", Message: "/^bad \\d$/"}},
			{Name: "none", Input: json.RawMessage(`{"n":1}`)},
			{Name: "offline", Input: json.RawMessage(`{"url":"http://example.test/"}`), ExpectedOutput: json.RawMessage(`{}`), Match: "types"},
			{
				Name: "mocked", Input: json.RawMessage(`{"url":"http://example.test/a"}`), ExpectedOutput: json.RawMessage(`{"got":{"ok2":1}}`),
				Mock: &ratchet.Mock{HTTP: []ratchet.HTTPMock{{URL: "http://example.test/*", Response: json.RawMessage(`{"ok2":1}`)}}},
			},
		}
	})
	report, err := r.RunTests(context.Background(), task, executor.TestOptions{Parallel: true, Coverage: true})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]ratchet.TestStatus{"subset": "passed", "exact": "failed", "fails": "passed", "none": "skipped", "offline": "failed", "mocked": "passed"}
	for _, got := range report.Tests {
		if got.Status != want[got.Name] {
			t.Errorf("%s: %s, %s %+v", got.Name, got.Status, got.Reason, got.Error)
		}
	}
	if d := report.Tests[1].Diff; len(d) != 1 || d[0].Path != "/n" {
		t.Errorf("diff %+v", d)
	}
	for _, got := range report.Tests {
		if got.Name != "offline" {
			continue
		}
		if e := got.Error; e == nil || e.Message != got.Reason || e.Retryable || !strings.Contains(e.Hint, "mock.http") {
			t.Errorf("the error is %+v, the reason %q", e, got.Reason)
		}
		if again, err := r.Replay(context.Background(), executor.ReplayRequest{Execution: got.ExecutionID}); err != nil || again.Error == nil || again.Error.Message != got.Reason || !again.Identical {
			t.Errorf("the replay ended with %+v, %v", again, err)
		}
		raw, err := r.store.Tape(context.Background(), got.ExecutionID)
		if err != nil {
			t.Fatal(err)
		}
		tape, err := runtime.DecodeTape(raw)
		if err != nil || len(tape.Calls) != 1 || tape.Calls[0].Reply.Error == nil || tape.Calls[0].Reply.Error.Code != "unmatched_request" {
			t.Errorf("the request no mock answered is not recorded: %+v, %v", tape, err)
		}
	}
	stored, err := r.WaitTests(context.Background(), report.ID, 0)
	if err != nil || stored.Passed != 3 || stored.Coverage == nil || stored.Coverage.Percent == nil {
		t.Errorf("stored %+v, %v", stored, err)
	}
}
