package executor

import (
	"context"
	"slices"
	"time"

	"ratchet"
	"ratchet/storage"
)

// Wait returns the execution when it has ended, or as it is after d. A d
// above the wait limit is the wait limit; 0 returns at once. An ended ctx
// ends the wait with ctx's error, never the run. Another error means that the
// execution could not be stored and has had no effect.
func (h *Handle) Wait(ctx context.Context, d time.Duration) (*ratchet.Execution, error) {
	if h.run == nil {
		return h.e.cfg.Store.Execution(ctx, h.ID)
	}
	return h.e.await(ctx, h.run, d)
}

// Tail returns the newest five log lines of a run.
func (h *Handle) Tail(ctx context.Context) ([]ratchet.LogLine, error) {
	return h.e.Tail(ctx, h.ID)
}

// Advice is what the script most likely did not mean, as its log says too; nil
// for a replayed run that ended before.
func (h *Handle) Advice() []string {
	if h.run == nil {
		return nil
	}
	h.run.mu.Lock()
	defer h.run.mu.Unlock()
	return slices.Clone(h.run.advice)
}

// Done is closed when the run has ended and its row is committed, or the server
// stops; nil for a replayed run that ended before.
func (h *Handle) Done() <-chan struct{} {
	if h.run == nil {
		return nil
	}
	return h.run.done
}

func (e *Executor) await(ctx context.Context, r *run, d time.Duration) (*ratchet.Execution, error) {
	if d = min(d, e.cfg.WaitLimit); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-r.done:
		case <-timer.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := r.awaitRow(); err != nil {
		return nil, notStartedError(err)
	}
	return r.snapshotForReader(), nil
}

// notStartedError says that a run has left nothing because its row was refused.
func notStartedError(err error) error {
	e := *ratchet.AsError(err)
	if e.Hint == "" {
		e.Hint = "nothing was run; check that the data directory is writable and has free space, then call again"
	}
	return &e
}

// snapshotForReader is the row as far as others may know it: a run whose end
// is not committed yet is still running.
func (r *run) snapshotForReader() *ratchet.Execution {
	x := r.snapshot()
	select {
	case <-r.done:
		return r.snapshot()
	default:
	}
	if x.Status.Terminal() {
		notEnded(x)
		x.Recorded = false
	}
	return x
}

// Wait is Handle.Wait for any execution: ref is its UUID or number.
func (e *Executor) Wait(ctx context.Context, ref string, d time.Duration) (*ratchet.Execution, error) {
	if r := e.lookup(ref); r != nil && ratchet.ScopeFrom(ctx).AllowsTask(r.snapshot().TaskName) {
		return e.await(ctx, r, d) // who may not know the task is refused by the store
	}
	x, err := e.cfg.Store.Execution(ctx, ref)
	if err != nil || x.Status.Terminal() {
		return x, err
	}
	if r := e.lookup(x.ID); r != nil {
		return e.await(ctx, r, d)
	}
	// It ended in between, or it is an external row that another process keeps.
	return e.cfg.Store.Execution(ctx, ref)
}

// Execution returns one execution as it is now: what the store holds, with the
// live state of a run that is going on.
func (e *Executor) Execution(ctx context.Context, ref string) (*ratchet.Execution, error) {
	return e.Wait(ctx, ref, 0)
}

// Overlay replaces the rows of a list that are going on by their live state.
func (e *Executor) Overlay(rows []ratchet.Execution) {
	for i := range rows {
		if rows[i].Status.Terminal() {
			continue
		}
		if r := e.lookup(rows[i].ID); r != nil {
			live := r.snapshotForReader()
			rows[i].Status, rows[i].StartedAt, rows[i].Progress = live.Status, live.StartedAt, live.Progress
		}
	}
}

// WaitingReason says what a pending execution waits for; empty when it is not
// pending here.
func (e *Executor) WaitingReason(id string) string {
	r := e.lookup(id)
	if r == nil {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.waiting
}

// Live says whether the execution is going on in this server, so that it can
// be cancelled.
func (e *Executor) Live(id string) bool { return e.lookup(id) != nil }

// Tail returns the newest five log lines of an execution.
func (e *Executor) Tail(ctx context.Context, id string) ([]ratchet.LogLine, error) {
	page, err := e.cfg.Store.Logs(ctx, id, storage.LogQuery{Limit: tailLines})
	if err != nil {
		return nil, err
	}
	return page.Lines, nil
}
