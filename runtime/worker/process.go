package worker

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"time"

	"ratchet"
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
	log     *slog.Logger
	changed func(kind string, w ratchet.Worker) // nil before the pool has it

	sendMu sync.Mutex
	buf    []byte
	last   frameKind // of the frames sent

	mu        sync.Mutex
	principal string // of the runs it has done
	runs      int64
	failed    int64     // of the runs
	active    time.Time // begin or end of the last run
	state     State
	current   *supervised // nil between runs
	baseline  uint64      // resident bytes when ready
	gauge     gauge
	debugging bool // its run has a debugger and may stand still for long
}

// environment is all a worker sees of its parent's environment: nothing.
func environment() []string {
	return []string{"TZ=UTC", "GOTRACEBACK=none", "MALLOC_ARENA_MAX=1"}
}

// start runs the command and waits for its hello. It must be called on a
// thread that lives as long as the pool: the kernel kills the child with it.
func start(id int64, command []string, namespace bool, log *slog.Logger) (*process, error) {
	p := &process{id: id, started: time.Now(), gone: make(chan struct{}), state: StateStarting, log: log}
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
	go p.reap()
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

// notify says what the process is doing now, but not what it holds in memory:
// that has to be read from the kernel.
func (p *process) notify(kind string) {
	p.mu.Lock()
	w := ratchet.Worker{ID: p.id, PID: p.cmd.Process.Pid, State: string(p.state), Started: p.started, Runs: p.runs}
	p.mu.Unlock()
	p.changed(kind, w)
}

func (p *process) reap() {
	defer close(p.gone)
	defer ratchet.Recover("wait for a worker", ratchet.Logged(p.log, "wait for a worker"))
	err := p.cmd.Wait()
	p.mu.Lock()
	p.state = StateStopped
	p.gauge.close()
	p.mu.Unlock()
	p.log.Debug("worker process ended", "worker", p.id, "error", err, "stderr", p.stderr.String())
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
	p.last = kind
	_, err = p.in.Write(b)
	return err
}

// untaken says that the process, which is gone, never read the whole of its
// job: part of it is still in the pipe, and nothing was sent after it.
func (p *process) untaken() bool {
	p.sendMu.Lock()
	defer p.sendMu.Unlock()
	return p.last == frameJob && unread(p.in) > 0
}
