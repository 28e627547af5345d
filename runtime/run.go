package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"
	"unicode/utf16"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"

	"ratchet"
)

// Run runs one job in this process and blocks until it has ended. ctx done
// means end now; a *LimitError as its cause says which limit was broken. Code
// inside a builtin of the engine cannot be interrupted: only a process of its
// own (package worker) contains hostile tasks.
func Run(ctx context.Context, job Job, hooks Hooks) Outcome {
	if hooks.Started != nil {
		hooks.Started()
	}
	if job.Mode == ModeCheck {
		return check(ctx, job)
	}
	job.Limits = job.Limits.WithDefaults()
	if job.Tape != nil || job.Mode == ModeReplay {
		return replay(ctx, job, hooks)
	}
	prog, err := compile(job.Source, instrumentationOf(&job))
	if err != nil {
		return Outcome{Err: compileFailure(err, job.Source), Tape: newTape(&job, time.Now()).encode(job.Limits.TapeBytes)}
	}
	v := newVM(ctx, &job, hooks, prog)
	return v.life()
}

// life runs the VM and collects what it leaves.
func (v *vm) life() Outcome {
	out := v.run()
	v.close()
	if v.follow == nil || v.follow.fork {
		out.Tape = v.tape().encode(v.limits.TapeBytes)
	}
	out.Usage = ratchet.Usage{Wall: time.Since(v.began), HostCalls: int(v.loop.seq)}
	return out
}

// replay runs a job along its tape.
func replay(ctx context.Context, job Job, hooks Hooks) Outcome {
	wall := job.Limits.Wall
	f, err := newFollower(&job)
	if err != nil {
		return Outcome{Err: tapeFailure(err)}
	}
	prog, err := compile(job.Source, instrumentationOf(&job))
	if err != nil {
		return Outcome{Err: compileFailure(err, job.Source), Followed: f.followed(nil)}
	}
	v := newVM(ctx, &job, hooks, prog)
	v.wall = wall
	v.followRecording(f)
	return v.life()
}

// followRecording makes the run follow f.
func (v *vm) followRecording(f *follower) {
	if !f.fork || f.until > 0 || v.job.Clock != 0 {
		v.clock = f.start() // a fork without a recorded part begins now
	}
	if f.bare() {
		v.serve(f)
		return
	}
	v.follow = f
	v.logs.now = v.wallTime
	if f.fork {
		v.order.events = make([]TapeEvent, 0, f.until)
	}
	v.armOverrun()
}

// LimitError is the cause to cancel a run's context with when a limit outside
// the VM was broken, such as memory or CPU time.
type LimitError struct {
	Cause   ratchet.Cause
	Message string // for the author; empty = a message made from Cause
}

func (e *LimitError) Error() string { return fmt.Sprintf("limit %s: %s", e.Cause, e.Message) }

var (
	errDeadlock = errors.New("deadlock")
	errWall     = &LimitError{Cause: ratchet.CauseTimeout}
)

func newVM(ctx context.Context, job *Job, hooks Hooks, prog *program) *vm {
	v := &vm{rt: goja.New(), job: job, hooks: hooks, limits: job.Limits, prog: prog, start: time.Now()}
	v.ctx, v.cancel = context.WithCancelCause(ctx)
	v.loop = newLoop(v.limits)
	v.order = &order{start: v.start, limit: v.limits.RecordedEvents, complete: true}
	v.logs = &logger{send: hooks.Log, now: time.Now, limits: v.limits}
	v.clock = v.start.UnixMicro()
	if job.Clock != 0 {
		v.clock = job.Clock
	}
	v.began, v.wall = v.start, v.limits.Wall
	v.boundCalls()
	v.rt.SetParserOptions(parser.WithDisableSourceMaps)
	v.rt.SetTimeSource(v.now)
	v.rt.SetRandSource(func() float64 { return v.random().Float64() })
	v.rt.SetPromiseRejectionTracker(v.trackRejection)
	return v
}

// run is the life of one run, from the environment to the output.
func (v *vm) run() Outcome {
	v.startWall()
	defer v.timer.Stop()
	stop := context.AfterFunc(v.ctx, func() { v.rt.Interrupt(errInterrupted) })
	defer stop()
	var output json.RawMessage
	var err error
	var thrown *goja.Exception
	if ended := v.guard(func() {
		thrown = v.rt.Try(func() {
			output, err = v.execute()
			v.lastRejections()
		})
	}); ended != nil {
		err = ended
	} else if thrown != nil {
		err = thrown
	}
	err = v.broken(err)
	out := Outcome{Output: output}
	if err = v.endTape(err); err != nil {
		out = Outcome{Err: v.failure(err)}
	}
	out.Coverage, out.Spans = v.coverage(), v.spans()
	if v.follow != nil {
		out.Followed = v.follow.followed(errors.Join(err, context.Cause(v.ctx)))
	}
	return out
}

// broken is how the run ended, once a limit is known to be broken: a run that
// was to end is over, whatever it still made of its last instructions.
func (v *vm) broken(err error) error {
	if cause := context.Cause(v.ctx); err == nil && cause != nil {
		return cause
	}
	return err
}

// overWall says that the run took too long. A replay may take longer or
// shorter than what it replays, so its limit is its own.
func (v *vm) overWall() error {
	if v.follow == nil || v.follow.fork {
		return errWall
	}
	return &LimitError{Cause: ratchet.CauseTimeout, Message: fmt.Sprintf("the replay ran longer than %s", v.wall)}
}

// execute runs the program, calls its entry and waits for the result.
func (v *vm) execute() (json.RawMessage, error) {
	if err := v.prepare(); err != nil {
		return nil, err
	}
	completion, err := v.runProgram()
	if err != nil {
		return nil, err
	}
	if err := v.drain(); err != nil {
		return nil, err
	}
	e, err := v.entry(completion)
	if err != nil {
		return nil, err
	}
	result := e.data
	if e.fn != nil {
		input, err := v.parseInput()
		if err != nil {
			return nil, err
		}
		taskContext := goja.Undefined()
		if v.prog.hidden || e.takes > 1 {
			if taskContext, err = v.taskContext(); err != nil {
				return nil, err
			}
		}
		if result, err = e.fn(goja.Undefined(), input, taskContext); err != nil {
			return nil, err
		}
	}
	if result, err = v.settled(result); err != nil {
		return nil, err
	}
	text, err := v.outputText(result)
	if err == nil {
		v.adviseOnResult(result)
	}
	return text, err
}

// prepare installs the environment. What is needed later of the engine is kept
// before the task can change it.
func (v *vm) prepare() error {
	v.wordErrors()
	if err := v.install(); err != nil {
		return err
	}
	if v.prog.regexps {
		if err := v.showSource(); err != nil {
			return err
		}
	}
	j := v.global("JSON").ToObject(v.rt)
	v.parse, _ = goja.AssertFunction(j.Get("parse"))
	v.stringify, _ = goja.AssertFunction(j.Get("stringify"))
	if v.prog.getters {
		v.property, _ = goja.AssertFunction(v.global("Reflect").ToObject(v.rt).Get("getOwnPropertyDescriptor"))
	}
	return nil
}

func (v *vm) parseInput() (goja.Value, error) {
	input := string(v.job.Input)
	if input == "" {
		input = "{}"
	}
	if unusualJSON(input) {
		return (&jsonReader{v: v, text: utf16.Encode([]rune(input))}).whole(), nil
	}
	value, err := v.parse(goja.Undefined(), v.rt.ToValue(input))
	if err != nil {
		return nil, fmt.Errorf("parse the input: %w", err)
	}
	return value, nil
}

// settled waits until a promise has a value. Other values are their own.
func (v *vm) settled(result goja.Value) (goja.Value, error) {
	for {
		p, err := v.promiseOf(result)
		if p == nil || err != nil {
			return result, err
		}
		v.main = p
		if err := v.until(func() bool { return p.State() != goja.PromiseStatePending }); err != nil {
			return nil, err
		}
		if p.State() == goja.PromiseStateRejected {
			return nil, &rejection{p.Result()}
		}
		result = p.Result()
	}
}

// promiseOf returns the promise behind a value: itself, or one resolved with
// it when it is a thenable of another kind; nil for other values.
func (v *vm) promiseOf(value goja.Value) (*goja.Promise, error) {
	o, ok := value.(*goja.Object)
	if !ok {
		return nil, nil
	}
	if o.ExportType() == promiseType {
		p, _ := o.Export().(*goja.Promise)
		return p, nil
	}
	if _, ok := goja.AssertFunction(o.Get("then")); !ok {
		return nil, nil
	}
	p, resolve, _ := v.rt.NewPromise()
	v.main = p
	if err := resolve(o); err != nil {
		return nil, err
	}
	return p, v.drain()
}

var promiseType = reflect.TypeFor[*goja.Promise]()

// close ends what the run has started and sends what it has to say.
func (v *vm) close() {
	if n := len(v.loop.pending) + len(v.loop.held); n > 0 && v.ctx.Err() == nil {
		v.log("warn", "runtime", fmt.Sprintf("%d host calls were still running when the task ended; await them to be sure of their effect", n), nil, nil, nil)
	}
	v.cancel(context.Canceled)
	v.wait.Wait()
	v.logs.close()
}
