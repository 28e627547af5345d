package worker

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// watchEvery is how often a run is looked at from inside. Shorter runs are never.
const watchEvery = 5 * time.Millisecond

// current is the run in progress as the reading loop sees it.
type current struct {
	mu      sync.Mutex
	waiting map[int64]chan reply
	stop    chan struct{}
	stopped bool
	begin   func() // starts the second loop; nil when it was started
	kill    context.CancelCauseFunc
	steer   chan runtime.DebugCommand
}

func (r *current) reset(begin func(), kill context.CancelCauseFunc) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting, r.stop, r.stopped, r.begin, r.steer, r.kill = nil, make(chan struct{}), false, begin, nil, kill
	return r.stop
}

// listen makes sure that frames are read while the run goes on.
func (r *current) listen() {
	r.mu.Lock()
	begin := r.begin
	r.begin = nil
	r.mu.Unlock()
	if begin != nil {
		begin()
	}
}

// end says whether a second loop has taken over.
func (r *current) end() (replaced bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	replaced = r.begin == nil
	r.begin = nil
	return replaced
}

func (r *current) expect(seq int64) <-chan reply {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == nil {
		r.waiting = make(map[int64]chan reply)
	}
	ch := make(chan reply, 1)
	r.waiting[seq] = ch
	return ch
}

func (r *current) forget(seq int64) {
	r.mu.Lock()
	delete(r.waiting, seq)
	r.mu.Unlock()
}

func (r *current) deliver(answer reply) {
	r.mu.Lock()
	ch := r.waiting[answer.Seq]
	delete(r.waiting, answer.Seq)
	r.mu.Unlock()
	if ch != nil {
		ch <- answer
	}
}

// askStop asks the run to stop, and ends it when it goes on for longer than
// grace: before the parent kills the process, and with it the recording.
func (r *current) askStop(grace time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || r.stop == nil {
		return
	}
	r.stopped = true
	close(r.stop)
	if cancel := r.kill; cancel != nil && grace > 0 {
		time.AfterFunc(grace, func() { cancel(context.Canceled) }) // a run that is over does not mind
	}
}

// execute runs one job and sends its outcome. It says whether another loop
// reads frames now.
func (c *child) execute(job runtime.Job) (replaced bool) {
	job.Limits = job.Limits.WithDefaults()
	ctx, cancel := context.WithCancelCause(c.ctx)
	defer cancel(nil)
	w := watch{limits: job.Limits, cancel: cancel, run: &c.run, cpu: cpuTime()}
	c.bound(job.Limits, w.cpu)
	stop := c.run.reset(func() { go c.loop() }, cancel)
	w.start()
	hooks := runtime.Hooks{Host: (*pipeHost)(c), Log: c.send.log, Progress: c.send.progress, Stop: stop}
	if job.Debug != nil {
		hooks.Debug = c.debugPort()
	}
	out := runtime.Run(ctx, job, hooks)
	w.end()
	if used := time.Duration(cpuTime() - w.cpu); out.Usage.CPU == 0 {
		out.Usage.CPU = used
	}
	out.Usage.HeapPeak = max(out.Usage.HeapPeak, w.peak)
	out.Isolation = c.report.Level
	result := outcome{Outcome: out, Clean: clean(out.Err)}
	replaced = c.run.end()
	if err := c.send.outcome(&result); err != nil {
		select {
		case c.done <- err:
		default:
		}
		return true
	}
	return replaced
}

// clean says whether a run ended by itself inside its limits.
func clean(err *ratchet.ExecutionError) bool {
	return err == nil || err.Cause == "" || err.Cause == ratchet.CauseDeadlock
}

// bound sets the process's limits for one run; unchanged ones are left alone.
func (c *child) bound(limits runtime.Limits, cpu int64) {
	if c.memory != limits.Memory {
		c.memory = limits.Memory
		c.meter.capMemory(limits.Memory)
		// The collector works harder near the limit, so that garbage does not count as use.
		debug.SetMemoryLimit(limits.Memory)
	}
	capCPU(uint64(time.Duration(cpu).Seconds()), uint64(limits.CPU.Seconds())+10)
}

func tooLarge(what string) *runtime.CallError {
	return &runtime.CallError{Class: "DataError", Code: "too_large", Message: what}
}

// pipeHost is the child's door to the world: the pipe.
type pipeHost child

// Call sends the call and waits for its reply or the end of the run.
func (h *pipeHost) Call(ctx context.Context, call runtime.HostCall) (runtime.HostReply, error) {
	h.run.listen()
	answer := h.run.expect(call.Seq)
	defer h.run.forget(call.Seq)
	err := h.send.call(&call)
	switch {
	case errors.Is(err, errFrameTooLarge):
		return runtime.HostReply{Error: tooLarge("the request is too large for the server")}, nil
	case err != nil:
		return runtime.HostReply{}, err
	}
	select {
	case r := <-answer:
		if r.Closed != "" {
			return r.HostReply, errors.New(r.Closed)
		}
		return r.HostReply, nil
	case <-ctx.Done():
		return runtime.HostReply{}, context.Cause(ctx)
	}
}
