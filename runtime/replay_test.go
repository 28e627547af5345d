package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratchet"
)

// recording is one run with all that a replay is compared with.
type recording struct {
	out   Outcome
	logs  []ratchet.LogLine
	steps []ratchet.Progress
	tape  []byte
}

// watch runs a job and collects what it says.
func watch(ctx context.Context, job Job, host Host, stop <-chan struct{}) recording {
	var r recording
	var mu sync.Mutex
	r.out = Run(ctx, job, Hooks{Host: host, Stop: stop, Log: func(lines []ratchet.LogLine) {
		mu.Lock()
		r.logs = append(r.logs, lines...)
		mu.Unlock()
	}, Progress: func(p ratchet.Progress) { r.steps = append(r.steps, p) }})
	return r
}

// record runs a job live and completes its tape.
func record(t testing.TB, ctx context.Context, job Job, host Host, stop <-chan struct{}) recording {
	t.Helper()
	rec := NewRecorder(host)
	rec.Pin(job)
	r := watch(ctx, job, rec, stop)
	tape, err := rec.Merge(r.out.Tape)
	if err != nil {
		t.Fatal(err)
	}
	r.tape = tape
	return r
}

// again replays a recording.
func (r recording) again(job Job) recording {
	job.Mode, job.Tape = ModeReplay, r.tape
	return watch(context.Background(), job, nil, nil)
}

// diff compares what a task did, without the times at which it did it.
func (r recording) diff(other recording) string {
	strip := func(r recording) string {
		text := fmt.Sprintf("output %s\nerror %+v\n", r.out.Output, r.out.Err)
		for _, l := range r.logs {
			text += fmt.Sprintf("log %d %s %s %s %s %s %+v\n", l.Number, l.Level, l.Logger, l.Message, l.Fields, l.Error, l.Source)
		}
		for _, p := range r.steps {
			text += fmt.Sprintf("progress %g %s %s\n", p.Fraction, p.Step, p.Message)
		}
		return text
	}
	return cmp.Diff(strip(r), strip(other))
}

const busyTask = `async function main(input, context) {
	console.time('all');
	const seen = [Date.now(), Math.random(), crypto.randomUUID()];
	const get = async (i) => { const r = await fetch('http://host/' + i); console.log('got', i, r.body); return r.body; };
	const slow = new Promise((r) => setTimeout(r, 3, 'slow'));
	seen.push(await Promise.race([get(1), slow]));
	const every = [];
	await new Promise((done) => { const id = setInterval(() => { every.push(performance.now()); if (every.length > 2) { clearInterval(id); done(); } }, 1); });
	reportProgress({progress: 0.5, step: 'half'});
	seen.push(every, fetch('http://host/sync').body, context.deadline, context.secrets.get('key').length);
	seen.push(await Promise.all([2, 3, 4].map(get)), new Date().toISOString());
	console.timeEnd('all');
	if (input.fail) throw new TypeError('as asked');
	return seen;
}`

func TestReplay(t *testing.T) {
	for _, input := range []string{`{}`, `{"fail":true}`} {
		job := Job{Source: Source{Code: busyTask}, Input: []byte(input), Secrets: []string{"key"}, Seed: [32]byte{7}}
		live := record(t, context.Background(), job, echoHost{}, nil)
		job.Seed = [32]byte{}
		for _, watched := range []Job{{}, {Coverage: true}, {Profile: true}} {
			job.Coverage, job.Profile = watched.Coverage, watched.Profile
			job.Mode, job.Tape = ModeReplay, live.tape
			replayed := watch(context.Background(), job, echoHost{}, nil)
			if diff := live.diff(replayed); diff != "" {
				t.Fatalf("replay (-live +replay):\n%s", diff)
			}
			f := replayed.out.Followed
			if f == nil || f.Divergence != nil || f.Events != f.Total || !f.Complete || f.Cut != "" {
				t.Errorf("followed %+v", f)
			}
		}
	}
}

func TestReplay_diverges(t *testing.T) {
	code := `async function main(input) {
	const at = Date.now();
	const r = await fetch('http://host/a', {method: 'POST', body: 'x', headers: {a: 'b'}});
	await new Promise((r) => setTimeout(r, 1));
	reportProgress(0.5);
	return r.body;
}`
	job := Job{Source: Source{Code: code}}
	live := record(t, context.Background(), job, echoHost{}, nil)
	for _, c := range []struct {
		name, old, new string
		want           Divergence
	}{
		{"url", "host/a", "host/b", Divergence{2, "call 1 (fetch POST http://host/a)", "call 1 (fetch POST http://host/b)", "main.js", 3, 23}},
		{"body", "'x'", "'y'", Divergence{2, "call 1 (fetch POST http://host/a) with body x", "call 1 (fetch POST http://host/a) with body y", "main.js", 3, 23}},
		{"no clock", "Date.now()", "1", Divergence{1, "the task asks for the time of day", "call 1 (fetch POST http://host/a)", "main.js", 3, 23}},
		{"no timer", "await new Promise((r) => setTimeout(r, 1));", "", Divergence{4, "timer 1 fires", "progress report 1 (0.5)", "main.js", 5, 16}},
		{"waits", "reportProgress(0.5)", "await new Promise((r) => setTimeout(r, 1))", Divergence{5, "progress report 1 (0.5)", "the task waits for a timer", "main.js", 5, 37}},
		{"ends early", "reportProgress(0.5)", "return 1", Divergence{5, "progress report 1 (0.5)", "the run ends with an output", "main.js", 4, 37}},
		{"fails", "reportProgress(0.5)", "return null.x", Divergence{5, "progress report 1 (0.5)", "the run fails: TypeError: Cannot read properties of null (reading 'x')", "main.js", 5, 14}},
		{"other progress", "0.5", "0.6", Divergence{5, "progress report 1 (0.5)", "progress report 1 (0.6)", "main.js", 5, 16}},
		{"more", "return r.body", "reportProgress(0.7); return r.body", Divergence{6, "the run ends with an output", "progress report 2 (0.7)", "main.js", 6, 16}},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := job
			changed.Source.Code = strings.Replace(code, c.old, c.new, 1)
			out := live.again(changed).out
			if out.Followed == nil || out.Followed.Divergence == nil || out.Err == nil || out.Err.Code != ratchet.CodeDiverged {
				t.Fatalf("%s %+v %+v", out.Output, out.Err, out.Followed)
			}
			got := *out.Followed.Divergence
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if out.Err.Line != c.want.Line || out.Err.Snippet == "" {
				t.Errorf("%+v", out.Err)
			}
		})
	}
}

// TestReplay_catches shows that a script cannot catch the end of a replay.
func TestReplay_catches(t *testing.T) {
	job := Job{Source: Source{Code: `function main(i) { Date.now(); return 1 }`}}
	live := record(t, context.Background(), job, nil, nil)
	job.Source.Code = `function main(i) { for (;;) { try { reportProgress(0.5) } catch { } finally { continue } } }`
	if out := live.again(job).out; out.Err == nil || out.Err.Code != ratchet.CodeDiverged {
		t.Errorf("%s %+v", out.Output, out.Err)
	}
}

// TestReplay_interrupted replays runs that were ended from outside.
func TestReplay_interrupted(t *testing.T) {
	for name, code := range map[string]string{
		"spinning": `function main() { reportProgress(0.1); for (;;); }`,
		"waiting":  `async function main() { reportProgress(0.1); await new Promise((r) => setTimeout(r, 1e6)); }`,
		"fetching": `async function main() { reportProgress(0.1); await fetch('http://host/never'); }`,
	} {
		t.Run(name, func(t *testing.T) {
			job := Job{Source: Source{Code: code}, Limits: Limits{Wall: 50 * time.Millisecond}}
			live := record(t, context.Background(), job, neverHost{}, nil)
			if live.out.Err == nil || live.out.Err.Cause != ratchet.CauseTimeout {
				t.Fatalf("%+v", live.out.Err)
			}
			job.Limits.Wall = 0
			out := live.again(job).out
			if out.Err == nil || out.Err.Type != "recording_end" || out.Followed.Cut != CutBreak || out.Followed.Divergence != nil {
				t.Errorf("%+v %+v", out.Err, out.Followed)
			}
			if !strings.Contains(out.Err.Message, "ended from outside") {
				t.Error(out.Err.Message)
			}
		})
	}
}

// neverHost answers when the run is over.
type neverHost struct{}

func (neverHost) Call(ctx context.Context, _ HostCall) (HostReply, error) {
	<-ctx.Done()
	return HostReply{}, ctx.Err()
}

func TestReplay_stop(t *testing.T) {
	job := Job{Source: Source{Code: `async function main(input, context) {
		const stopped = new Promise((r) => context.signal.addEventListener('abort', () => r('stopped')));
		progress(0.1);
		return [await stopped, Date.now()];
	}`}}
	stop := make(chan struct{})
	rec := NewRecorder(nil)
	out := Run(context.Background(), job, Hooks{Stop: stop, Progress: func(ratchet.Progress) { close(stop) }})
	tape, err := rec.Merge(out.Tape)
	if err != nil {
		t.Fatal(err)
	}
	live := recording{out: out, tape: tape}
	if again := live.again(job).out; string(again.Output) != string(out.Output) || again.Err != nil {
		t.Errorf("%s %+v; live %s %+v", again.Output, again.Err, out.Output, out.Err)
	}
}

// TestReplay_deadWorker replays what is left of a run whose worker died: calls
// without order.
func TestReplay_deadWorker(t *testing.T) {
	job := Job{Source: Source{Code: `async function main() { const r = await fetch('http://host/1'); return [r.body, Math.random(), await fetch('http://host/2').body]; }`}, Seed: [32]byte{3}}
	rec := NewRecorder(echoHost{})
	rec.Pin(job)
	live := Run(context.Background(), job, Hooks{Host: rec})
	tape, err := rec.Merge(nil)
	if err != nil {
		t.Fatal(err)
	}
	out := recording{tape: tape}.again(job).out
	if string(out.Output) != string(live.Output) || out.Followed.Complete || out.Followed.Total != 0 {
		t.Errorf("%s %+v %+v; live %s", out.Output, out.Err, out.Followed, live.Output)
	}
	job.Source.Code = `async function main() { await fetch('http://host/3') }`
	out = recording{tape: tape}.again(job).out
	if out.Err == nil || out.Err.Type != "recording_end" || out.Followed.Cut != CutIncomplete {
		t.Errorf("%+v %+v", out.Err, out.Followed)
	}
}

// TestReplay_closedDoor replays a run that ended because nobody answered it.
func TestReplay_closedDoor(t *testing.T) {
	job := Job{Source: Source{Code: `async function main() { try { await fetch('http://host/1') } catch { } return 1 }`}}
	for _, host := range []Host{nil, brokenHost{}} {
		out := Run(context.Background(), job, Hooks{Host: host})
		if out.Err == nil || out.Err.Code != ratchet.CodeUnavailable {
			t.Fatalf("%+v", out.Err)
		}
		again := recording{tape: out.Tape}.again(job).out
		if diff := cmp.Diff(out.Err, again.Err); diff != "" {
			t.Errorf("(-live +replay):\n%s", diff)
		}
	}
}

type brokenHost struct{}

func (brokenHost) Call(context.Context, HostCall) (HostReply, error) {
	return HostReply{}, errors.New("no more")
}

func TestReplay_badTape(t *testing.T) {
	job := Job{Source: Source{Code: `function main() { return [1, Date.now(), Math.random()] }`}}
	live := record(t, context.Background(), job, nil, nil)
	other := append([]byte(nil), live.tape...)
	other[len(tapeMagic)]++
	for name, c := range map[string]struct {
		tape []byte
		want string
	}{
		"version":   {other, "version 4, this build reads 2 to 3"},
		"truncated": {live.tape[:len(live.tape)-3], "it is damaged"},
		"foreign":   {[]byte("something else"), "does not begin with RTAP"},
		"empty":     {[]byte{}, "does not begin with RTAP"},
	} {
		out := recording{tape: c.tape}.again(job).out
		if out.Err == nil || out.Err.Code != ratchet.CodeConflict || !strings.Contains(out.Err.Message, c.want) {
			t.Errorf("%s: %+v", name, out.Err)
		}
	}
}

// TestReplay_incomplete replays a recording that hit its limit.
func TestReplay_incomplete(t *testing.T) {
	job := Job{Source: Source{Code: `function main() { for (let i = 0; i < 20; i++) reportProgress(i / 20); return 1 }`}, Limits: Limits{RecordedEvents: 5}}
	live := record(t, context.Background(), job, nil, nil)
	out := live.again(job).out
	if out.Err == nil || out.Err.Type != "recording_end" || out.Followed.Cut != CutIncomplete || out.Followed.Events != 5 || out.Followed.Complete {
		t.Errorf("%+v %+v", out.Err, out.Followed)
	}
}

// TestFork goes on live at every event of a run.
func TestFork(t *testing.T) {
	job := Job{Source: Source{Code: busyTask}, Secrets: []string{"key"}, Seed: [32]byte{7}}
	live := record(t, context.Background(), job, echoHost{}, nil)
	tape, err := DecodeTape(live.tape)
	if err != nil {
		t.Fatal(err)
	}
	for at := range len(tape.Events) + 2 {
		forked := job
		forked.Mode, forked.Tape, forked.Fork, forked.ForkAt = ModeReplay, live.tape, true, at
		rec := NewRecorder(echoHost{})
		rec.Pin(forked)
		rec.Preload(tape.Before(at), tape.At(at))
		r := watch(context.Background(), forked, rec, nil)
		if r.out.Err != nil {
			t.Fatalf("at %d: %+v", at, r.out.Err)
		}
		if r.tape, err = rec.Merge(r.out.Tape); err != nil {
			t.Fatal(err)
		}
		again := job
		again.Mode, again.Tape = ModeReplay, r.tape
		replayed := watch(context.Background(), again, echoHost{}, nil)
		if diff := r.diff(replayed); diff != "" {
			t.Fatalf("the replay of the fork at %d (-fork +replay):\n%s", at, diff)
		}
	}
}
