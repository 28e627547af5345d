package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	goruntime "runtime"

	"ratchet"
	"ratchet/runtime"
)

// Limits of the child that no job changes.
const (
	maxStack      = 64 << 20 // bytes of one goroutine's stack; deep native recursion dies here
	gcPercent     = 200
	childThreads  = 2
	warmUpProgram = "export default (input: {n: number}) => ({n: input.n, s: `${new Date(0)}`})"
)

// Serve is the main function of a worker process: it warms up, shuts the
// sandbox, says hello on stdout and runs the jobs that arrive on stdin until
// stdin is closed or ctx is done. It changes settings of the whole process
// (time zone, limits, collector), so the process must do nothing else. It
// returns nil at the end of stdin.
func Serve(ctx context.Context) error {
	time.Local = time.UTC
	goruntime.GOMAXPROCS(childThreads)
	debug.SetMaxStack(maxStack)
	debug.SetGCPercent(gcPercent)
	closeInherited()
	own, err := newMeter()
	if err != nil {
		return err
	}
	warmUp(ctx)
	capRest()
	capped := own.capMemory(runtime.Limits{}.WithDefaults().Memory)
	report := lock()
	report.add("memory_cap", capped, "address space is bounded")
	report.grade()
	c := &child{ctx: ctx, in: newFrameReader(os.Stdin), out: os.Stdout, meter: own, report: report, done: make(chan error, 1)}
	c.in.own = true
	if err := c.hello(); err != nil {
		return err
	}
	return c.serve()
}

// warmUp runs a program of ours once, so that the first task finds everything
// compiled and what reads files (time zones) has done so, then gives memory back.
func warmUp(ctx context.Context) {
	for _, mode := range []runtime.Mode{runtime.ModeRun} {
		runtime.Run(ctx, runtime.Job{
			Mode:   mode,
			Source: runtime.Source{Name: "main.ts", Code: warmUpProgram, Language: ratchet.TypeScript},
			Input:  []byte(`{"n":1}`),
		}, runtime.Hooks{})
	}
	debug.FreeOSMemory()
}

// child is the worker's side of the pipe.
type child struct {
	ctx    context.Context
	in     *frameReader // owned by the goroutine inside loop
	out    io.Writer
	meter  *meter
	report Report
	done   chan error // the end of the last loop

	send   sender
	run    current
	memory int64 // budget that limits are set for
}

func (c *child) hello() error {
	c.send.w = c.out
	return c.send.frame(frameHello, func(b []byte) ([]byte, error) {
		return appendHello(b, &hello{Version: wireVersion, PID: os.Getpid(), Report: c.report}), nil
	})
}

func (c *child) serve() error {
	go c.loop()
	select {
	case err := <-c.done:
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	case <-c.ctx.Done():
		return nil
	}
}

// loop reads frames and runs jobs on its own goroutine, so that a short job
// needs no switch between goroutines. As soon as a job needs frames read while
// it runs, a second loop takes over reading and this one ends after its job.
func (c *child) loop() {
	defer ratchet.Recover("read what the server says", func(err error) { c.done <- ratchet.AsError(err).Err })
	for {
		kind, payload, err := c.in.next()
		if err != nil {
			// The parent has gone: the result of a run is not needed.
			c.done <- err
			return
		}
		switch kind {
		case frameJob:
			job, err := decodeJob(payload)
			if err != nil {
				c.done <- fmt.Errorf("read job: %w", err)
				return
			}
			if replaced := c.execute(job); replaced {
				return
			}
		case frameReply:
			if r, err := decodeReply(payload, c.in.owns(len(payload))); err == nil {
				c.run.deliver(r)
			}
		case frameStop:
			d := decoder{b: payload}
			c.run.askStop(d.duration())
		case frameSteer:
			c.run.command(payload)
		case frameTrim:
			debug.FreeOSMemory()
		}
	}
}
