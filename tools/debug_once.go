package tools

import (
	"context"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
)

// debugOnce runs to the end and collects a snapshot of every stop. A run that
// outlasts the wait goes on as a session of its own, without further stops.
func debugOnce(ctx context.Context, d *registry.Deps, in DebugIn) (DebugOut, error) {
	req, err := in.request(ctx)
	if err != nil {
		return DebugOut{}, err
	}
	req.OneShot, req.Debug.Count = true, in.StepMode
	s, err := d.Exec.StartDebug(ctx, req)
	if err != nil {
		return DebugOut{}, err
	}
	c := collector{s: s, in: in, now: d.Now}
	state, err := c.collect(ctx, time.Now().Add(seconds(in.Wait)))
	if err != nil {
		return DebugOut{}, err
	}
	out := debugOut(d, s, state, in)
	if state.Status == executor.DebugRunning || state.Status == executor.DebugPaused {
		// It is let run: the next call with the session id waits for its end.
		if err := c.release(ctx); err != nil {
			return DebugOut{}, err
		}
		out.Status, out.Reason, out.Location = string(executor.DebugRunning), "", nil
		out.ExecutionResult = debugResult(state, in, c.trace)
		out.ExecutionResult.ExecutionSummary.Successful = false
	} else {
		out.SessionID, out.ExpiresAt = "", ""
		out.ExecutionResult = debugResult(state, in, c.trace)
		out.Console, out.HostEvents = c.console, c.calls
		_ = s.End(ctx) // it has ended: this forgets it
	}
	out.cut(d)
	return out, nil
}

// collector moves a session from stop to stop.
type collector struct {
	s       *executor.DebugSession
	in      DebugIn
	now     func() time.Time
	trace   []DebugSnapshot
	console []executor.DebugLine
	calls   []runtime.DebugCall
}

func (c *collector) collect(ctx context.Context, until time.Time) (executor.DebugState, error) {
	for {
		if err := c.s.Wait(ctx, max(time.Until(until), time.Millisecond)); err != nil {
			_ = c.s.End(context.WithoutCancel(ctx)) // no caller knows its id
			return executor.DebugState{}, err
		}
		state := c.s.State()
		c.console = append(c.console, state.Console...)
		c.calls = append(c.calls, state.Calls...)
		if state.Status != executor.DebugPaused || !time.Now().Before(until) {
			return state, nil
		}
		if len(c.trace) < c.in.MaxStops {
			c.trace = append(c.trace, debugSnapshot(state.Stop, c.now()))
		}
		if err := c.next(ctx); err != nil && ratchet.CodeOf(err) != ratchet.CodeConflict {
			return state, err
		}
	}
}

// next moves to the next stop, or to the end once there are enough.
func (c *collector) next(ctx context.Context) error {
	if len(c.trace) >= c.in.MaxStops {
		return c.release(ctx)
	}
	verb := runtime.DebugContinue
	if c.in.StepMode {
		verb = runtime.DebugStepInto
	}
	return c.s.Continue(ctx, runtime.DebugCommand{Verb: verb})
}

// release lets the run go on to its end.
func (c *collector) release(ctx context.Context) error {
	err := c.s.Configure(nil, runtime.ExceptionsNone, []string{})
	if err == nil {
		err = c.s.Continue(ctx, runtime.DebugCommand{Verb: runtime.DebugContinue})
	}
	if ratchet.CodeOf(err) == ratchet.CodeConflict { // it has ended meanwhile
		return nil
	}
	return err
}
