package executor

import (
	"context"
	"encoding/json"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// DebugState is a session as a caller sees it.
type DebugState struct {
	Status     DebugStatus
	Execution  ratchet.Execution
	Stop       *runtime.DebugStop // nil unless paused
	Snippet    string             // of the source around the stop
	Console    []DebugLine        // since the last state
	Calls      []runtime.DebugCall
	Breaks     []DebugBreakpoint
	Hits       int   // of breakpoints so far
	Checkpoint int64 // statements begun; 0 = unknown
	Of         int64 // of how many; 0 = unknown
	Expires    time.Time
	Output     json.RawMessage
	Failure    *ratchet.ExecutionError
	Usage      ratchet.Usage
	Past       bool // a live run is looked at in its past
}

// DebugBreakpoint is a breakpoint and where it is.
type DebugBreakpoint struct {
	runtime.Breakpoint

	Verified bool               // there is a statement
	At       runtime.DebugPoint // of that statement
	Moved    bool               // it is on another line than asked for
}

// Continue moves a paused run and returns at once; Wait waits for where it
// gets. Continuing a run that runs changes nothing, nor does pausing one that
// stands. Continuing one that stopped or ended while nobody waited changes
// nothing either: who was told that it runs, and waits on, must not miss that.
func (s *DebugSession) Continue(ctx context.Context, c runtime.DebugCommand) error {
	if c.Verb == runtime.DebugRunTo {
		if at := s.resolve([]runtime.Breakpoint{{Source: c.Source, Line: c.Line}}); !at[0].Verified {
			return ratchet.Errorf(ratchet.CodeInvalid, "no statement is on line %d or after it", c.Line).At("/line")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.status == DebugRunning && c.Verb == runtime.DebugContinue:
		return nil
	case s.status == DebugPaused && c.Verb == runtime.DebugPause, s.status != DebugRunning && c.Verb == runtime.DebugContinue && !s.seen:
		return nil
	case s.status == DebugRunning && c.Verb == runtime.DebugPause:
	case s.stop == nil || s.over():
		s.mu.Unlock()
		defer s.mu.Lock()
		return s.notPaused()
	default:
		s.stop, s.active.stop, s.last = nil, nil, c
		s.become(DebugRunning)
	}
	select {
	case s.active.commands <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// StepBack moves a paused run to the statement before.
func (s *DebugSession) StepBack(ctx context.Context) error { return s.stepBack(ctx) }

// Wait waits until the run stands still or has ended, or d is over.
func (s *DebugSession) Wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	limit := time.NewTimer(d)
	defer limit.Stop()
	for {
		s.mu.Lock()
		status, changed := s.status, s.changed
		s.mu.Unlock()
		if status != DebugRunning {
			return nil
		}
		select {
		case <-changed:
		case <-limit.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Look evaluates, inspects or sets something in a paused run.
func (s *DebugSession) Look(ctx context.Context, c runtime.DebugCommand) (*runtime.DebugAnswer, error) {
	s.mu.Lock()
	past := s.Recorded || s.tip != nil
	s.mu.Unlock()
	if c.Verb == runtime.DebugSetVariable && past {
		return nil, ratchet.Errorf(ratchet.CodeConflict, "a recording cannot be changed: variables are set in live sessions").
			WithHint("debug a run of the task with task_id and input, or change the code and replay")
	}
	a, err := s.ask(ctx, c)
	if err == nil && c.Verb == runtime.DebugSetVariable {
		s.noteSet(c)
	}
	return a, err
}

// noteSet writes into the run's log that a variable was set: whoever reads or
// replays the run later sees what its code did not do.
func (s *DebugSession) noteSet(c runtime.DebugCommand) {
	s.mu.Lock()
	id := s.x.ID
	s.mu.Unlock()
	if r := s.e.lookup(id); r != nil {
		line := []ratchet.LogLine{{
			At: s.e.cfg.Now().UTC(), Level: "warn", Logger: loggerDebugger, Message: c.Path + " was set to " + c.Expression,
		}}
		r.masker.lines(line)
		r.keep(line)
	}
}

// Configure replaces the breakpoints, and the exception mode and watches where given.
func (s *DebugSession) Configure(list []runtime.Breakpoint, mode runtime.ExceptionMode, watches []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over() {
		s.mu.Unlock()
		defer s.mu.Lock()
		return s.notPaused()
	}
	s.list = list
	if mode != "" {
		s.config.Exceptions = mode
	}
	if watches != nil {
		s.config.Watches = watches
	}
	c := runtime.DebugCommand{Verb: runtime.DebugConfigure, Breakpoints: list, Exceptions: s.config.Exceptions, Watches: s.config.Watches}
	for _, r := range []*debugRun{s.active, s.tip} {
		if r == nil {
			continue
		}
		select {
		case r.commands <- c:
		default:
			return ratchet.Errorf(ratchet.CodeRateLimited, "the run has not taken the last commands yet").WithHint("call again in a moment")
		}
	}
	return nil
}

// present is the configuration as it is now.
func (s *DebugSession) present() runtime.Debug {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.config
	c.Breakpoints = s.list
	return c
}

// End ends the session and its run.
func (s *DebugSession) End(ctx context.Context) error {
	s.end("the debug session was stopped", DebugStopped)
	s.mu.Lock()
	id, live := s.x.ID, !s.Recorded
	s.mu.Unlock()
	if live {
		if r := s.e.lookup(id); r != nil {
			select {
			case <-r.done:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	s.life.Stop()
	s.e.debugs.bury(s.ID)
	return nil
}

// State returns where the session is and forgets what was said before.
func (s *DebugSession) State() DebugState {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.state()
	s.console, s.calls, s.seen = nil, nil, true
	return out
}

// Peek is State without forgetting anything.
func (s *DebugSession) Peek() DebugState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state()
}

// state is called with mu held.
func (s *DebugSession) state() DebugState {
	out := DebugState{
		Status: s.status, Execution: s.x, Stop: s.stop, Console: s.console, Calls: s.calls, Hits: s.hits,
		Breaks: s.resolved(s.list), Of: s.of, Expires: s.Created.Add(s.e.cfg.DebugLife), Output: s.output, Failure: s.failure,
		Usage: s.usage, Past: s.tip != nil,
	}
	if s.stop != nil {
		out.Checkpoint = s.stop.Checkpoint
		if len(s.stop.Frames) > 0 {
			f := s.stop.Frames[0]
			out.Snippet = runtime.Snippet(s.text(f.Source), f.Line, f.Column)
		}
		if s.tip != nil && s.tip.stop != nil {
			out.Of = s.tip.stop.Checkpoint
		}
	}
	return out
}

// text is a file of the task. Called with mu held.
func (s *DebugSession) text(file string) string {
	src := s.source.prog.source
	if text, ok := src.Files[file]; ok {
		return text
	}
	return src.Code
}

func (s *DebugSession) resolve(list []runtime.Breakpoint) []DebugBreakpoint {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resolved(list)
}

// resolved finds where breakpoints are. Called with mu held.
func (s *DebugSession) resolved(list []runtime.Breakpoint) []DebugBreakpoint {
	if s.points == nil || s.source.prog == nil {
		out := make([]DebugBreakpoint, len(list))
		for i := range list {
			out[i].Breakpoint = list[i]
		}
		return out
	}
	found := runtime.ResolveBreakpoints(s.points, runtime.MainFile(s.source.prog.source), list)
	out := make([]DebugBreakpoint, len(list))
	for i := range list {
		out[i].Breakpoint = list[i]
		if at := found[i]; at >= 0 {
			out[i].Verified, out[i].At = true, s.points[at]
			out[i].Moved = s.points[at].Line != list[i].Line
		}
	}
	return out
}
