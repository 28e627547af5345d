package main

import (
	"context"
	"fmt"
	goruntime "runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"ratchet/runtime"
)

// watched are the programs that being watched is measured on: one that does
// nothing but call, one that does nothing but loop, and one that does what
// tasks usually do: ask a few pages, pick, map, group, sort and sum.
var watched = []program{
	{"calls", `export default function (input) {
  const fib = (n) => n < 2 ? n : fib(n - 1) + fib(n - 2);
  return fib(input.n);
}`, `{"n":17}`},
	{"loops", `export default function (input) {
  let sum = 0;
  for (let i = 0; i < input.n; i++) {
    sum = (sum * 31 + i) % 1000003;
  }
  return sum;
}`, `{"n":30000}`},
	{"typical", `export default async function (input) {
  const pages = await Promise.all(input.pages.map(async (n) => {
    const answer = await fetch('http://host/rows?page=' + n);
    return answer.body;
  }));
  const rows = pages.flat();
  const kept = rows
    .filter((row) => row.price > input.min && !row.tags.includes('old'))
    .map((row) => ({ ...row, gross: Math.round(row.price * 119) / 100 }));
  kept.sort((a, b) => b.gross - a.gross || a.name.localeCompare(b.name));
  const groups = {};
  for (const row of kept) {
    (groups[row.kind] ??= []).push(row);
  }
  const out = [];
  for (const [kind, list] of Object.entries(groups)) {
    const total = list.reduce((sum, row) => sum + row.gross, 0);
    console.log(kind, list.length, 'rows');
    out.push({ kind, count: list.length, total: total.toFixed(2), best: list[0].name.toUpperCase() });
  }
  return { at: new Date().toISOString(), out, top: JSON.stringify(kept.slice(0, 10)) };
}`, `{"pages":[1,2,3,4],"min":20}`},
}

// rowsHost answers every request with a page of rows.
type rowsHost struct{ page []byte }

func newRowsHost() rowsHost {
	page := []byte("[")
	for i := range 100 {
		if i > 0 {
			page = append(page, ',')
		}
		page = fmt.Appendf(page, `{"id":%d,"name":"row %d","kind":"kind %d","price":%d.5,"tags":["a","%s"]}`,
			i, i*7919%1009, i%7, i*7919%101, []string{"new", "old", "hot"}[i%3])
	}
	return rowsHost{append(page, ']')}
}

// Call implements runtime.Host.
func (h rowsHost) Call(_ context.Context, c runtime.HostCall) (runtime.HostReply, error) {
	return runtime.HostReply{Fetch: &runtime.FetchResponse{
		Status: 200, URL: c.Fetch.URL, Body: h.page, Header: [][2]string{{"content-type", "application/json"}},
	}}, nil
}

// way is one way to run a program.
type way struct {
	name string
	run  func(context.Context, runtime.Job, runtime.Host) error
}

// ways are those that are compared; the first records nothing.
var ways = []way{
	{"plain", func(ctx context.Context, job runtime.Job, host runtime.Host) error {
		job.Limits.RecordedEvents = 1
		return failure(runtime.Run(ctx, job, runtime.Hooks{Host: host}), nil)
	}},
	{"recording", recordedRun},
	{"profile", func(ctx context.Context, job runtime.Job, host runtime.Host) error {
		job.Profile = true
		return recordedRun(ctx, job, host)
	}},
	{"debug, nothing armed", func(ctx context.Context, job runtime.Job, host runtime.Host) error {
		job.Debug = &runtime.Debug{}
		return recordedRun(ctx, job, host)
	}},
	{"debug, armed", func(ctx context.Context, job runtime.Job, host runtime.Host) error {
		job.Debug = &runtime.Debug{Exceptions: runtime.ExceptionsUncaught, Count: true}
		return recordedRun(ctx, job, host)
	}},
}

// recordedRun is a run as the server makes it: recorded on both sides of the
// door, and the tape put together.
func recordedRun(ctx context.Context, job runtime.Job, host runtime.Host) error {
	recorder := runtime.NewRecorder(host)
	out := runtime.Run(ctx, job, runtime.Hooks{Host: recorder})
	if err := failure(out, nil); err != nil {
		return err
	}
	_, err := recorder.Merge(out.Tape)
	return err
}

// overheads compares what it costs to watch a run, in processor time of this
// process: the time others use is not in it, but what they do to the caches is.
// So many short rounds go through the ways forwards and back again, each is
// compared with the plain runs beside it, and the middle one counts.
func overheads(ctx context.Context, rounds int) error {
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as workers do
	columns := []string{"program", "plain, CPU per run"}
	for _, w := range ways[1:] {
		columns = append(columns, w.name)
	}
	t := newTable("Watching a run, against one that records nothing (wanted for the typical program: recording at most 1.05x, profile 1.4x, debug with nothing armed 1.5x)",
		columns...)
	for _, p := range watched {
		if err := watch(ctx, t, p, rounds); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	t.print()
	return nil
}

// watch adds the rows of one program: processor time, and allocations.
func watch(ctx context.Context, t *table, p program, rounds int) error {
	const batch = 6 * time.Millisecond
	job, host := p.job(), newRowsHost()
	counts, allocs := make([]int, len(ways)), make([]uint64, len(ways))
	for i, w := range ways {
		for range 3 { // the program is compiled once
			if err := w.run(ctx, job, host); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
		var before, after goruntime.MemStats
		goruntime.ReadMemStats(&before)
		took, err := cpuOf(1, func() error { return w.run(ctx, job, host) })
		if err != nil {
			return err
		}
		goruntime.ReadMemStats(&after)
		allocs[i] = after.Mallocs - before.Mallocs
		counts[i] = max(1, int(batch/max(took, time.Microsecond)))
	}
	plain, ratios := []float64{}, make([][]float64, len(ways))
	for range rounds {
		per := make([]float64, len(ways))
		for turn := range 2 * len(ways) {
			i := min(turn, 2*len(ways)-1-turn) // forwards, then back
			took, err := cpuOf(counts[i], func() error { return ways[i].run(ctx, job, host) })
			if err != nil {
				return err
			}
			per[i] += float64(took) / float64(counts[i]) / 2
		}
		plain = append(plain, per[0])
		for i := range ways {
			ratios[i] = append(ratios[i], per[i]/per[0])
		}
	}
	times := []string{p.name, micros(time.Duration(middle(plain)))}
	objects := []string{"allocations", strconv.FormatUint(allocs[0], 10)}
	for i := range ways[1:] {
		times = append(times, ratio(middle(ratios[i+1]), 1))
		objects = append(objects, ratio(float64(allocs[i+1]), float64(allocs[0])))
	}
	t.row(times...)
	t.row(objects...)
	return nil
}

// cpuOf is the processor time of n calls, collecting garbage included.
func cpuOf(n int, f func() error) (time.Duration, error) {
	before, err := cpuTime()
	if err != nil {
		return 0, err
	}
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	after, err := cpuTime()
	return after - before, err
}

func middle(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
