package worker

import (
	"context"
	"errors"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"ratchet"
	"ratchet/runtime"
)

func TestPool_runsAJob(t *testing.T) {
	pool := newPool(t, Config{})
	out, err := pool.Run(t.Context(), job("export default (i) => ({sum: i.a + i.b})"), runtime.Hooks{})
	if err != nil || out.Err != nil || string(out.Output) != `{"sum":3}` {
		t.Fatalf("outcome %s, %+v, %v", out.Output, out.Err, err)
	}
	if out.Isolation == "" || len(out.Tape) == 0 || out.Usage.CPU <= 0 {
		t.Errorf("isolation %q, tape %d bytes, usage %+v", out.Isolation, len(out.Tape), out.Usage)
	}
}

func TestPool_measuresItsSandbox(t *testing.T) {
	pool := newPool(t, Config{})
	report, err := pool.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Features {
		t.Logf("%-20s %-5v %s", f.Name, f.OK, f.Detail)
	}
	if !report.has("memory_cap") {
		t.Errorf("level %s: no memory cap", report.Level)
	}
	t.Log(report.Level)
}

func TestPool_limits(t *testing.T) {
	pool := newPool(t, Config{})
	tests := map[string]struct {
		code   string
		limits runtime.Limits
		cause  ratchet.Cause
		kind   string
	}{
		"endless loop":    {"export default () => { for (;;); }", runtime.Limits{Wall: 200 * time.Millisecond}, ratchet.CauseTimeout, "timeout_error"},
		"native loop":     {"export default () => Array.prototype.indexOf.call({length: 2**53-1}, 1)", runtime.Limits{Wall: 200 * time.Millisecond}, ratchet.CauseTimeout, "timeout_error"},
		"repeat":          {"export default () => 'x'.repeat(2**30).length", runtime.Limits{}, ratchet.CauseMemory, "memory_error"},
		"growing objects": {"export default () => { const a = []; for (;;) a.push({x: [a.length]}); }", runtime.Limits{Memory: 64 << 20}, ratchet.CauseMemory, "memory_error"},
		"deep JSON":       {"export default () => JSON.parse('['.repeat(5e6))", runtime.Limits{}, ratchet.CauseStack, "stack_overflow"},
		"cpu":             {"export default () => { for (;;); }", runtime.Limits{CPU: 150 * time.Millisecond}, ratchet.CauseCPU, "cpu_error"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			j := job(test.code)
			j.Limits = test.limits
			out, err := pool.Run(t.Context(), j, runtime.Hooks{})
			if err != nil {
				t.Fatal(err)
			}
			if out.Err == nil || out.Err.Cause != test.cause || out.Err.Type != test.kind {
				t.Fatalf("output %.40s, error %+v, want cause %s, type %s", out.Output, out.Err, test.cause, test.kind)
			}
			t.Log(out.Err.Message, out.Err.Line, out.Err.Hint)
		})
	}
}

func TestPool_killedWorkerFailsOnlyItsRun(t *testing.T) {
	pool := newPool(t, Config{Workers: 2})
	started := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		<-started
		for _, w := range pool.Stats().Workers {
			if w.State == StateBusy {
				_ = syscall.Kill(w.PID, syscall.SIGKILL)
			}
		}
	})
	speaks := job("export default async () => { console.log('here'); await new Promise((r) => setTimeout(r, 100)); for (;;); }")
	out, err := pool.Run(t.Context(), speaks, runtime.Hooks{Log: func([]ratchet.LogLine) { close(started) }})
	wg.Wait()
	if err != nil || out.Err == nil || out.Err.Cause != ratchet.CauseCrash {
		t.Fatalf("%+v, %v", out.Err, err)
	}
	out, err = pool.Run(t.Context(), job("export default () => 1"), runtime.Hooks{})
	if err != nil || out.Err != nil || string(out.Output) != "1" {
		t.Fatalf("next run: %s %+v %v", out.Output, out.Err, err)
	}
}

func TestPool_cancelKillsNow(t *testing.T) {
	pool := newPool(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	out, err := pool.Run(ctx, job("export default () => { for (;;); }"), runtime.Hooks{Started: cancel})
	if err != nil || out.Err == nil || out.Err.Code != ratchet.CodeCancelled || out.Err.Cause != ratchet.CauseCancelled {
		t.Fatalf("%+v, %v", out.Err, err)
	}
}

func TestPool_refusesMoreThanItsQueue(t *testing.T) {
	pool := newPool(t, Config{Workers: 1, Waiting: 1})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	started := make(chan struct{})
	wg.Go(func() {
		_, _ = pool.Run(ctx, job("export default () => { for (;;); }"), runtime.Hooks{Started: func() { close(started) }})
	})
	<-started
	wg.Go(func() { _, _ = pool.Run(ctx, job("export default () => 1"), runtime.Hooks{}) })
	for pool.Stats().Waiting == 0 {
		time.Sleep(time.Millisecond)
	}
	_, err := pool.Run(t.Context(), job("export default () => 1"), runtime.Hooks{})
	var refused *ratchet.Error
	if !errors.As(err, &refused) || refused.Code != ratchet.CodeUnavailable || refused.Fields[ratchet.FieldRetryAfter] == nil {
		t.Errorf("third run: %v", err)
	}
	cancel()
	wg.Wait()
}

type echoHost struct{}

func (echoHost) Call(_ context.Context, c runtime.HostCall) (runtime.HostReply, error) {
	return runtime.HostReply{Secret: "value of " + c.Secret}, nil
}

func TestPool_hostCallsLogsAndProgress(t *testing.T) {
	pool := newPool(t, Config{})
	var lines []ratchet.LogLine
	var reports []ratchet.Progress
	j := job("export default async (i, c) => { console.log('hello'); await reportProgress(0.5); return await c.secrets.get('KEY'); }")
	j.Secrets = []string{"KEY"}
	for range 3 {
		lines, reports = nil, nil
		out, err := pool.Run(t.Context(), j, runtime.Hooks{
			Host: echoHost{}, Log: func(l []ratchet.LogLine) { lines = append(lines, l...) },
			Progress: func(p ratchet.Progress) { reports = append(reports, p) },
		})
		if err != nil || out.Err != nil || string(out.Output) != `"value of KEY"` {
			t.Fatalf("%s %+v %v", out.Output, out.Err, err)
		}
		if len(lines) != 1 || lines[0].Message != "hello" || len(reports) != 1 || reports[0].Fraction != 0.5 {
			t.Errorf("lines %+v, progress %+v", lines, reports)
		}
	}
}

func TestPool_workersServeOnePrincipal(t *testing.T) {
	pool := newPool(t, Config{Workers: 1})
	pids := map[string]int{}
	for _, principal := range []string{"ann", "ann", "bob"} {
		j := job("export default () => 1")
		j.Principal = principal
		if _, err := pool.Run(t.Context(), j, runtime.Hooks{}); err != nil {
			t.Fatal(err)
		}
		pid := pool.Stats().Workers[0].PID
		if before := pids[principal]; before != 0 && before != pid {
			t.Errorf("%s got a second worker", principal)
		}
		pids[principal] = pid
	}
	if pids["ann"] == pids["bob"] {
		t.Error("two principals shared a worker")
	}
}

func TestPool_stopAsksTheScript(t *testing.T) {
	pool := newPool(t, Config{})
	stop := make(chan struct{})
	code := "export default (i, c) => new Promise((done) => { const t = setInterval(() => { if (c.signal.aborted) { clearInterval(t); done('bye'); } }, 1); })"
	out, err := pool.Run(t.Context(), job(code), runtime.Hooks{Stop: stop, Started: func() { close(stop) }})
	if err != nil || out.Err != nil || string(out.Output) != `"bye"` {
		t.Fatalf("%s %+v %v", out.Output, out.Err, err)
	}
}

func TestPool_replacesAWorkerThatDiedWaiting(t *testing.T) {
	pool := newPool(t, Config{Workers: 1})
	if _, err := pool.Report(t.Context()); err != nil {
		t.Fatal(err)
	}
	pid := pool.Stats().Workers[0].PID
	_ = syscall.Kill(pid, syscall.SIGKILL)
	for syscall.Kill(pid, 0) == nil { // a dying one may still take a job out of its pipe
		time.Sleep(time.Millisecond)
	}
	out, err := pool.Run(t.Context(), job("export default () => 1"), runtime.Hooks{})
	if err != nil || out.Err != nil {
		t.Fatalf("the run after an idle worker was killed: %+v, %v", out.Err, err)
	}
}

func TestPool_isolationPerRun(t *testing.T) {
	pool := newPool(t, Config{IsolationPerRun: true})
	for range 3 {
		if _, err := pool.Run(t.Context(), job("export default () => 1"), runtime.Hooks{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range pool.Stats().Workers {
		if w.Runs > 1 {
			t.Errorf("worker %d ran %d jobs", w.ID, w.Runs)
		}
	}
}

func TestPool_killsAfterAnIgnoredStop(t *testing.T) {
	pool := newPool(t, Config{StopGrace: 50 * time.Millisecond})
	for name, code := range map[string]string{
		"bytecode": "export default () => { for (;;); }",
		"builtin":  "export default () => Array.prototype.indexOf.call({length: 2**53-1}, 1)",
		"waiting":  "export default () => new Promise(() => setInterval(() => {}, 1))",
	} {
		t.Run(name, func(t *testing.T) {
			stop := make(chan struct{})
			out, err := pool.Run(t.Context(), job(code), runtime.Hooks{Stop: stop, Started: func() { close(stop) }})
			if err != nil || out.Err == nil || out.Err.Cause != ratchet.CauseCancelled || out.Err.Code != ratchet.CodeCancelled {
				t.Fatalf("%+v %v", out.Err, err)
			}
		})
	}
}

// gateHost answers when it is opened.
type gateHost struct{ open chan struct{} }

func (h gateHost) Call(context.Context, runtime.HostCall) (runtime.HostReply, error) {
	<-h.open
	return runtime.HostReply{Secret: "x"}, nil
}

func TestPool_servesByPriorityThenArrival(t *testing.T) {
	pool := newPool(t, Config{Workers: 1})
	gate := gateHost{make(chan struct{})}
	first := job("export default async (i, c) => await c.secrets.get('KEY')")
	first.Secrets = []string{"KEY"}
	var wg sync.WaitGroup
	began := make(chan struct{})
	wg.Go(func() {
		_, _ = pool.Run(t.Context(), first, runtime.Hooks{Host: gate, Started: func() { close(began) }})
	})
	<-began
	var mu sync.Mutex
	var order []string
	for i, next := range []struct {
		name     string
		priority ratchet.Priority
	}{{"low", 1}, {"unset", 0}, {"normal", 2}, {"high", 3}, {"urgent", 4}, {"high again", 3}} {
		j := job("export default () => 1")
		j.Priority = next.priority
		wg.Go(func() {
			_, _ = pool.Run(t.Context(), j, runtime.Hooks{Started: func() {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, next.name)
			}})
		})
		eventually(t, next.name+" waits", func() bool { return pool.Stats().Waiting == i+1 })
	}
	close(gate.open)
	wg.Wait()
	want := []string{"urgent", "high", "high again", "unset", "normal", "low"}
	if !slices.Equal(order, want) {
		t.Errorf("served %q, want %q", order, want)
	}
}

func TestPool_saysWhenNoWorkerStarts(t *testing.T) {
	pool := newPool(t, Config{Command: []string{"/bin/false"}})
	if report, err := pool.Report(t.Context()); ratchet.AsError(err).Code != ratchet.CodeUnavailable {
		t.Errorf("report %+v, %v", report, err)
	}
	if _, err := pool.Run(t.Context(), job("export default () => 1"), runtime.Hooks{}); ratchet.AsError(err).Code != ratchet.CodeUnavailable {
		t.Errorf("run: %v", err)
	}
}
