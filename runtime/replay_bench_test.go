package runtime

import (
	"context"
	"testing"
	"time"
)

// overheadPrograms are call-heavy, loop-heavy and typical.
var overheadPrograms = []struct{ name, code string }{
	{"calls", `function main() { const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2); return fib(19) }`},
	{"loop", `function main() { let s = 0; for (let i = 0; i < 60000; i++) { s = (s * 31 + i) % 1000003; } return s }`},
	{"typical", `async function main(input) {
	const groups = {};
	const list = await Promise.all([1, 2, 3].map((n) => fetch('http://host/' + n)));
	for (let i = 0; i < 400; i++) {
		const item = {id: 'k' + i, kind: 'kind' + i % 7, value: i * 1.5, tags: ['a', 'b'].map((t) => t + i)};
		(groups[item.kind] ??= []).push(item);
	}
	await new Promise((r) => setTimeout(r, 0));
	const out = Object.entries(groups).map(([kind, items]) => ({kind, n: items.length, sum: items.reduce((a, b) => a + b.value, 0)}));
	return JSON.parse(JSON.stringify({at: new Date().toISOString(), out, list: list.map((r) => r.body)}));
}`},
}

// BenchmarkOverhead compares, in one run and turn by turn, what watching costs:
// each metric is the time of that way to run divided by the time of a run that
// records nothing. A replay waits for nothing, so it may be below 1.
func BenchmarkOverhead(b *testing.B) {
	for _, p := range overheadPrograms {
		b.Run(p.name, func(b *testing.B) {
			job := Job{Source: Source{Code: p.code, Hash: "overhead " + p.name}}
			tape := benchRecord(b, job)
			ways := []struct {
				name string
				run  func() Outcome
			}{
				{"plain", func() Outcome {
					bare := job
					bare.Limits.RecordedEvents = 1
					return Run(context.Background(), bare, Hooks{Host: echoHost{}})
				}},
				{"recorded", func() Outcome {
					rec := NewRecorder(echoHost{})
					out := Run(context.Background(), job, Hooks{Host: rec})
					if _, err := rec.Merge(out.Tape); err != nil {
						b.Fatal(err)
					}
					return out
				}},
				{"coverage", func() Outcome {
					watched := job
					watched.Coverage = true
					return Run(context.Background(), watched, Hooks{Host: echoHost{}})
				}},
				{"profile", func() Outcome {
					watched := job
					watched.Profile = true
					return Run(context.Background(), watched, Hooks{Host: echoHost{}})
				}},
				{"replay", func() Outcome {
					again := job
					again.Mode, again.Tape = ModeReplay, tape
					return Run(context.Background(), again, Hooks{})
				}},
			}
			spent := make([]time.Duration, len(ways))
			for b.Loop() {
				for i, w := range ways {
					start := time.Now()
					if out := w.run(); out.Err != nil {
						b.Fatalf("%s: %+v", w.name, out.Err)
					}
					spent[i] += time.Since(start)
				}
			}
			for i, w := range ways[1:] {
				b.ReportMetric(float64(spent[i+1])/float64(spent[0]), w.name+"/plain")
			}
			b.ReportMetric(float64(spent[0].Microseconds())/float64(b.N), "plain-us")
		})
	}
}

func benchRecord(b *testing.B, job Job) []byte {
	b.Helper()
	rec := NewRecorder(echoHost{})
	rec.Pin(job)
	tape, err := rec.Merge(Run(context.Background(), job, Hooks{Host: rec}).Tape)
	if err != nil {
		b.Fatal(err)
	}
	return tape
}
