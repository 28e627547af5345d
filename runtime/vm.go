package runtime

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// vm is one run: a fresh goja runtime with its event loop and recorder. Except
// where said otherwise, only the goroutine that called Run may touch it.
type vm struct {
	rt     *goja.Runtime
	loop   *loop
	job    *Job
	hooks  Hooks
	limits Limits
	ctx    context.Context // done = the run is over or must end; Cause says why
	cancel context.CancelCauseFunc
	prog   *program
	order  *order // what the loop did, for the tape
	logs   *logger

	rng          *rand.Rand
	start        time.Time     // of the run; all elapsed times count from here
	clock        int64         // microseconds UTC shown as the time at start
	turn         time.Duration // time since start at the beginning of this macrotask
	ahead        time.Duration // how far the clock that is shown is beyond that
	readings     int64         // of the clock since it last moved
	turnRead     bool          // the script has read the clock in this macrotask
	installed    moduleSet
	classes      map[string]*goja.Object
	web          map[string]goja.Value   // what the web modules made, by global
	patches      map[string]*goja.Object // what the patch scripts made; nil while one runs
	parse        goja.Callable           // JSON.parse and stringify as they were before the task ran
	stringify    goja.Callable
	pending      map[*goja.Object][]string // patches not read yet, when the task may look for them
	made         madePatterns
	engineSource goja.Callable     // the engine's getter of source
	property     goja.Callable     // Reflect.getOwnPropertyDescriptor, of a program with getters
	operator     goja.Callable     // of **, for operands that are no numbers
	room         int               // calls that may nest before the depth is measured again
	frames       []goja.StackFrame // room to measure it
	goFrames     []uintptr
	tooDeep      deepErrors    // the RangeErrors of nested calls
	grow         growing       // texts that are added to
	front        fronts        // of arrays that are put in front of
	add          goja.Callable // the operator +, where it is not for texts
	stops        []func()      // what to do when the run is asked to stop
	stopped      bool
	fatal        error          // the host is closed
	wait         sync.WaitGroup // of goroutines making host calls
	rejected     rejections     // of this macrotask
	checks       bool           // it only looks for the entry
	main         *goja.Promise  // of the entry; its rejection is the outcome
	module       *goja.Object   // of CommonJS; nil when the source does not name it
	profile      *profile       // of an instrumented run
	reports      int            // progress reports so far
	follow       *follower      // of a replay or a fork; nil = nothing is followed
	wall         time.Duration  // how long the run itself may take
	began        time.Time      // when this run began; start is earlier when a fork goes on live
	debugger     *debugger      // of a debugged run
	timer        *time.Timer    // ends the run at due
	due          time.Time
}

// random is the run's only source of randomness: a ChaCha8 stream of Job.Seed,
// cryptographically strong and the same in every replay.
func (v *vm) random() *rand.Rand {
	v.effect("it draws random numbers")
	if v.rng == nil {
		v.rng = rand.New(rand.NewChaCha8(v.job.Seed))
	}
	return v.rng
}

// onStop registers what happens when the run is asked to stop: fn runs as a
// macrotask of its own, or at once when that moment has passed.
func (v *vm) onStop(fn func()) {
	if v.stopped {
		fn()
		return
	}
	v.stops = append(v.stops, fn)
}

// setTimer calls fn as a macrotask after d, and every d when repeat. Timers
// fire in the order of (due, creation). The id is never 0.
func (v *vm) setTimer(d time.Duration, repeat bool, fn func()) int64 {
	v.effect("it starts a timer")
	v.mark()
	return v.loop.addTimer(v.turn, d, repeat, fn)
}

// clearTimer forgets a timer; unknown ids are ignored.
func (v *vm) clearTimer(id int64) {
	v.effect("it stops a timer")
	v.loop.removeTimer(id)
}

// global returns a global of the VM, installing its module if needed; nil when
// there is none.
func (v *vm) global(name string) goja.Value { return v.rt.GlobalObject().Get(name) }

// put sets a member of an object of ours. Unlike Set it does not meet setters
// that the task put on Object.prototype.
func (v *vm) put(o *goja.Object, name string, value any) error {
	return o.DefineDataProperty(name, v.value(name, value), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

// value is a Go value in the VM. A function is called name: the engine would
// call it what Go does, in stacks and wherever a task shows it.
func (v *vm) value(name string, value any) goja.Value {
	made := v.rt.ToValue(value)
	if _, ok := value.(func(goja.FunctionCall) goja.Value); ok {
		// A new function takes another name.
		_ = made.(*goja.Object).DefineDataProperty("name", v.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	return made
}

// spoiled is what a task reads when a built-in cannot be made, which only the
// task's own changes to other built-ins can cause.
func (v *vm) spoiled(err error) *goja.Object {
	return v.rt.NewTypeError("a built-in needs another one that this task has changed: %s", err)
}

// define makes value a global, writable and not enumerable. A name the task
// has already given a value keeps it.
func (v *vm) define(name string, value any) error {
	g := v.rt.GlobalObject()
	if g.Get(name) != nil {
		return nil
	}
	return g.DefineDataProperty(name, v.value(name, value), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}
