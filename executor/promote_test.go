package executor_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

func TestPromote(t *testing.T) {
	r, w, x := recordOne(t, false)
	ctx := context.Background()
	hits := w.hits.Load()
	for _, match := range []string{"types", "schema"} {
		p, err := r.Promote(ctx, executor.PromoteRequest{Execution: x.ID, Name: "as " + match, Match: match})
		if err != nil {
			t.Fatalf("%s: %+v", match, ratchet.AsError(err))
		}
		if !p.Report.AllPassed || len(p.Task.Tests) != 1 || len(p.Test.Mock.HTTP) != 3 {
			t.Errorf("%+v", p)
		}
	}
	// The output names its execution, which a test cannot be.
	if _, err := r.Promote(ctx, executor.PromoteRequest{Execution: x.ID, Name: "exact"}); ratchet.CodeOf(err) != ratchet.CodeConflict ||
		!strings.Contains(err.Error(), "/who differs") && !strings.Contains(err.Error(), "differs") {
		t.Error(err)
	}
	failed := r.run(t, fmt.Sprintf(`{"url":%q,"fail":true}`, w.URL))
	p, err := r.Promote(ctx, executor.PromoteRequest{Execution: failed.ID, Name: "fails"})
	if err != nil || !p.Test.ShouldFail || p.Test.ExpectedError.Type != "RangeError" {
		t.Errorf("%+v %v", p, err)
	}
	if w.hits.Load() != hits+3 {
		t.Error("a promotion reached the world")
	}
}

// TestPromote_exact promotes a run whose output depends on time, randomness
// and the order of replies.
func TestPromote_exact(t *testing.T) {
	r, w := newRig(t, loopback(t)), newWorld(t)
	r.task(t, `export default async (input) => {
	const order = [];
	const at = new Date().toISOString();
	await Promise.all([1, 2, 3, 4].map(async (n) => { await fetch(input.url + '/' + n); order.push(n); }));
	return {at, order, dice: Math.random(), id: crypto.randomUUID()};
}`, nil)
	x := r.run(t, fmt.Sprintf(`{"url":%q}`, w.URL))
	p, err := r.Promote(context.Background(), executor.PromoteRequest{Execution: x.ID, Name: "again"})
	if err != nil {
		t.Fatalf("%+v", ratchet.AsError(err))
	}
	if !p.Report.AllPassed {
		t.Errorf("%+v", p.Report)
	}
}

// TestProfile finds the functions of a run that was not profiled.
func TestProfile(t *testing.T) {
	r, w, x := recordOne(t, false)
	hits := w.hits.Load()
	p, err := r.Profile(context.Background(), x.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	main := slices.IndexFunc(p.Spans, func(s runtime.Span) bool { return s.Function == "main_default" })
	if main < 0 || len(p.Spans[main].Pauses) != 3 || p.Coverage.Executed == 0 || !p.Replay.Identical || w.hits.Load() != hits {
		t.Errorf("%+v %+v", p, p.Spans)
	}
	for _, s := range p.Spans {
		if s.Self < 0 || s.Duration < s.Self {
			t.Errorf("%+v", s)
		}
	}
}

// TestReplay_cancelled replays a run that did not stop when it was asked to.
func TestReplay_cancelled(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, forever, nil)
	h := startForever(t, r)
	ctx := context.Background()
	if _, err := r.Cancel(ctx, h.ID, "", false); err != nil {
		t.Fatal(err)
	}
	<-h.Done()
	p, err := r.Replay(ctx, executor.ReplayRequest{Execution: h.ID})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Identical || p.Followed.Cut != runtime.CutBreak || p.Followed.Events == 0 || len(p.Logs) == 0 {
		t.Errorf("%+v", p)
	}
}
