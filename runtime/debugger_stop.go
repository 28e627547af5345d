package runtime

import (
	"slices"
	"strings"

	"ratchet"
)

// stepping is a step under way.
type stepping struct {
	verb   DebugVerb
	reason StopReason
	from   *callFrame // nil = wherever
	line   int
	point  int
}

// breakState is a breakpoint at its statement.
type breakState struct {
	Breakpoint
	condition *expression
	log       []logPart
	problem   string // why condition or message cannot be used
}

// logPart is text, or an expression, of a log message.
type logPart struct {
	text string
	expr *expression
}

// configure replaces breakpoints, exception mode and watches. Breakpoints
// that stay keep their hits.
func (d *debugger) configure(list []Breakpoint, exceptions ExceptionMode, watches []string) {
	points := make([]DebugPoint, len(d.code.points))
	for i := range d.code.points {
		points[i] = d.code.points[i].DebugPoint
	}
	d.breaks = map[int][]*breakState{}
	for i, at := range ResolveBreakpoints(points, d.v.mainFile(), list) {
		if at < 0 {
			continue
		}
		b := &breakState{Breakpoint: list[i]}
		if b.Condition != "" {
			var err error
			if b.condition, err = parseExpression(b.Condition); err != nil {
				b.problem = err.Error()
			}
		}
		if b.Log != "" {
			b.log = parseLog(b.Log)
		}
		d.breaks[at] = append(d.breaks[at], b)
	}
	d.config.Exceptions = exceptions
	d.watched = d.watched[:0]
	d.config.Watches = watches
	for _, w := range watches {
		e, err := parseExpression(w)
		if err != nil {
			e = &expression{text: w, err: err}
		}
		d.watched = append(d.watched, e)
	}
}

// ResolveBreakpoints finds the statement of each breakpoint: on its line, from
// its column on, or the first of a later line. -1 = there is none.
func ResolveBreakpoints(points []DebugPoint, main string, list []Breakpoint) []int {
	out := make([]int, len(list))
	for i, b := range list {
		out[i] = -1
		file := b.Source
		if file == "" {
			file = main
		}
		for n, p := range points {
			if p.File != file && !strings.HasSuffix(file, "/"+p.File) || p.Line < b.Line || p.Line == b.Line && p.Column < b.Column {
				continue
			}
			if best := out[i]; best < 0 || p.Line < points[best].Line || p.Line == points[best].Line && p.Column < points[best].Column {
				out[i] = n
			}
		}
	}
	return out
}

// mainFile is the name of the file that lines without a source mean.
func (v *vm) mainFile() string { return sourceName(v.job.Source) }

// parseLog splits a message into text and {expressions}.
func parseLog(message string) []logPart {
	var out []logPart
	for message != "" {
		open := strings.IndexByte(message, '{')
		if open < 0 {
			return append(out, logPart{text: message})
		}
		end := closing(message[open:])
		if end < 0 {
			return append(out, logPart{text: message})
		}
		if open > 0 {
			out = append(out, logPart{text: message[:open]})
		}
		source := message[open+1 : open+end]
		e, err := parseExpression(source)
		if err != nil {
			e = &expression{text: source, err: err}
		}
		out = append(out, logPart{expr: e})
		message = message[open+end+1:]
	}
	return out
}

// closing is the index of the brace that closes the one text begins with.
func closing(text string) int {
	depth := 0
	for i, c := range text {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// consider stops before the statement f is at, if something asks for it.
// before is the statement it was at.
func (d *debugger) consider(f *callFrame, before int) {
	n := f.point
	p := &d.code.points[n]
	if u := d.config.Until; u > 0 {
		if d.count < u {
			return
		}
		d.config.Until = 0
		d.pause(&DebugStop{Reason: StopStep}, f)
		return
	}
	stop := d.breakpoint(f)
	switch {
	case stop != nil:
	case p.stop:
		stop = &DebugStop{Reason: StopDebugger}
	case d.config.Horizon > 0 && d.count >= d.config.Horizon:
		stop = &DebugStop{Reason: StopStep}
	case d.pausing:
		stop = &DebugStop{Reason: StopPause}
	case d.runTo == n:
		stop = &DebugStop{Reason: StopStep}
	case d.step != nil && d.step.reached(f, p):
		stop = &DebugStop{Reason: d.step.reason}
	default:
		return
	}
	d.pause(stop, f)
}

// reached says whether a step ends before the statement f is at.
func (s *stepping) reached(f *callFrame, p *debugPoint) bool {
	if s.from == nil {
		return true
	}
	if f == s.from {
		return s.verb != DebugStepOut && (p.Line != s.line || f.point <= s.point)
	}
	if s.verb == DebugStepInto {
		return true
	}
	called := false // f is a live caller of the frame the step began in
	alive := s.verb == DebugStepOver && !s.from.done
	for a := s.from.parent; a != nil; a = a.parent {
		called = called || a == f
		alive = alive || !a.done
	}
	if called {
		return s.verb == DebugStepOut || s.from.done
	}
	return !alive // there is no frame left to return to
}

// breakpoint returns the stop that a breakpoint at f's statement asks for.
func (d *debugger) breakpoint(f *callFrame) *DebugStop {
	var stop *DebugStop
	for _, b := range d.breaks[f.point] {
		problem := b.problem
		if b.condition != nil {
			value, err := d.evaluate(f, b.condition)
			switch {
			case err != nil:
				problem = err.Error()
			case !value.ToBoolean():
				continue
			}
		}
		d.hits[b.ID]++
		if problem == "" && d.hits[b.ID] < b.HitCount {
			continue
		}
		if problem == "" && b.log != nil {
			d.logpoint(f, b)
			continue
		}
		if stop == nil {
			stop = &DebugStop{Reason: StopBreakpoint, Breakpoint: b.ID, Problem: problem}
		}
	}
	return stop
}

func (d *debugger) logpoint(f *callFrame, b *breakState) {
	var out strings.Builder
	for _, part := range b.log {
		if part.expr == nil {
			out.WriteString(part.text)
			continue
		}
		value, err := d.evaluate(f, part.expr)
		switch {
		case err != nil:
			out.WriteString("{" + err.Error() + "}")
		default:
			out.WriteString(d.display(value))
		}
	}
	p := d.code.points[f.point]
	d.emit(DebugEvent{Log: &DebugMessage{
		Breakpoint: b.ID, Message: out.String(), Position: ratchet.Position{File: p.File, Line: p.Line, Column: p.Column},
	}})
}

// considerThrown stops at a thrown value. leaves says that it leaves f.
func (d *debugger) considerThrown(f *callFrame, leaves bool) {
	mode := d.config.Exceptions
	if d.thrown.stopped || mode == ExceptionsNone || mode == "" || d.config.Until > 0 || f.point < 0 {
		return
	}
	uncaught := !d.willCatch(f, leaves)
	if mode == ExceptionsUncaught && !uncaught {
		return
	}
	d.thrown.stopped = true
	info := d.v.describe(d.thrown.value)
	e := &DebugException{Name: info.Name, Message: cut(info.Message, 2048), Stack: info.Stack, Uncaught: uncaught}
	d.pause(&DebugStop{Reason: StopException, Exception: e}, f)
}

// willCatch says whether a try statement around f's statement, or around the
// calls and awaits that led to it, catches.
func (d *debugger) willCatch(f *callFrame, leaves bool) bool {
	if !leaves && d.code.points[f.point].caught {
		return true
	}
	for _, c := range d.callers(f) {
		if c.point >= 0 && d.code.points[c.point].caught {
			return true
		}
	}
	return false
}

// callers are the frames under f, innermost first: those that run, then those
// that wait for them.
func (d *debugger) callers(f *callFrame) []*callFrame {
	var out []*callFrame
	i := slices.Index(d.running, f)
	last := f
	for i--; i >= 0; i-- {
		last = d.running[i]
		out = append(out, last)
	}
	for a := last.parent; a != nil && len(out) < 10_000; a = a.parent {
		if !a.done && !slices.Contains(out, a) && a != f {
			out = append(out, a)
		}
	}
	return out
}
