package runtime

import (
	"time"

	"github.com/dop251/goja"

	"ratchet"
)

// pause stands still until a command moves the run. The time it takes is not
// the run's.
func (d *debugger) pause(stop *DebugStop, f *callFrame) {
	d.step, d.pausing, d.runTo = nil, false, -1
	begun := time.Now()
	d.v.holdClock()
	stop.Checkpoint, stop.At = d.count, begun.Sub(d.v.start)
	stack := append([]*callFrame{f}, d.callers(f)...)
	stop.Frames = d.describeFrames(stack)
	if !d.config.NoVariables {
		stop.Variables = d.scopes(f, d.config.Depth, d.config.MaxItems)
	}
	for _, w := range d.watched {
		stop.Watches = append(stop.Watches, d.watch(f, w))
	}
	d.v.logs.flush()
	d.emit(DebugEvent{Stop: stop})
	moved := false
	for !moved {
		select {
		case c := <-d.port.Commands:
			moved = d.command(c, stack)
		case <-d.v.ctx.Done():
			panic(&goja.InterruptedError{})
		}
	}
	d.arm()
	d.v.releaseClock(time.Since(begun))
	d.emit(DebugEvent{Gone: true})
}

// poll takes the commands that need no stopped run.
func (d *debugger) poll() {
	for {
		select {
		case c := <-d.port.Commands:
			switch c.Verb {
			case DebugPause:
				d.pausing = true
				d.arm()
			case DebugConfigure:
				d.configure(c.Breakpoints, c.Exceptions, c.Watches)
				d.arm()
			case DebugContinue: // it does
			default:
				d.emit(DebugEvent{Answer: &DebugAnswer{ID: c.ID, Code: ratchet.CodeConflict, Error: "the run is not paused"}})
			}
		default:
			return
		}
	}
}

// command does one command of a stopped run; true = the run goes on.
func (d *debugger) command(c DebugCommand, stack []*callFrame) (moves bool) {
	f := stack[0]
	switch c.Verb {
	case DebugContinue:
		return true
	case DebugStepInto, DebugStepOver, DebugStepOut:
		d.step = &stepping{verb: c.Verb, reason: StopStep, from: f, point: f.point, line: d.code.points[f.point].Line}
		return true
	case DebugRunTo:
		at := ResolveBreakpoints(d.places(), d.v.mainFile(), []Breakpoint{{Source: c.Source, Line: c.Line}})[0]
		if at >= 0 {
			d.runTo = at
			return true
		}
		d.refuse(c, ratchet.CodeInvalid, "no statement is on that line or after it")
	case DebugConfigure:
		d.configure(c.Breakpoints, c.Exceptions, c.Watches)
	case DebugPause: // it is
	case DebugTape:
		d.emit(DebugEvent{Answer: &DebugAnswer{ID: c.ID, Tape: d.v.tape().encode(d.v.limits.TapeBytes)}})
	default:
		if c.Frame < 0 || c.Frame >= len(stack) {
			d.refuse(c, ratchet.CodeInvalid, "there is no such frame")
			return false
		}
		d.look(c, stack[c.Frame])
	}
	return false
}

func (d *debugger) refuse(c DebugCommand, code ratchet.Code, why string) {
	d.emit(DebugEvent{Answer: &DebugAnswer{ID: c.ID, Code: code, Error: why}})
}

// look answers the commands about a frame.
func (d *debugger) look(c DebugCommand, f *callFrame) {
	depth, items := c.Depth, c.MaxItems
	if depth == 0 {
		depth = d.config.Depth
	}
	if items == 0 {
		items = d.config.MaxItems
	}
	answer := DebugAnswer{ID: c.ID}
	var value goja.Value
	var err error
	switch {
	case c.Verb == DebugEvaluate:
		value, err = d.evaluateText(f, c.Expression)
	case c.Verb == DebugSetVariable:
		value, err = d.set(f, c.Path, c.Expression)
	case c.Verb == DebugInspect && c.Path == "":
		answer.Scopes = d.scopes(f, depth, items)
		d.emit(DebugEvent{Answer: &answer})
		return
	case c.Verb == DebugInspect:
		value, err = d.resolvePath(f, c.Path)
	default:
		d.refuse(c, ratchet.CodeInvalid, "unknown command "+string(c.Verb))
		return
	}
	if err != nil {
		answer.Error, answer.Code = err.Error(), ratchet.CodeInvalid
	} else {
		answer.Value = d.show(value, depth, items, true)
	}
	d.emit(DebugEvent{Answer: &answer})
}

func (d *debugger) places() []DebugPoint {
	out := make([]DebugPoint, len(d.code.points))
	for i := range out {
		out[i] = d.code.points[i].DebugPoint
	}
	return out
}

func (d *debugger) describeFrames(stack []*callFrame) []DebugFrame {
	running := map[*callFrame]bool{}
	for _, f := range d.running {
		running[f] = true
	}
	out := make([]DebugFrame, 0, min(len(stack), maxFrames))
	for i, f := range stack {
		if i == maxDebugFrames {
			break
		}
		fn := d.code.functions[f.fn]
		frame := DebugFrame{Index: i, Function: fn.name, Async: !running[f]}
		place := fn.place
		if f.point >= 0 {
			place = d.code.points[f.point].DebugPoint
		}
		frame.Source, frame.Line, frame.Column = place.File, place.Line, place.Column
		out = append(out, frame)
	}
	return out
}

// maxDebugFrames bounds the frames a stop shows.
const maxDebugFrames = 100

// scopes shows the names visible in f, the innermost level first.
func (d *debugger) scopes(f *callFrame, depth, items int) []DebugScope {
	if f.point < 0 || f.read == nil {
		return nil
	}
	var out []DebugScope
	seen := map[string]bool{}
	inner := d.code.points[f.point].scope
	for s := inner; s != nil; s = s.outer {
		kind := s.kind
		if s.kind != "module" && s.fn != f.fn {
			kind = "closure"
		}
		scope := DebugScope{Kind: kind}
		for _, n := range s.names {
			if seen[n.code] {
				continue
			}
			seen[n.code] = true
			scope.Variables = append(scope.Variables, DebugVariable{Name: n.shown, Value: d.named(f, s, n.code, depth, items)})
		}
		if len(scope.Variables) > 0 {
			out = append(out, scope)
		}
	}
	if inner.this {
		out = append(out, DebugScope{Kind: "this", Variables: []DebugVariable{
			{Name: "this", Value: d.named(f, inner, "this", depth, items)},
		}})
	}
	return out
}

// named shows the value of a name; one that is not initialised yet is <tdz>.
func (d *debugger) named(f *callFrame, s *debugScope, code string, depth, items int) DebugValue {
	value, err := d.readName(f, s, code)
	if err != nil {
		return DebugValue{Type: "tdz", Preview: "<tdz>"}
	}
	return *d.show(value, depth, items, false)
}

func (d *debugger) watch(f *callFrame, e *expression) DebugWatch {
	out := DebugWatch{Expression: e.text}
	value, err := d.evaluate(f, e)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.Value = d.show(value, d.config.Depth, d.config.MaxItems, false).Preview
	return out
}

// tellCall reports a host call when the script gets its answer.
func (d *debugger) tellCall(c HostCall, settle func(HostReply)) func(HostReply) {
	return func(r HostReply) {
		call := DebugCall{Seq: c.Seq, Kind: c.Kind, Name: c.Secret}
		if c.Fetch != nil {
			call.Method, call.URL = c.Fetch.Method, c.Fetch.URL
		}
		if r.Fetch != nil {
			call.Status = r.Fetch.Status
		}
		if r.Error != nil {
			call.Error = r.Error.Class + ": " + r.Error.Message
		}
		d.emit(DebugEvent{Host: &call})
		settle(r)
	}
}
