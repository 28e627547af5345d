package runtime

import (
	"context"
	"testing"
	"time"
)

// debugPrograms are what debugging is measured on: one that mostly calls, one
// that mostly loops, and one that does what tasks usually do.
var debugPrograms = []struct{ name, code string }{
	{"calls", "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\nfunction main() { return fib(20); }"},
	{"loops", "function main() {\n  let sum = 0;\n  for (let i = 0; i < 100000; i++) {\n    if (i % 3 === 0) sum += i;\n    else sum -= 1;\n  }\n  return sum;\n}"},
	{"typical", `export default async function (input) {
  const rows = [];
  for (let i = 0; i < 2000; i++) rows.push({ id: i, name: 'row ' + i, price: (i * 7919) % 101, tags: ['a', 'b'] });
  const kept = rows.filter((r) => r.price > 50).map((r) => ({ ...r, gross: r.price * 1.2, text: JSON.stringify(r) }));
  kept.sort((a, b) => b.gross - a.gross || a.id - b.id);
  const groups = {};
  for (const row of kept) (groups[row.price] ??= []).push(row.text.split(',').join(';'));
  await null;
  return { count: kept.length, total: kept.reduce((t, r) => t + r.gross, 0), top: kept.slice(0, 5), groups: Object.keys(groups).length };
}`},
}

// BenchmarkDebug compares a run that is only prepared for debugging, and one
// that can stop at every statement, with the plain run, in turns.
func BenchmarkDebug(b *testing.B) {
	for _, p := range debugPrograms {
		b.Run(p.name, func(b *testing.B) {
			source := Source{Code: p.code, Hash: "debug-" + p.name}
			configs := []*Debug{nil, {}, {Exceptions: ExceptionsUncaught}}
			best := make([]time.Duration, len(configs))
			for b.Loop() {
				for i, d := range configs {
					begun := time.Now()
					if out := Run(context.Background(), Job{Source: source, Debug: d}, Hooks{Debug: goingOn()}); out.Err != nil {
						b.Fatal(out.Err)
					}
					if took := time.Since(begun); best[i] == 0 || took < best[i] {
						best[i] = took
					}
				}
			}
			b.ReportMetric(float64(best[0].Microseconds()), "plain-us")
			b.ReportMetric(float64(best[1])/float64(best[0]), "x-nothing-armed")
			b.ReportMetric(float64(best[2])/float64(best[0]), "x-every-statement")
		})
	}
}
