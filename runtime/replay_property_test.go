package runtime_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/broker"
	"ratchet/thorough"
)

// TestReplay_property runs generated tasks with timers, concurrent requests to
// a real server of random latency, randomness, dates and races, and replays
// each one twice: as it was and under instrumentation. Output, log, progress
// and the order of what was asked must be the same.
func TestReplay_property(t *testing.T) {
	thorough.Checks(t, thorough.Of(200, 500))
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(rand.IntN(4000)) * time.Microsecond) // what the property is about
		if rand.IntN(8) == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintf(w, `{"path":%q,"dice":%d}`, r.URL.Path, rand.Uint64())
	}))
	defer site.Close()
	world := broker.New(broker.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowPorts: []uint16{0}})
	defer world.Close()
	same, events := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		job := runtime.Job{
			Source: runtime.Source{Code: generated(rt)}, Input: fmt.Appendf(nil, `{"url":%q}`, site.URL),
			Limits: runtime.Limits{Wall: 30 * time.Second, FetchRunning: 3, FetchWaiting: 4},
		}
		for i := range job.Seed {
			job.Seed[i] = byte(rand.IntN(256))
		}
		rec := runtime.NewRecorder(world.Host(broker.Policy{}))
		rec.Pin(job)
		live := observe(job, rec)
		tape, err := rec.Merge(live.tape)
		if err != nil {
			rt.Fatal(err)
		}
		job.Mode, job.Tape, job.Seed = runtime.ModeReplay, tape, [32]byte{}
		for _, profile := range []bool{false, true} {
			job.Profile = profile
			again := observe(job, nil)
			if again.text != live.text {
				rt.Fatalf("profile %t\n%s\nlive:\n%s\nreplay:\n%s", profile, job.Source.Code, live.text, again.text)
			}
			if f := again.followed; f == nil || f.Divergence != nil || f.Events != f.Total || !f.Complete {
				rt.Fatalf("followed %+v\n%s", f, job.Source.Code)
			}
			events += again.followed.Total
		}
		same++
	})
	t.Logf("%d of %d replays identical, %d events followed", same, same, events)
}

// observed is what one run showed.
type observed struct {
	text     string
	tape     []byte
	followed *runtime.Followed
}

func observe(job runtime.Job, host runtime.Host) observed {
	var mu sync.Mutex
	var b, reports strings.Builder // lines leave in batches, reports at once
	out := runtime.Run(context.Background(), job, runtime.Hooks{
		Host: host,
		Log: func(lines []ratchet.LogLine) {
			mu.Lock()
			defer mu.Unlock()
			for _, l := range lines {
				fmt.Fprintf(&b, "%d %s %s %s %s %v\n", l.Number, l.Level, l.Logger, l.Message, l.Error, l.Source)
			}
		},
		Progress: func(p ratchet.Progress) {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(&reports, "progress %g\n", p.Fraction)
		},
	})
	fmt.Fprintf(&b, "%soutput %s\n", reports.String(), out.Output)
	if e := out.Err; e != nil {
		fmt.Fprintf(&b, "error %s %s %d:%d\n", e.Type, e.Message, e.Line, e.Column)
	}
	return observed{b.String(), out.Tape, out.Followed}
}

// generated writes a task of several chains that run at once.
func generated(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("async function main(input, context) {\nconst out = [];\nconst say = (...a) => { out.push(a.join(' ')); };\n" +
		"const sleep = (ms, v) => new Promise((r) => setTimeout(r, ms, v));\n" +
		"const get = async (p, o) => { const r = await fetch(input.url + p, o); say(p, r.status, r.body.dice); return r.status; };\nconst chains = [];\n")
	for i := range rapid.IntRange(1, 6).Draw(t, "chains") {
		fmt.Fprintf(&b, "chains.push((async () => {\nconst c = %d;\n", i)
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			b.WriteString(rapid.SampledFrom(steps).Draw(t, "step") + "\n")
		}
		b.WriteString("})());\n")
	}
	b.WriteString(rapid.SampledFrom([]string{
		"await Promise.all(chains);", "await Promise.allSettled(chains);", "await Promise.race(chains);", "await Promise.any(chains);",
	}).Draw(t, "join") + "\nreturn out;\n}")
	return b.String()
}

var steps = []string{
	"await sleep(Math.random() * 4);",
	"await sleep(0); say(c, Date.now(), performance.now());",
	"say(c, await get('/a' + c));",
	"say(c, await Promise.race([get('/b' + c), sleep(Math.random() * 3, 'slow')]));",
	"await Promise.all([get('/c' + c), get('/d' + c), sleep(1)]);",
	"say(c, (await Promise.allSettled([1, 2, 3, 4].map((n) => get('/e' + n)))).map((r) => r.status + (r.reason?.name ?? '')));",
	"say(c, Math.random(), crypto.randomUUID(), new Date().toISOString());",
	"try { await get('/f', {signal: AbortSignal.timeout(1)}); } catch (e) { say(c, e.name); }",
	"try { await get('/g', {throwOnError: true}); } catch (e) { say(c, e.name, e.status); }",
	"say(c, fetch(input.url + '/sync').status);",
	"await new Promise((done) => { let n = 0; const id = setInterval(() => { say(c, 'tick', n); if (++n > 2) { clearInterval(id); done(); } }, 1); });",
	"console.log('chain', c, out.length); reportProgress(c / 10);",
	"console.time('t' + c); await sleep(1); console.timeEnd('t' + c);",
	"queueMicrotask(() => say('micro', c)); await null;",
	"setTimeout(() => { throw new Error('late ' + c); }, 1); await sleep(2);",
	"if (Math.random() < 0.1) throw new TypeError('by chance ' + c);",
	"for (let i = 0; i < 50; i++) if (Math.random() < 0.02) { await sleep(i / 20); say(c, 'lucky', i); }",
	"fetch(input.url + '/forgotten');",
	"const late = get('/h'); await sleep(1); say(c, await late);",
}
