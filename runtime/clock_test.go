package runtime

import (
	"context"
	"slices"
	"testing"
	"time"
)

// polling waits by reading the clock, in two macrotasks, and says what it saw.
const polling = `async function main() {
	const seen = [];
	for (let i = 0; i < 2; i++) {
		const from = Date.now(), mark = performance.now();
		while (Date.now() < from + 8);
		while (performance.now() < mark + 12);
		seen.push(Date.now() - from >= 12, new Date().toISOString(), performance.now());
		await new Promise((done) => setTimeout(done, 1));
	}
	return seen;
}`

// TestClock_runs: the clock moves while code runs, a replay shows the same
// times, and polling uses up no room for other events.
func TestClock_runs(t *testing.T) {
	job := Job{Source: Source{Code: polling}, Limits: Limits{RecordedEvents: 6}}
	live := record(t, context.Background(), job, nil, nil)
	if live.out.Err != nil {
		t.Fatalf("%+v", live.out.Err)
	}
	tape, err := DecodeTape(live.tape)
	if err != nil || !tape.Complete {
		t.Fatalf("complete %t, %v", tape.Complete, err)
	}
	if n := len(tape.Events); n > 1000 {
		t.Errorf("%d events", n)
	}
	again := live.again(job)
	if diff := live.diff(again); diff != "" || again.out.Followed.Divergence != nil {
		t.Errorf("%s %+v", diff, again.out.Followed.Divergence)
	}
	fork := job
	fork.Tape, fork.Fork, fork.ForkAt = live.tape, true, len(tape.Events)
	if out := Run(context.Background(), fork, Hooks{}); string(out.Output) != string(live.out.Output) {
		t.Errorf("forked: %s %+v", out.Output, out.Err)
	}
}

// TestClock_ofBefore: on a recording of before version 3 the clock stood still
// while code ran, and so it does in its replay.
func TestClock_ofBefore(t *testing.T) {
	job := Job{Source: Source{Code: `function main() {
		const from = performance.now();
		for (let i = 0; i < 1e5; i++);
		return performance.now() - from;
	}`}}
	live := record(t, context.Background(), job, nil, nil)
	tape, err := DecodeTape(live.tape)
	if err != nil {
		t.Fatal(err)
	}
	tape.Events = slices.DeleteFunc(tape.Events, func(e TapeEvent) bool { return e.Kind == TapeAdvance })
	live.tape = EncodeTape(tape, 0)
	live.tape[len(tapeMagic)] = oldestTape
	again := live.again(job)
	if string(again.out.Output) != "0" || again.out.Followed.Divergence != nil {
		t.Errorf("%s %+v %+v", again.out.Output, again.out.Err, again.out.Followed.Divergence)
	}
}

func TestClockStep_boundsWhatPollingRecords(t *testing.T) {
	var at time.Duration
	n := 0
	for ; at < time.Hour; n++ {
		at += clockStep(n)
	}
	if n > 500_000 {
		t.Errorf("an hour of polling is %d events", n)
	}
}
