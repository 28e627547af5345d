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

// profile collects what the hooks of an instrumented run report.
type profile struct {
	v       *vm
	hits    []byte // one uint32 per statement, shared with the VM
	spans   []Span
	began   []time.Duration // when a frame went on last; by id-1
	running []int           // frames on the stack, innermost last
	sums    map[sum]int     // ids of spans that stand for many calls
}

// sum is what calls above maxSpans are added up by.
type sum struct {
	caller   int   // id; 0 = the run, or any
	function int64 // index
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
	hooks := map[string]any{hookHits: array}
	if v.prog.points.spans {
		hooks[hookEnter], hooks[hookExit] = p.enter, p.exit
		hooks[hookSuspend], hooks[hookResume] = p.suspend, p.resume
	}
	for name, value := range hooks {
		if err := v.define(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (p *profile) enter(c goja.FunctionCall) goja.Value {
	now := time.Since(p.v.began)
	caller := 0
	if n := len(p.running); n > 0 {
		caller = p.running[n-1]
		p.pause(caller, now)
	}
	id := p.span(sum{caller, c.Argument(0).ToInteger()}, now)
	p.began[id-1] = now
	p.running = append(p.running, id)
	return p.v.rt.ToValue(id)
}

// span returns the id of the span of a call: a new one, or above maxSpans the
// one of all calls like it.
func (p *profile) span(of sum, now time.Duration) int {
	f := p.v.prog.points.functions[of.function]
	s := Span{ID: len(p.spans) + 1, Parent: of.caller, Function: f.name, Line: f.line, Start: now, Duration: -1}
	if s.Function == "" {
		s.Function = "(anonymous)"
	}
	if len(p.spans) >= maxSpans {
		if len(p.sums) >= maxSums && p.sums[of] == 0 {
			of.caller, s.Parent = 0, 0
		}
		if id := p.sums[of]; id != 0 {
			p.spans[id-1].Count++
			return id
		}
		if p.sums == nil {
			p.sums = map[sum]int{}
		}
		p.sums[of], s.Count = s.ID, 1
	}
	p.spans, p.began = append(p.spans, s), append(p.began, now)
	return s.ID
}

// pause adds the time since a frame went on to its own time.
func (p *profile) pause(id int, now time.Duration) {
	p.spans[id-1].Self += now - p.began[id-1]
	p.began[id-1] = now
}

// leave takes a frame off the stack; the one below goes on.
func (p *profile) leave(id int) {
	i := len(p.running) - 1
	for i >= 0 && p.running[i] != id { // the innermost: calls added up have one id
		i--
	}
	if i < 0 {
		return
	}
	now := time.Since(p.v.began)
	if i == len(p.running)-1 {
		p.pause(id, now)
		if i > 0 {
			p.began[p.running[i-1]-1] = now
		}
	}
	p.running = slices.Delete(p.running, i, i+1)
}

func (p *profile) exit(c goja.FunctionCall) goja.Value {
	if id := int(c.Argument(0).ToInteger()); id > 0 && id <= len(p.spans) {
		p.leave(id)
		s := &p.spans[id-1]
		s.Duration = time.Since(p.v.began) - s.Start
	}
	return goja.Undefined()
}

func (p *profile) suspend(c goja.FunctionCall) goja.Value {
	if id := int(c.Argument(0).ToInteger()); id > 0 && id <= len(p.spans) {
		p.leave(id)
		s := &p.spans[id-1]
		if s.Count > 0 { // waits of many calls at once do not add up
			return c.Argument(1)
		}
		s.Pauses = append(s.Pauses, Pause{Start: time.Since(p.v.began), Duration: -1})
	}
	return c.Argument(1)
}

func (p *profile) resume(c goja.FunctionCall) goja.Value {
	if id := int(c.Argument(0).ToInteger()); id > 0 && id <= len(p.spans) {
		now := time.Since(p.v.began)
		if n := len(p.running); n > 0 {
			p.pause(p.running[n-1], now)
		}
		p.began[id-1] = now
		p.running = append(p.running, id)
		if n := len(p.spans[id-1].Pauses); n > 0 {
			last := &p.spans[id-1].Pauses[n-1]
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
	if v.profile == nil || !v.prog.points.spans {
		return nil
	}
	now := time.Since(v.began)
	if n := len(v.profile.running); n > 0 {
		v.profile.pause(v.profile.running[n-1], now) // it was cut off
	}
	for i := range v.profile.spans {
		if s := &v.profile.spans[i]; s.Duration < 0 {
			s.Duration = now - s.Start
		}
	}
	return v.profile.spans
}
