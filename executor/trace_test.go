package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"ratchet/executor"
	"ratchet/spans"
)

// TestFoldedStacksAddUp runs real tasks and compares what their flame graph
// adds up to with how long they took: live, and replayed.
func TestFoldedStacksAddUp(t *testing.T) {
	r, w := newRig(t, loopback(t)), newWorld(t)
	r.task(t, `export default async (i) => {
		const work = (n) => { let x = 0; for (let k = 0; k < n; k++) x += k % 7; return x };
		const load = async (path) => work((await fetch(i.url + path)).body.hit * 1000);
		const both = await Promise.all([load('/a'), load('/b')]);
		await new Promise((r) => setTimeout(r, 5));
		for (let n = 0; n < i.calls; n++) work(1);
		if (i.fail) throw new Error('at the end');
		return both.length;
	}`, nil)
	ctx := context.Background()
	for name, input := range map[string]string{
		"few calls": `{"calls":10`, "failed": `{"calls":100,"fail":true`, "above the bound of spans": `{"calls":120000`,
	} {
		for _, profile := range []bool{true, false} {
			h, err := r.Start(ctx, executor.Request{Task: "t", Profile: profile, Input: json.RawMessage(input + fmt.Sprintf(`,"url":%q}`, w.URL))})
			if err != nil {
				t.Fatal(err)
			}
			x, err := h.Wait(ctx, time.Minute)
			if err != nil || x.Usage == nil {
				t.Fatalf("%+v, %v", x, err)
			}
			trace, err := r.Trace(ctx, x, executor.TraceRequest{Functions: true})
			if err != nil || trace.Missing != "" || (trace.Source == "live") != profile {
				t.Fatalf("%s: source %q, missing %q, %v", name, trace.Source, trace.Missing, err)
			}
			sum := spans.FoldedTotal(spans.Folded(spans.Run{Name: "t", Wall: trace.Wall, Spans: trace.Spans}))
			if wall := float64(trace.Wall.Microseconds()); math.Abs(float64(sum)-wall) > 0.02*wall {
				t.Errorf("%s, profiled %v: the stacks add up to %d us of %.0f", name, profile, sum, wall)
			}
			if trace.Wall != x.Usage.Wall {
				t.Errorf("%s: the spans share %v of a run of %v", name, trace.Wall, x.Usage.Wall)
			}
			inOrder(t, trace, profile)
		}
	}
}

// inOrder: nothing begins before the first phase does, and no request begins
// outside the script, or once the functions that made it are over.
func inOrder(t *testing.T, trace *executor.Trace, live bool) {
	t.Helper()
	var main, entry spans.Span
	for _, s := range trace.Spans {
		switch {
		case s.Start < 0:
			t.Errorf("%s begins at %v", s.Name, s.Start)
		case s.Name == "main_execution":
			main = s
		case s.Kind == spans.Function && s.Duration > entry.Duration:
			entry = s
		}
	}
	for _, s := range trace.Spans {
		if s.Kind != spans.Host {
			continue
		}
		if s.Start < main.Start || s.Start > main.Start+main.Duration {
			t.Errorf("%s begins at %v, outside the script at %v for %v", s.Name, s.Start, main.Start, main.Duration)
		}
		if live && (s.Start < entry.Start || s.Start > entry.Start+entry.Duration) {
			t.Errorf("%s begins at %v, and what made it lasts from %v for %v", s.Name, s.Start, entry.Start, entry.Duration)
		}
	}
}
