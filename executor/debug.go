package executor

import (
	"context"
	"slices"
	"sync"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// Bounds of debug sessions.
const (
	debugPerPrincipal = 4
	debugAtAll        = 32
	debugRemembered   = 1000 // gone sessions that are still known to have been
	debugEnded        = 100  // sessions whose run has ended, kept for their result
)

// DebugExpired is the reason of the cancellation of a run whose session expired.
const DebugExpired = "debug_expired"

// DebugRequest asks for a debug session. Execution, when not empty, is a
// recorded execution, and Task and Input of the Request are ignored.
type DebugRequest struct {
	Request

	Execution   string
	Debug       runtime.Debug
	RunningTime time.Duration // of the run, stops not counted; 0 = 5 minutes, or Bounds.Run when that is less
	OneShot     bool          // no caller waits for its stops: it does not count as open
}

// debugSetup is what a debug session changes about a run.
type debugSetup struct {
	config  runtime.Debug
	port    *runtime.DebugPort
	session *DebugSession
	run     *debugRun

	recorder *runtime.Recorder // of the run, once it began
}

// debugSessions are the sessions of a server.
type debugSessions struct {
	mu   sync.Mutex
	open map[string]*DebugSession
	gone []string // ids of sessions that were, oldest first
}

// StartDebug begins a debug session: a run of its own, or the replay of a
// recorded execution.
func (e *Executor) StartDebug(ctx context.Context, req DebugRequest) (*DebugSession, error) {
	if most := e.cfg.Bounds.Run; req.RunningTime > most {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "timeout_ms is %d; it must be from 1 to %d (execution.max_execution_duration)",
			req.RunningTime.Milliseconds(), most.Milliseconds()).At("/timeout_ms")
	}
	s := newDebugSession(e, req)
	if err := e.debugs.add(s, req.OneShot); err != nil {
		return nil, err
	}
	var err error
	if req.Execution == "" {
		err = s.startLive(ctx, req.Request)
	} else {
		err = s.startRecorded(ctx, req.Execution)
	}
	if err != nil {
		e.debugs.drop(s.ID)
		return nil, err
	}
	s.life = s.expireAfter(e.cfg.DebugLife)
	return s, nil
}

// expireAfter ends the session when d is over.
func (s *DebugSession) expireAfter(d time.Duration) *time.Timer {
	const doing = "end a debug session"
	return time.AfterFunc(d, ratchet.Guard(doing, ratchet.Logged(s.e.cfg.Log, doing), s.expire))
}

// mayUse says whether p may steer the session: its owner and admins may, as far
// as its task exists for them.
func (s *DebugSession) mayUse(p ratchet.Principal) bool {
	if s.Owner != p.ID && p.Role != ratchet.RoleAdmin {
		return false
	}
	if !p.Scope.LimitsTasks() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return p.Scope.AllowsTask(s.code.Name)
}

// DebugSession finds a session that p may steer.
func (e *Executor) DebugSession(id string, p ratchet.Principal) (*DebugSession, error) {
	e.debugs.mu.Lock()
	s, gone := e.debugs.open[id], slices.Contains(e.debugs.gone, id)
	e.debugs.mu.Unlock()
	switch {
	case s != nil && s.mayUse(p):
		return s, nil
	case gone:
		return nil, ratchet.Errorf(ratchet.CodeGone, "debug session %s has ended or expired", id).At("/session_id").
			WithHint("start a new one; its run is an execution of its own, and can be debugged by execution_id")
	}
	return nil, ratchet.Errorf(ratchet.CodeNotFound, "there is no debug session %s", id).At("/session_id").
		WithHint("call " + ratchet.ToolDebugTaskExecution + " with action start to begin one")
}

// DebugSessions lists the sessions that p may steer, oldest first.
func (e *Executor) DebugSessions(p ratchet.Principal) []*DebugSession {
	e.debugs.mu.Lock()
	defer e.debugs.mu.Unlock()
	var out []*DebugSession
	for _, s := range e.debugs.open {
		if s.mayUse(p) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *DebugSession) int { return a.Created.Compare(b.Created) })
	return out
}

func (d *debugSessions) add(s *DebugSession, oneShot bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open = map[string]*DebugSession{}
	}
	mine, all := 0, 0
	var ended []*DebugSession
	for _, other := range d.open {
		if other.isOver() {
			ended = append(ended, other)
			continue
		}
		all++
		if other.Owner == s.Owner {
			mine++
		}
	}
	if mine >= debugPerPrincipal && !oneShot || all >= debugAtAll {
		limit := debugPerPrincipal
		if all >= debugAtAll {
			limit = debugAtAll
		}
		return ratchet.Errorf(ratchet.CodeRateLimited, "%d debug sessions are open; no more are allowed", limit).
			WithHint("end one with action stop; ratchet://debug-sessions/{id} shows each").
			With(ratchet.FieldRetryAfter, int64(10_000))
	}
	slices.SortFunc(ended, func(a, b *DebugSession) int { return a.Created.Compare(b.Created) })
	for len(ended) > debugEnded {
		d.forget(ended[0].ID)
		ended = ended[1:]
	}
	d.open[s.ID] = s
	return nil
}

// drop forgets a session that never was one.
func (d *debugSessions) drop(id string) {
	d.mu.Lock()
	delete(d.open, id)
	d.mu.Unlock()
}

// bury forgets a session, but not that it was.
func (d *debugSessions) bury(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget(id)
}

// forget is called with mu held.
func (d *debugSessions) forget(id string) {
	delete(d.open, id)
	if slices.Contains(d.gone, id) {
		return
	}
	if d.gone = append(d.gone, id); len(d.gone) > debugRemembered {
		d.gone = slices.Delete(d.gone, 0, len(d.gone)-debugRemembered)
	}
}
