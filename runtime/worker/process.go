package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// State is what a worker is doing.
type State string

// The states of a worker.
const (
	StateStarting State = "starting"
	StateReady    State = "ready"
	StateBusy     State = "busy"
	StateStopped  State = "stopped"
)

// process is one child. The goroutine that runs a job owns in and the reading
// of out; everything under mu is shared with the pool's monitor.
type process struct {
	id      int64
	cmd     *exec.Cmd
	in      *os.File
	out     *os.File
	frames  *frameReader
	report  Report
	started time.Time
	gone    chan struct{} // closed when the process has been reaped
	stderr  tail

	sendMu sync.Mutex
	buf    []byte

	mu        sync.Mutex
	principal string // of the runs it has done
	runs      int64
	state     State
	current   *supervised // nil between runs
	baseline  uint64      // resident bytes when ready
	gauge     gauge
}

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
}

// tail keeps the beginning of what a worker says on stderr: the runtime names
// its fatal error first.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := tailSize - t.buf.Len(); room > 0 {
		t.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// environment is all a worker sees of its parent's environment: nothing.
func environment() []string {
	return []string{"TZ=UTC", "GOTRACEBACK=none", "MALLOC_ARENA_MAX=1"}
}

// start runs the command and waits for its hello. It must be called on a
// thread that lives as long as the pool: the kernel kills the child with it.
func start(id int64, command []string, namespace bool, log *slog.Logger) (*process, error) {
	p := &process{id: id, started: time.Now(), gone: make(chan struct{}), state: StateStarting}
	childIn, in, err := pipe()
	if err != nil {
		return nil, err
	}
	out, childOut, err := pipe()
	if err != nil {
		return nil, errors.Join(err, childIn.Close(), in.Close())
	}
	p.in, p.out, p.frames = in, out, newFrameReader(out)
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Env, p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = environment(), childIn, childOut, &p.stderr
	p.cmd.SysProcAttr = attributes(namespace)
	err = p.cmd.Start()
	childIn.Close()
	childOut.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start worker process: %w", err), in.Close(), out.Close())
	}
	go p.reap(log)
	return p, nil
}

// greet waits for hello. It blocks until the child is ready or gone.
func (p *process) greet() error {
	guard := time.AfterFunc(30*time.Second, func() { p.kill() })
	defer guard.Stop()
	kind, payload, err := p.frames.next()
	if err == nil && kind != frameHello {
		err = fmt.Errorf("unexpected frame %d before hello", kind)
	}
	var h hello
	if err == nil {
		h, err = decodeHello(payload)
	}
	if err == nil && h.Version != wireVersion {
		err = fmt.Errorf("it speaks wire version %d, this program %d", h.Version, wireVersion)
	}
	if err != nil {
		p.discard()
		<-p.gone
		return fmt.Errorf("worker did not become ready: %w: %s", err, p.stderr.String())
	}
	p.report = h.Report
	p.gauge = newGauge(p.cmd.Process.Pid)
	p.mu.Lock()
	p.baseline, p.state = p.gauge.resident(), StateReady
	p.mu.Unlock()
	return nil
}

func (p *process) reap(log *slog.Logger) {
	err := p.cmd.Wait()
	p.mu.Lock()
	p.state = StateStopped
	p.gauge.close()
	p.mu.Unlock()
	log.Debug("worker process ended", "worker", p.id, "error", err, "stderr", p.stderr.String())
	close(p.gone)
}

// kill sends SIGKILL. It is harmless after the end.
func (p *process) kill() { _ = p.cmd.Process.Kill() }

// discard kills the process and closes the pipes.
func (p *process) discard() {
	p.kill()
	p.in.Close()
	p.out.Close()
}

// write sends one frame to the child.
func (p *process) write(kind frameKind, body func([]byte) []byte) error {
	p.sendMu.Lock()
	defer p.sendMu.Unlock()
	b := beginFrame(p.buf[:0], kind)
	if body != nil {
		b = body(b)
	}
	b, err := endFrame(b, 0)
	if err != nil {
		return err
	}
	if p.buf = b[:0]; cap(b) > keepBuffer {
		p.buf = nil
	}
	_, err = p.in.Write(b)
	return err
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

// errNotTaken says that the child was gone before it could read the job.
var errNotTaken = errors.New("worker was gone before the job")

// run sends a job and serves its frames until the outcome or the end of the
// process. reuse says whether the process may take another job.
func (p *process) run(ctx context.Context, job *runtime.Job, hooks runtime.Hooks) (out runtime.Outcome, reuse bool, err error) {
	run := p.supervise(job.Limits, hooks.Stop)
	err = p.write(frameJob, func(b []byte) []byte { return appendJob(b, job) })
	if errors.Is(err, errFrameTooLarge) {
		p.release(run)
		return out, true, ratchet.Errorf(ratchet.CodeTooLarge, "the task with its input is larger than %d MiB", maxFrame>>20).
			WithHint("pass less input, or a URL to fetch it from")
	}
	if err != nil {
		return out, false, errNotTaken
	}
	if hooks.Started != nil {
		hooks.Started()
	}
	release := context.AfterFunc(ctx, func() { p.killRun(run, ratchet.CauseCancelled) })
	defer release()
	calls := calls{process: p, host: hooks.Host}
	calls.ctx, calls.cancel = context.WithCancel(ctx)
	result, err := p.serveRun(&calls, hooks)
	calls.cancel()
	calls.wait.Wait()
	p.release(run)
	if err != nil {
		p.discard()
		<-p.gone
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
	run.cpu = -1
	p.mu.Unlock()
	return run
}

func (p *process) release(run *supervised) {
	p.mu.Lock()
	run.done = true
	p.current = nil
	if p.state == StateBusy {
		p.state = StateReady
	}
	p.mu.Unlock()
}

// died makes the outcome of a run whose process ended under it.
func (p *process) died(run *supervised, err error, limits runtime.Limits) runtime.Outcome {
	cause, detail := run.cause, ""
	if cause == "" {
		cause, detail = causeOf(p.cmd.ProcessState, p.stderr.String())
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			detail = "it broke the protocol"
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
		kind, payload, err := p.frames.next()
		if err != nil {
			return outcome{}, err
		}
		switch kind {
		case frameOutcome:
			return decodeOutcome(payload)
		case frameCall:
			var call runtime.HostCall
			if call, err = decodeCall(payload); err == nil {
				err = c.begin(call)
			}
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
		default:
			err = fmt.Errorf("unexpected frame %d", kind)
		}
		if err != nil {
			return outcome{}, err
		}
	}
}

// maxCalls bounds host calls in flight whatever the child claims to obey.
const maxCalls = 1024

// calls are the host calls of one run in flight.
type calls struct {
	process *process
	host    runtime.Host
	ctx     context.Context
	cancel  context.CancelFunc
	wait    sync.WaitGroup
	slots   chan struct{}
}

func (c *calls) begin(call runtime.HostCall) error {
	if c.slots == nil {
		c.slots = make(chan struct{}, maxCalls)
	}
	select {
	case c.slots <- struct{}{}:
	default:
		return errors.New("too many host calls at once")
	}
	c.wait.Go(func() {
		defer func() { <-c.slots }()
		answer := reply{Seq: call.Seq}
		if c.host == nil {
			answer.Closed = "this run has no host"
		} else if r, err := c.host.Call(c.ctx, call); err != nil {
			answer.Closed = err.Error()
		} else {
			answer.HostReply = r
		}
		err := c.process.write(frameReply, func(b []byte) []byte { return appendReply(b, &answer) })
		if errors.Is(err, errFrameTooLarge) {
			answer = reply{Seq: call.Seq, HostReply: runtime.HostReply{Error: &runtime.CallError{
				Class: "DataError", Code: "too_large", Message: "the response is too large for the worker",
			}}}
			_ = c.process.write(frameReply, func(b []byte) []byte { return appendReply(b, &answer) })
		}
	})
	return nil
}
