package executor

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"ratchet"
	"ratchet/runtime"
	"ratchet/storage"
)

// allLines is more than a run may log.
const allLines = 1 << 20

// minReplay is the unit of the least wall clock of a replay.
const minReplay = time.Second

// ReplayRequest asks for one replay.
type ReplayRequest struct {
	Execution string // id or number
	Code      string // in place of the recorded code; empty = the recorded code
	Version   string // of the task, in place of the recorded one; empty = the recorded one
	Profile   bool   // function spans and coverage
	Principal string
}

// Replay is how a replay went.
type Replay struct {
	Execution *ratchet.Execution // what was recorded
	Identical bool               // same output or error, same log, same events
	SameCode  bool               // the code is the recorded one
	Output    json.RawMessage    // nil when the replay failed
	Error     *ratchet.ExecutionError
	Logs      []ratchet.LogLine
	Followed  runtime.Followed
	Different string   // what differs besides events: output, error or log; empty = nothing
	Notes     []string // what a reader should know about the comparison
	Coverage  *runtime.Coverage
	Spans     []runtime.Span
	Usage     ratchet.Usage
}

// Replay runs a recorded execution again on its recording. Nothing outside is
// touched and nothing is stored. An error means that there was no replay; a
// difference is in the result.
func (e *Executor) Replay(ctx context.Context, req ReplayRequest) (*Replay, error) {
	r, err := e.openRecording(ctx, req.Execution, req.Code, req.Version)
	if err != nil {
		return nil, err
	}
	job := e.replayJob(r)
	job.Profile, job.Principal = req.Profile, req.Principal
	secrets := e.holdAgain(ctx, r.x, r.prog.policy)
	m := secrets.masker()
	var log keptLines
	out, err := e.aside(ctx, job, runtime.Hooks{Host: secretDoor{secrets}, Log: log.add})
	if err != nil {
		return nil, err
	}
	m.lines(log.lines)
	return e.compare(ctx, r, out, m, log.lines)
}

// keptLines collects log lines from the goroutines of a run.
type keptLines struct {
	mu    sync.Mutex
	lines []ratchet.LogLine
}

func (k *keptLines) add(lines []ratchet.LogLine) {
	k.mu.Lock()
	k.lines = append(k.lines, lines...)
	k.mu.Unlock()
}

// aside runs a job that is no execution: it waits its turn like one, and
// leaves no row.
func (e *Executor) aside(ctx context.Context, job runtime.Job, hooks runtime.Hooks) (runtime.Outcome, error) {
	if err := e.enter(); err != nil {
		return runtime.Outcome{}, err
	}
	defer e.running.Done()
	place, err := e.admission.enter(job.Principal, "", 0, ratchet.PriorityNormal)
	if err != nil {
		return runtime.Outcome{}, err
	}
	defer e.admission.leave(place)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer e.untilDrained(cancel)()
	if place.admitted != nil {
		select {
		case <-place.admitted:
		case <-ctx.Done():
			return runtime.Outcome{}, ctx.Err()
		}
	}
	out, err := e.cfg.Runner.Run(ctx, job, hooks)
	if err != nil {
		return out, runnerError(ctx, err)
	}
	return out, nil
}

// untilDrained calls cancel when the executor drains; what leaves nothing
// behind need not be waited for. The caller ends the watch.
func (e *Executor) untilDrained(cancel func()) (end func()) {
	over := make(chan struct{})
	go func() {
		defer ratchet.Recover("end what is left behind", ratchet.Logged(e.cfg.Log, "end what is left behind"))
		select {
		case <-e.draining:
			cancel()
		case <-over:
		}
	}()
	return func() { close(over) }
}

// compare says how a replay's outcome differs from the stored execution.
func (e *Executor) compare(ctx context.Context, r *recorded, out runtime.Outcome, m *masker, lines []ratchet.LogLine) (*Replay, error) {
	p := &Replay{
		Execution: r.x, SameCode: r.same, Logs: lines, Notes: r.note, Coverage: out.Coverage, Spans: out.Spans, Usage: out.Usage,
	}
	if out.Followed != nil {
		p.Followed = *out.Followed
	}
	failure := out.Err
	if failure == nil {
		failure = outputError(r.prog, out.Output)
	}
	m.failure(failure)
	p.Error, p.Output = failure, m.json(out.Output)
	if failure != nil {
		p.Output = nil
	}
	if d := p.Followed.Divergence; d != nil {
		d.Wanted, d.Got = m.text(d.Wanted), m.text(d.Got)
		return p, nil
	}
	if p.Followed.Cut != "" {
		// The recording has no end to compare.
		p.Identical = r.x.Error != nil || p.Followed.Cut == runtime.CutIncomplete
		return p, nil
	}
	stored, err := e.cfg.Store.Logs(ctx, r.x.ID, storage.LogQuery{Limit: allLines})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(stored.Lines, func(l ratchet.LogLine) bool { return l.Logger == loggerDebugger }) {
		p.Notes = append(p.Notes, "variables were set in the debugger, which is not recorded: see the lines of the logger debugger")
	}
	switch {
	case !sameFailure(r.x.Error, failure):
		p.Different = "error"
	case failure == nil && !sameJSON(r.x.Output, p.Output):
		p.Different = "output"
	case !sameLines(stored.Lines, lines, r.x.Error != nil):
		p.Different = "log"
	}
	p.Identical = p.Different == "" && (out.Followed != nil || failure != nil)
	return p, nil
}

func sameFailure(a, b *ratchet.ExecutionError) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Code == b.Code && a.Type == b.Type && a.Message == b.Message && a.Line == b.Line && a.Column == b.Column
}

// Loggers of lines that the server adds to a run's own.
const (
	loggerEffects  = "effects"
	loggerDebugger = "debugger"
)

// ownLines leaves out what the server added, and advice, of which a later
// version may have more.
func ownLines(stored []ratchet.LogLine) []ratchet.LogLine {
	return slices.DeleteFunc(slices.Clone(stored), func(l ratchet.LogLine) bool {
		return l.Logger == loggerEffects || l.Logger == loggerDebugger || l.Logger == runtime.LoggerAdvice
	})
}

// sameLines compares logs without their times. A failed run's log has one line
// more, which says how it ended. A purged log is not compared.
func sameLines(stored, replayed []ratchet.LogLine, failed bool) bool {
	stored, replayed = ownLines(stored), ownLines(replayed)
	if failed && len(stored) > 0 {
		stored = stored[:len(stored)-1]
	}
	if len(stored) == 0 {
		return true
	}
	if len(stored) != len(replayed) {
		return false
	}
	for i := range stored {
		a, b := &stored[i], &replayed[i]
		if a.Level != b.Level || a.Logger != b.Logger || a.Message != b.Message ||
			!bytes.Equal(a.Fields, b.Fields) || !bytes.Equal(a.Error, b.Error) {
			return false
		}
	}
	return true
}

// ProfileResult is where the time of a recorded run goes, function by function.
type ProfileResult struct {
	Spans    []runtime.Span // by their start; Parent 0 = the run
	Coverage *runtime.Coverage
	Wall     time.Duration // of the replay: spans are measured in it
	Replay   *Replay       // whether the replay was the run
}

// Profile replays a recorded execution under instrumentation: its function
// spans and line coverage, although it ran without. A recording that ends
// early gives what it has; one that diverges is an error of code diverged.
func (e *Executor) Profile(ctx context.Context, execution, principal string) (*ProfileResult, error) {
	p, err := e.Replay(ctx, ReplayRequest{Execution: execution, Profile: true, Principal: principal})
	if err != nil {
		return nil, err
	}
	if d := p.Followed.Divergence; d != nil {
		return nil, ratchet.Errorf(ratchet.CodeDiverged, "execution %s cannot be profiled: its replay differs at event %d: wanted %s, got %s",
			p.Execution.ID, d.Event, d.Wanted, d.Got).At("/execution_id").
			WithHint("the recorded code is not kept any more; run the task again with profile true").
			Next(ratchet.ToolReplayExecution, map[string]any{"execution_id": p.Execution.ID})
	}
	return &ProfileResult{Spans: p.Spans, Coverage: p.Coverage, Wall: p.Usage.Wall, Replay: p}, nil
}
