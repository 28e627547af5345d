package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ratchet"
	"ratchet/events"
	"ratchet/runtime"
)

// supervised is a run as the monitor sees it.
type supervised struct {
	limits   runtime.Limits
	deadline time.Time // SIGKILL after this; past the child's own deadline
	stop     <-chan struct{}
	grace    time.Time // SIGKILL after this; zero until stop was sent
	cpu      time.Duration
	peak     uint64
	cause    ratchet.Cause // why we killed it; empty = we did not
	done     bool
	paused   time.Time // since when a debugged run stands still; zero = it does not
}

// killRun ends run with a cause, unless it is over or has one already.
func (p *process) killRun(run *supervised, cause ratchet.Cause) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if run.done || run.cause != "" {
		return
	}
	run.cause = cause
	p.kill()
}

// errNotTaken says that the child was gone before it had read the whole job, so
// nothing of it was run.
var errNotTaken = errors.New("worker was gone before the job")

// run sends a job and serves its frames until the outcome or the end of the
// process. reuse says whether the process may take another job.
func (p *process) run(ctx context.Context, job *runtime.Job, hooks runtime.Hooks) (out runtime.Outcome, reuse bool, err error) {
	run := p.supervise(job.Limits, hooks.Stop)
	err = p.write(frameJob, func(b []byte) []byte { return appendJob(b, job) })
	if errors.Is(err, errFrameTooLarge) {
		p.release(run, false)
		return out, true, ratchet.Errorf(ratchet.CodeTooLarge, "the task with its input is larger than %d MiB", maxFrame>>20).
			WithHint("pass less input, or a URL to fetch it from")
	}
	if err != nil {
		return out, false, errNotTaken
	}
	if hooks.Started != nil {
		hooks.Started()
	}
	release := context.AfterFunc(ctx, ratchet.Guard("cancel a run", func(error) { p.kill() }, func() { p.killRun(run, ratchet.CauseCancelled) }))
	defer release()
	if hooks.Debug != nil {
		defer p.steer(ctx, hooks.Debug)()
	}
	calls := calls{process: p, host: hooks.Host, bodies: hooks.Bodies, most: job.Limits.FetchRunning + job.Limits.FetchWaiting + spareCalls}
	calls.ctx, calls.cancel = context.WithCancel(ctx)
	result, err := p.serveRun(&calls, hooks)
	calls.cancel()
	calls.wait.Wait()
	p.release(run, err != nil || result.Err != nil)
	if err != nil {
		p.kill()
		<-p.gone
		untaken := p.untaken()
		p.discard()
		if untaken && run.cause == "" {
			return out, false, errNotTaken
		}
		return p.died(run, err, job.Limits), false, nil
	}
	out = result.Outcome
	out.Usage.CPU = max(out.Usage.CPU, 0)
	if !result.Clean || run.cause != "" {
		return out, false, nil
	}
	return out, true, nil
}

func (p *process) supervise(limits runtime.Limits, stop <-chan struct{}) *supervised {
	run := &supervised{limits: limits, deadline: time.Now().Add(limits.Wall + killMargin), stop: stop}
	p.mu.Lock()
	p.current, p.state = run, StateBusy
	p.runs++
	p.active = time.Now()
	run.cpu = -1
	p.mu.Unlock()
	p.notify(events.WorkerUpdated)
	return run
}

func (p *process) release(run *supervised, failed bool) {
	p.mu.Lock()
	p.active = time.Now()
	if failed {
		p.failed++
	}
	run.done = true
	p.current = nil
	if p.state == StateBusy {
		p.state = StateReady
	}
	p.mu.Unlock()
	p.notify(events.WorkerUpdated)
}

// died makes the outcome of a run whose process ended under it.
func (p *process) died(run *supervised, err error, limits runtime.Limits) runtime.Outcome {
	cause, detail := run.cause, ""
	if cause == "" {
		cause, detail = causeOf(p.cmd.ProcessState, p.stderr.String())
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			detail = "it broke the protocol"
		}
		if cause == ratchet.CauseCrash {
			p.complain("a worker died during a run")
		}
	}
	out := runtime.Outcome{Err: ending(cause, limits, detail), Isolation: p.report.Level}
	out.Usage.CPU = p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
	out.Usage.HeapPeak = int64(run.peak)
	return out
}

// serveRun handles the frames of one run.
func (p *process) serveRun(c *calls, hooks runtime.Hooks) (outcome, error) {
	for {
		kind, size, err := p.frames.begin()
		if err != nil {
			return outcome{}, err
		}
		if kind == frameCall {
			call, refused, err := p.readCall(size, c.bodies)
			if err == nil {
				err = c.begin(call, refused)
			}
			if err != nil {
				return outcome{}, err
			}
			continue
		}
		payload, err := p.frames.payload(size)
		if err != nil {
			return outcome{}, err
		}
		switch kind {
		case frameOutcome:
			return decodeOutcome(payload)
		case frameLog:
			var lines []ratchet.LogLine
			if lines, err = decodeLog(payload); err == nil && hooks.Log != nil {
				hooks.Log(lines)
			}
		case frameProgress:
			var report ratchet.Progress
			if report, err = decodeProgress(payload); err == nil && hooks.Progress != nil {
				hooks.Progress(report)
			}
		case frameDebug:
			err = p.debugged(payload, hooks.Debug)
		default:
			err = fmt.Errorf("unexpected frame %d", kind)
		}
		if err != nil {
			return outcome{}, err
		}
	}
}
