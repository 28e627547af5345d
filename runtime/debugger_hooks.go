package runtime

import (
	"slices"
	"time"

	"github.com/dop251/goja"
)

// debugger is the VM's side of a debugged run. Only the VM's goroutine
// touches it.
type debugger struct {
	v      *vm
	code   *debugCode
	config Debug
	port   *DebugPort

	all     bool         // every checkpoint calls
	armed   []byte       // one per point, shared with the VM: not 0 = its checkpoint calls
	spins   [4]byte      // rounds of loops that call nothing, since the last look; shared with the VM
	frames  []*callFrame // by id; nil = free
	root    *callFrame   // of the top level
	free    []int
	running []*callFrame // the stack, innermost last
	count   int64        // checkpoints so far

	breaks  map[int][]*breakState // by point
	hits    map[string]int        // by breakpoint id
	step    *stepping             // nil = none
	pausing bool                  // stop at the next checkpoint
	runTo   int                   // point to stop at; -1 = none

	thrown *thrownValue // the last value seen on its way
	origin *thrownPlace // where the last throw statement was
	module goja.Value   // reads the names of the top level

	evaluating int    // nested evaluations
	refused    string // the first side effect refused in an evaluation; it may have been caught there
	deadline   time.Time
	watched    []*expression
	natives    natives
}

// callFrame is one call of an instrumented function.
type callFrame struct {
	id     int
	fn     int
	parent *callFrame
	point  int        // the statement it is at; -1 = none yet
	read   goja.Value // reads the names visible there
	done   bool
}

// thrownValue is a value on its way up.
type thrownValue struct {
	value   goja.Value
	stopped bool
}

// thrownPlace is where a value was thrown that is no error object and so does
// not know it itself.
type thrownPlace struct {
	value  goja.Value
	frames []frame
}

// attach gives the VM the hooks of a debugged program.
func (v *vm) attach() error {
	if v.prog.debug == nil {
		return nil
	}
	d := &debugger{
		v: v, code: v.prog.debug, config: *v.job.Debug, port: v.hooks.Debug,
		armed: make([]byte, len(v.prog.debug.points)), hits: map[string]int{}, runTo: -1,
	}
	if d.port == nil {
		d.port = &DebugPort{}
	}
	v.debugger = d
	if err := d.natives.keep(v); err != nil {
		return err
	}
	array, err := v.rt.New(v.global("Uint8Array"), v.rt.ToValue(v.rt.NewArrayBuffer(d.armed)))
	if err != nil {
		return err
	}
	spins, err := v.rt.New(v.global("Uint32Array"), v.rt.ToValue(v.rt.NewArrayBuffer(d.spins[:])))
	if err != nil {
		return err
	}
	hooks := []any{array, d.check, d.enter, d.exit, d.suspend, d.resume, d.caught, d.throwing, d.bind, spins}
	d.root = &callFrame{point: -1}
	d.frames, d.running = append(d.frames, d.root), append(d.running, d.root)
	d.start()
	return v.define(debugHooks, func(goja.FunctionCall) goja.Value {
		if err := v.rt.GlobalObject().Delete(debugHooks); err != nil {
			panic(err)
		}
		return v.rt.NewArray(hooks...)
	})
}

// start tells where the run can stop and takes the first configuration.
func (d *debugger) start() {
	points := make([]DebugPoint, len(d.code.points))
	for i := range d.code.points {
		points[i] = d.code.points[i].DebugPoint
	}
	d.emit(DebugEvent{Loaded: points})
	d.configure(d.config.Breakpoints, d.config.Exceptions, d.config.Watches)
	if d.config.Entry {
		d.step = &stepping{verb: DebugStepInto, reason: StopEntry}
	}
	d.arm()
}

// detach forgets what ran: the top level has ended, or a macrotask begins.
func (v *vm) detach() {
	if d := v.debugger; d != nil {
		d.root.done = true
		d.running = nil
	}
}

func (d *debugger) emit(e DebugEvent) {
	if d.port.Events != nil {
		d.port.Events(e)
	}
}

// arm makes every statement call its checkpoint, or only those that must when
// nothing can stop the run but a pause: then the run is hardly slowed.
func (d *debugger) arm() {
	d.all = len(d.breaks) > 0 || d.step != nil || d.runTo >= 0 || d.pausing || d.config.Until > 0 || d.config.Count || d.config.Horizon > 0 ||
		d.config.Exceptions != ExceptionsNone && d.config.Exceptions != "" || d.code.stops
	for i := range d.armed {
		p := &d.code.points[i]
		if d.all || p.stop {
			d.armed[i] = 1
		} else {
			d.armed[i] = 0
		}
	}
}

func (d *debugger) frame(id goja.Value) *callFrame {
	if n := int(id.ToInteger()); n >= 0 && n < len(d.frames) {
		return d.frames[n]
	}
	return nil
}

func (d *debugger) top() *callFrame {
	if n := len(d.running); n > 0 {
		return d.running[n-1]
	}
	return nil
}

func (d *debugger) enter(c goja.FunctionCall) goja.Value {
	fn := int(c.Argument(0).ToInteger())
	if d.evaluating > 0 {
		d.guardCall(fn)
		return d.v.rt.ToValue(-1)
	}
	d.poll()
	f := &callFrame{fn: fn, parent: d.top(), point: -1}
	if n := len(d.free); n > 0 {
		f.id = d.free[n-1]
		d.free = d.free[:n-1]
		d.frames[f.id] = f
	} else {
		f.id = len(d.frames)
		d.frames = append(d.frames, f)
	}
	d.running = append(d.running, f)
	return d.v.rt.ToValue(f.id)
}

func (d *debugger) exit(c goja.FunctionCall) goja.Value {
	f := d.frame(c.Argument(0))
	if f == nil {
		return goja.Undefined()
	}
	d.leave(f)
	f.done, f.read = true, nil
	d.frames[f.id] = nil
	d.free = append(d.free, f.id)
	return goja.Undefined()
}

// leave takes a frame, and what is stale above it, off the stack.
func (d *debugger) leave(f *callFrame) {
	if i := slices.Index(d.running, f); i >= 0 {
		d.running = d.running[:i]
	}
}

// touch makes f the running frame: it goes on after a wait, or what was above
// it is gone.
func (d *debugger) touch(f *callFrame) {
	if d.top() == f {
		return
	}
	if i := slices.Index(d.running, f); i >= 0 {
		d.running = d.running[:i+1]
		return
	}
	switch fn := d.code.functions[f.fn]; {
	case fn.async: // from the event loop
		d.running = d.running[:0]
	case fn.generator && d.top() != nil:
		f.parent = d.top()
	}
	d.running = append(d.running, f)
}

func (d *debugger) suspend(c goja.FunctionCall) goja.Value {
	if f := d.frame(c.Argument(0)); f != nil {
		d.leave(f)
	}
	return c.Argument(1)
}

func (d *debugger) resume(c goja.FunctionCall) goja.Value {
	if f := d.frame(c.Argument(0)); f != nil {
		d.touch(f)
	}
	return c.Argument(1)
}

// check is called before every armed statement.
func (d *debugger) check(c goja.FunctionCall) goja.Value {
	if d.evaluating > 0 {
		d.guardTime()
		return goja.Undefined()
	}
	f := d.frame(c.Argument(1))
	if f == nil {
		return goja.Undefined()
	}
	d.touch(f)
	d.poll()
	n := int(c.Argument(0).ToInteger())
	before := f.point
	f.point, f.read = n, c.Argument(2)
	d.count++
	clear(d.spins[:])
	if d.thrown != nil && !isObject(d.thrown.value) {
		d.thrown = nil
	}
	d.consider(f, before)
	return goja.Undefined()
}

func isObject(v goja.Value) bool { _, ok := v.(*goja.Object); return ok }

// throwing notes where a throw statement throws.
func (d *debugger) throwing(c goja.FunctionCall) goja.Value {
	value := c.Argument(1)
	if d.evaluating == 0 && !isObject(value) {
		d.origin = &thrownPlace{value: value, frames: stackFrames(d.v.rt.CaptureCallStack(0, nil))}
	}
	return value
}

// caught receives a thrown value: from the body of a try statement, or by
// a function that it leaves.
func (d *debugger) caught(c goja.FunctionCall) goja.Value {
	f := d.frame(c.Argument(0))
	if d.evaluating > 0 || f == nil {
		return goja.Undefined()
	}
	d.touch(f)
	d.poll()
	value := c.Argument(1)
	if t := d.thrown; t == nil || !t.value.SameAs(value) {
		d.thrown = &thrownValue{value: value}
	}
	leaves := c.Argument(2).ToBoolean()
	d.considerThrown(f, leaves)
	return goja.Undefined()
}

// bind takes the reader of the top level's names.
func (d *debugger) bind(c goja.FunctionCall) goja.Value {
	d.module = c.Argument(0)
	return d.module
}

// fill makes every checkpoint call, until the next arm.
func (d *debugger) fill() {
	if d.all {
		return
	}
	for i := range d.armed {
		d.armed[i] = 1
	}
}

// thrownAt is where a value without a stack was thrown; frames is where a hook
// let it go on.
func (d *debugger) thrownAt(value goja.Value, frames []frame) []frame {
	if d.origin != nil && d.origin.value.SameAs(value) {
		return d.origin.frames
	}
	return frames
}
