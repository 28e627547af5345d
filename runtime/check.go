package runtime

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// checkWall is how long the top level of a source may take when it is checked.
const checkWall = 2 * time.Second

// check compiles a source, runs its top level without a way to the world to
// find the entry, and lints it. The entry is not called.
func check(ctx context.Context, job Job) Outcome {
	result := &Check{}
	src, err := parseSource(job.Source)
	if err == nil {
		for _, e := range src.lint() {
			result.add(e.compileError, e.severity, job.Source)
		}
		// A tree is compiled once: the lint above must see it as written.
		_, err = src.compile(plain)
	}
	if err != nil {
		var c *compileError
		if !errors.As(err, &c) {
			c = &compileError{code: "SYNTAX_ERROR", message: err.Error(), file: sourceName(job.Source)}
		}
		result.add(c, "error", job.Source)
		result.sort()
		return Outcome{Check: result}
	}
	result.Entry = findEntry(ctx, job, result)
	result.sort()
	return Outcome{Check: result}
}

// findEntry runs the top level as a run would.
func findEntry(ctx context.Context, job Job, result *Check) string {
	prog, err := compile(job.Source, plain)
	if err != nil {
		return ""
	}
	job.Limits.Wall = checkWall
	job.Limits = job.Limits.WithDefaults()
	v := newVM(ctx, &job, Hooks{}, prog)
	v.checks = true
	defer v.close()
	wall := time.AfterFunc(v.limits.Wall, func() { v.cancel(errWall) })
	defer wall.Stop()
	stop := context.AfterFunc(v.ctx, func() { v.rt.Interrupt(errInterrupted) })
	defer stop()
	var found entry
	var thrown *goja.Exception
	ended := v.guard(func() {
		thrown = v.rt.Try(func() {
			var completion goja.Value
			if err = v.prepare(); err != nil {
				return
			}
			if completion, err = v.runProgram(); err == nil {
				found, err = v.entry(completion)
			}
		})
	})
	switch {
	case ended != nil:
		err = ended
	case thrown != nil:
		err = thrown
	}
	if errors.Is(err, errUnsettled) {
		return prog.exportedName()
	}
	if err == nil {
		if found.fn == nil {
			result.add(&compileError{
				code: "DATA_RESULT", message: "the source is a value, not a function: every run returns the same", hint: entryHint,
			}, "warning", job.Source)
		}
		return found.name
	}
	failed := v.failure(err)
	c := &compileError{code: "TOP_LEVEL_ERROR", message: "the top level fails before the entry is called: " + failed.Message, hint: failed.Hint, file: failed.Source, line: failed.Line, column: failed.Column}
	if fenced(job.Source) {
		c.hint = fenceHint
	}
	var none *noEntryError
	if errors.As(err, &none) {
		c = &compileError{code: "NO_ENTRY", message: none.Error(), hint: entryHint}
	}
	result.add(c, "error", job.Source)
	return ""
}

// exportedName is the entry of a source whose top level does not end without
// the world.
func (p *program) exportedName() string {
	for _, name := range []string{"default", "main", "process"} {
		if slices.Contains(p.exports, name) {
			return name
		}
	}
	return "main"
}

func (c *Check) add(e *compileError, severity string, s Source) {
	text := s.Code
	message := e.message
	if e.file != "" && e.file != sourceName(s) {
		text, message = s.Files[e.file], e.file+": "+e.message
	}
	c.Problems = append(c.Problems, CheckProblem{
		Code: e.code, Severity: severity, Message: message, Hint: e.hint,
		Line: e.line, Column: e.column, Snippet: snippet(text, e.line, e.column),
	})
}

// sort puts the problems in source order, those of the whole file last.
func (c *Check) sort() {
	slices.SortStableFunc(c.Problems, func(a, b CheckProblem) int {
		switch {
		case a.Line == b.Line:
			return a.Column - b.Column
		case a.Line == 0:
			return 1
		case b.Line == 0:
			return -1
		default:
			return a.Line - b.Line
		}
	})
}
