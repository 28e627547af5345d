package executor

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// DebugStatus is where a session is.
type DebugStatus string

// The statuses.
const (
	DebugPaused    DebugStatus = "paused"
	DebugRunning   DebugStatus = "still_running"
	DebugCompleted DebugStatus = "completed"
	DebugError     DebugStatus = "error"
	DebugStopped   DebugStatus = "stopped"
	DebugGone      DebugStatus = "expired"
)

// DebugSession steers a run that can be stopped. It belongs to the server, not
// to the call that made it, and is safe for concurrent use.
type DebugSession struct {
	ID       string
	Owner    string // principal
	Recorded bool   // it replays an execution
	Created  time.Time

	e      *Executor
	config runtime.Debug
	limit  time.Duration // running time
	life   *time.Timer
	source recordedSource

	mu      sync.Mutex
	x       ratchet.Execution // what is debugged
	code    ratchet.Task
	active  *debugRun // what commands go to
	tip     *debugRun // the live run, while a replay of its past is active
	status  DebugStatus
	stop    *runtime.DebugStop
	last    runtime.DebugCommand // by which the run moves
	seen    bool                 // the stop, or the end, was reported
	points  []runtime.DebugPoint
	list    []runtime.Breakpoint
	console []DebugLine
	calls   []runtime.DebugCall
	hits    int
	of      int64         // checkpoints of a whole pass; 0 = unknown
	changed chan struct{} // closed and replaced when status changes
	pause   *time.Timer
	output  json.RawMessage
	failure *ratchet.ExecutionError
	nextID  int64
	waiting map[int64]chan *runtime.DebugAnswer
	usage   ratchet.Usage
}

// DebugLine is something the script, or a logpoint, said.
type DebugLine struct {
	Level      string            `json:"level"`
	Message    string            `json:"message"`
	Source     *ratchet.Position `json:"source,omitempty"`
	Breakpoint string            `json:"breakpoint_id,omitempty"` // of a logpoint
}

// keptDebug bounds lines and calls kept for the next answer.
const keptDebug = 1000

// debugRun is one run of a session: the live one, or a replay.
type debugRun struct {
	commands chan runtime.DebugCommand
	cancel   context.CancelFunc // nil for the live run
	stop     *runtime.DebugStop // where it stands; nil = it runs
	masker   *masker
}

func newDebugSession(e *Executor, req DebugRequest) *DebugSession {
	s := &DebugSession{
		ID: newID(), Owner: req.Principal, Recorded: req.Execution != "", Created: e.cfg.Now().UTC(),
		e: e, config: req.Debug, limit: req.RunningTime, status: DebugRunning, changed: make(chan struct{}),
		waiting: map[int64]chan *runtime.DebugAnswer{}, list: req.Debug.Breakpoints,
	}
	if s.limit == 0 {
		s.limit = min(5*time.Minute, e.cfg.Bounds.Run)
	}
	return s
}

func (s *DebugSession) newRun(m *masker) *debugRun {
	return &debugRun{commands: make(chan runtime.DebugCommand, 64), masker: m}
}

func (s *DebugSession) port(r *debugRun) *runtime.DebugPort {
	return &runtime.DebugPort{Commands: r.commands, Events: func(e runtime.DebugEvent) { s.event(r, e) }}
}

// event takes what a run tells. What a run tells that is not the active one
// any more is forgotten.
func (s *DebugSession) event(r *debugRun, e runtime.DebugEvent) {
	e = maskEvent(r.masker, e)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case e.Stop != nil:
		r.stop = e.Stop
	case e.Gone:
		r.stop = nil
	}
	if a := e.Answer; a != nil {
		if ch := s.waiting[a.ID]; ch != nil {
			delete(s.waiting, a.ID)
			ch <- a
		}
		return
	}
	if r != s.active {
		return
	}
	switch {
	case e.Loaded != nil:
		s.points = e.Loaded
	case e.Log != nil:
		s.line(DebugLine{Level: "info", Message: e.Log.Message, Source: &e.Log.Position, Breakpoint: e.Log.Breakpoint})
		s.hits++
	case e.Host != nil:
		if len(s.calls) < keptDebug {
			s.calls = append(s.calls, *e.Host)
		}
	case e.Stop != nil:
		s.stopped(r, e.Stop)
	}
}

// stopped takes a stop of the active run. Called with mu held.
func (s *DebugSession) stopped(r *debugRun, stop *runtime.DebugStop) {
	if s.tip != nil && r != s.tip && s.reachesTip(stop) {
		s.toTip()
		return
	}
	if stop.Reason == runtime.StopBreakpoint {
		s.hits++
	}
	s.stop, s.seen = stop, false
	s.become(DebugPaused)
	s.pause = s.expireAfter(s.e.cfg.DebugPause)
}

// reachesTip says whether a replay of the past has come to where the live run
// stands. Called with mu held.
func (s *DebugSession) reachesTip(stop *runtime.DebugStop) bool {
	tip := s.tip.stop
	if tip == nil {
		return false
	}
	if tip.Reason == runtime.StopException {
		return stop.Checkpoint > tip.Checkpoint || stop.Checkpoint == tip.Checkpoint && stop.Reason == runtime.StopException
	}
	return stop.Checkpoint >= tip.Checkpoint
}

// toTip goes back to the live run, which stands where it stood or goes on with
// the command that led here. Called with mu held.
func (s *DebugSession) toTip() {
	past := s.active
	s.active, s.tip = s.tip, nil
	past.cancel()
	if s.passesTip() {
		select {
		case s.active.commands <- s.last:
			s.stop, s.active.stop = nil, nil
			return
		default: // it has not taken the commands before
		}
	}
	s.stop, s.seen = s.active.stop, false
	s.become(DebugPaused)
	s.pause = s.expireAfter(s.e.cfg.DebugPause)
}

// passesTip says whether the last command leads beyond where the live run
// stands: it does not stop there again without a reason. Called with mu held.
func (s *DebugSession) passesTip() bool {
	if s.last.Verb != runtime.DebugContinue && s.last.Verb != runtime.DebugRunTo || s.active.stop == nil {
		return false
	}
	stop := s.active.stop
	if s.last.Verb == runtime.DebugRunTo && len(stop.Frames) > 0 && stop.Frames[0].Line == s.last.Line {
		return false
	}
	switch stop.Reason {
	case runtime.StopException, runtime.StopDebugger:
		return false
	case runtime.StopBreakpoint:
		return !slices.ContainsFunc(s.list, func(b runtime.Breakpoint) bool { return b.ID == stop.Breakpoint })
	default:
		return true
	}
}

// become changes the status and wakes who waits. Called with mu held.
func (s *DebugSession) become(status DebugStatus) {
	s.status = status
	if s.pause != nil {
		s.pause.Stop()
		s.pause = nil
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *DebugSession) line(l DebugLine) {
	if len(s.console) < keptDebug {
		s.console = append(s.console, l)
	}
}

// logged takes the lines of a run.
func (s *DebugSession) logged(r *debugRun, lines []ratchet.LogLine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r != s.active {
		return
	}
	for i := range lines {
		s.line(DebugLine{Level: lines[i].Level, Message: r.masker.text(lines[i].Message), Source: lines[i].Source})
	}
}

// ended takes the end of a run.
func (s *DebugSession) ended(r *debugRun, output json.RawMessage, failure *ratchet.ExecutionError, usage ratchet.Usage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tip != nil && r == s.active && s.over() {
		return
	}
	if s.tip != nil && r == s.active { // the recording of the past ends where the live run stands
		s.toTip()
		return
	}
	if r != s.active && r != s.tip || s.over() {
		return
	}
	if s.tip != nil { // the live run was ended from outside
		s.active.cancel()
		s.active, s.tip = s.tip, nil
	}
	s.output, s.failure, s.usage, s.stop, s.seen = output, failure, usage, nil, false
	for id, ch := range s.waiting {
		delete(s.waiting, id)
		close(ch)
	}
	if failure == nil {
		s.become(DebugCompleted)
	} else {
		s.become(DebugError)
	}
}

func (s *DebugSession) isOver() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over()
}

// over says whether nothing runs any more. Called with mu held.
func (s *DebugSession) over() bool {
	switch s.status {
	case DebugPaused, DebugRunning:
		return false
	default:
		return true
	}
}

// expire ends an unused session.
func (s *DebugSession) expire() {
	s.end(DebugExpired, DebugGone)
	s.e.debugs.bury(s.ID)
}

// end ends the run, if it is going on, with a reason.
func (s *DebugSession) end(reason string, status DebugStatus) {
	s.mu.Lock()
	if !s.over() {
		s.become(status)
	}
	for _, r := range []*debugRun{s.active, s.tip} {
		if r != nil && r.cancel != nil {
			r.cancel()
		}
	}
	id, live := s.x.ID, !s.Recorded
	s.mu.Unlock()
	if live {
		if r := s.e.lookup(id); r != nil {
			r.stopFor(stopCancel, reason, true)
		}
	}
}

// maskEvent hides secrets in what a run tells.
func maskEvent(m *masker, e runtime.DebugEvent) runtime.DebugEvent {
	if m == nil || e.Loaded != nil || e.Gone {
		return e
	}
	if e.Answer != nil && e.Answer.Tape != nil {
		return e // it stays here
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return runtime.DebugEvent{}
	}
	var masked runtime.DebugEvent
	if json.Unmarshal(m.json(raw), &masked) != nil {
		return runtime.DebugEvent{}
	}
	return masked
}
