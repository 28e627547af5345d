package runtime

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/dop251/goja"
)

const (
	// maxSpans bounds the function calls kept one by one. Those above are
	// added up by caller and function.
	maxSpans = 100_000
	// maxSums bounds these sums. Above it the caller is not told apart.
	maxSums = 10_000
)

// profile collects what the hooks of an instrumented run report. It is kept
// small, and without pointers per call, because it is filled by every call.
type profile struct {
	v       *vm
	hits    []byte // one uint32 per statement, shared with the VM
	calls   []profiled
	pauses  map[int][]Pause // by id
	frames  []int           // ids of the calls that have not ended, by the number the program knows them by
	free    []int           // numbers that are in frames for nothing
	running []int           // ids of the frames on the stack, innermost last
	sums    map[sum]int     // ids of spans that stand for many calls
}

// profiled is a call of a function; its id is its place plus one.
type profiled struct {
	function int32         // index
	parent   int32         // id; 0 = the run
	count    int           // calls added up in it; 0 = it is one call
	start    time.Duration // since the start of the run
	duration time.Duration // -1 = it has not ended
	self     time.Duration
	began    time.Duration // when it went on last
}

// sum is what calls above maxSpans are added up by.
type sum struct {
	caller   int // id; 0 = the run, or any
	function int // index
}

// hook gives the VM the hooks of an instrumented program.
func (v *vm) hook() error {
	if v.prog.points == nil {
		return nil
	}
	p := &profile{v: v, hits: make([]byte, 4*len(v.prog.points.lines))}
	v.profile = p
	array, err := v.rt.New(v.global("Uint32Array"), v.rt.ToValue(v.rt.NewArrayBuffer(p.hits)))
	if err != nil {
		return err
	}
	hooks := []any{array}
	if v.prog.points.spans {
		hooks = append(hooks, p.enter, p.exit, p.suspend, p.resume)
	}
	return v.define(hooksOf, func(goja.FunctionCall) goja.Value {
		if err := v.rt.GlobalObject().Delete(hooksOf); err != nil {
			panic(err)
		}
		return v.rt.NewArray(hooks...)
	})
}

// frame is the id of the call that an argument is the number of; 0 = none.
func (p *profile) frame(v goja.Value) (number, id int) {
	if number = int(v.ToInteger()); number < 0 || number >= len(p.frames) {
		return 0, 0
	}
	return number, p.frames[number]
}

// enter notes a call and gives it a number: a small one, which the engine need
// not allocate.
func (p *profile) enter(c goja.FunctionCall) goja.Value {
	now := time.Since(p.v.began)
	caller := 0
	if n := len(p.running); n > 0 {
		caller = p.running[n-1]
		p.pause(caller, now)
	}
	function := int(c.Argument(0).ToInteger())
	if first := p.v.prog.points.functions[function].first; first >= 0 {
		hits := p.hits[4*first:]
		binary.NativeEndian.PutUint32(hits, binary.NativeEndian.Uint32(hits)+1)
	}
	id := p.call(sum{caller, function}, now)
	p.calls[id-1].began = now
	p.running = append(p.running, id)
	number := len(p.frames)
	if n := len(p.free); n > 0 {
		number, p.free = p.free[n-1], p.free[:n-1]
		p.frames[number] = id
	} else {
		p.frames = append(p.frames, id)
	}
	return p.v.rt.ToValue(number)
}

// call returns the id of a call: a new one, or above maxSpans the one of all
// calls like it.
func (p *profile) call(of sum, now time.Duration) int {
	id, count := len(p.calls)+1, 0
	if id > maxSpans {
		if len(p.sums) >= maxSums && p.sums[of] == 0 {
			of.caller = 0
		}
		if known := p.sums[of]; known != 0 {
			p.calls[known-1].count++
			return known
		}
		if p.sums == nil {
			p.sums = map[sum]int{}
		}
		p.sums[of], count = id, 1
	}
	p.calls = append(p.calls, profiled{
		function: int32(of.function), parent: int32(of.caller), count: count, start: now, duration: -1, began: now, //nolint:gosec // bounded by the program and by maxSpans
	})
	return id
}

// pause adds the time since a frame went on to its own time.
func (p *profile) pause(id int, now time.Duration) {
	c := &p.calls[id-1]
	c.self += now - c.began
	c.began = now
}

// leave takes a frame off the stack; the one below goes on.
func (p *profile) leave(id int, now time.Duration) {
	last := len(p.running) - 1
	i := last
	for i >= 0 && p.running[i] != id { // the innermost: calls added up have one id
		i--
	}
	if i < 0 {
		return
	}
	if i < last {
		p.running = slices.Delete(p.running, i, i+1)
		return
	}
	p.pause(id, now)
	if i > 0 {
		p.calls[p.running[i-1]-1].began = now
	}
	p.running = p.running[:i]
}

func (p *profile) exit(c goja.FunctionCall) goja.Value {
	if number, id := p.frame(c.Argument(0)); id > 0 {
		now := time.Since(p.v.began)
		p.frames[number], p.free = 0, append(p.free, number)
		p.leave(id, now)
		ended := &p.calls[id-1]
		ended.duration = now - ended.start
	}
	return goja.Undefined()
}

func (p *profile) suspend(c goja.FunctionCall) goja.Value {
	if _, id := p.frame(c.Argument(0)); id > 0 {
		now := time.Since(p.v.began)
		p.leave(id, now)
		if p.calls[id-1].count > 0 { // waits of many calls at once do not add up
			return c.Argument(1)
		}
		if p.pauses == nil {
			p.pauses = map[int][]Pause{}
		}
		p.pauses[id] = append(p.pauses[id], Pause{Start: now, Duration: -1})
	}
	return c.Argument(1)
}

func (p *profile) resume(c goja.FunctionCall) goja.Value {
	if _, id := p.frame(c.Argument(0)); id > 0 {
		now := time.Since(p.v.began)
		if n := len(p.running); n > 0 {
			p.pause(p.running[n-1], now)
		}
		p.calls[id-1].began = now
		p.running = append(p.running, id)
		if list := p.pauses[id]; len(list) > 0 {
			last := &list[len(list)-1]
			last.Duration = now - last.Start
		}
	}
	return c.Argument(1)
}

// coverage is what the counters say; nil when the run had none.
func (v *vm) coverage() *Coverage {
	if v.profile == nil {
		return nil
	}
	c := &Coverage{Lines: map[int]int{}}
	for i, line := range v.prog.points.lines {
		if line == 0 {
			continue
		}
		n := int(binary.NativeEndian.Uint32(v.profile.hits[4*i:]))
		c.Statements++
		if n > 0 {
			c.Executed++
		}
		c.Lines[line] = max(c.Lines[line], n)
	}
	return c
}

// spans are the function calls; those the end of the run cut off end with it.
func (v *vm) spans() []Span {
	if v.profile == nil || !v.prog.points.spans || len(v.profile.calls) == 0 {
		return nil
	}
	p, now := v.profile, time.Since(v.began)
	if n := len(p.running); n > 0 {
		p.pause(p.running[n-1], now) // it was cut off
	}
	out := make([]Span, len(p.calls))
	for i := range p.calls {
		c, f := &p.calls[i], &v.prog.points.functions[p.calls[i].function]
		out[i] = Span{
			ID: i + 1, Parent: int(c.parent), Function: f.name, Line: f.line,
			Start: c.start, Duration: c.duration, Self: c.self, Count: c.count, Pauses: p.pauses[i+1],
		}
		if c.duration < 0 {
			out[i].Duration = now - c.start
		}
		if f.name == "" {
			out[i].Function = "(anonymous)"
		}
	}
	return out
}
