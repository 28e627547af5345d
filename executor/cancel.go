package executor

import (
	"context"
	"time"

	"ratchet"
	"ratchet/events"
	"ratchet/storage"
)

// cancelGrace is how long a cancel waits for the end of a run: the pool kills
// after five seconds.
const cancelGrace = 8 * time.Second

// Cancel ends a run and returns its row. Politely, the script's signal aborts
// and the worker is killed five seconds later; with force at once. A run that
// has no worker yet is cancelled at once. An ended run is a conflict.
func (e *Executor) Cancel(ctx context.Context, ref, reason string, force bool) (*ratchet.Execution, error) {
	x, err := e.Execution(ctx, ref)
	if err != nil {
		return nil, err
	}
	if x.Status.Terminal() {
		return nil, ratchet.Errorf(ratchet.CodeConflict, "execution %s has ended already: %s", x.ID, x.Status).
			At("/execution_id").WithHint(ratchet.ToolGetExecutionStatus+" shows its result").
			Next(ratchet.ToolGetExecutionStatus, map[string]any{"execution_id": x.ID})
	}
	r := e.lookup(x.ID)
	if r == nil {
		return e.cancelStored(ctx, x, reason)
	}
	r.stopFor(stopCancel, reason, force)
	select {
	case <-r.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(cancelGrace):
	}
	return r.snapshotForReader(), nil
}

// Stop asks a run to end without waiting for it; unknown ids are ignored. It
// serves callers that withdraw their request.
func (e *Executor) Stop(id, reason string) {
	if r := e.lookup(id); r != nil {
		r.stopFor(stopCancel, reason, false)
	}
}

// cancelStored cancels a row that nothing here is working on: an external one.
func (e *Executor) cancelStored(ctx context.Context, x *ratchet.Execution, reason string) (*ratchet.Execution, error) {
	// The live run may have ended since the row was read.
	x, err := e.cfg.Store.Execution(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	x.Status, x.CompletedAt = ratchet.StatusCancelled, e.cfg.Now().UTC()
	x.Error = cancelledError(reason)
	if err := e.cfg.Store.FinishExecution(ctx, x, storage.Finish{}); err != nil {
		return nil, err
	}
	e.cfg.Bus.Publish(ratchet.Event{Kind: events.ExecutionUpdated, ID: x.ID, Task: x.TaskName, At: e.cfg.Now(), Data: x})
	return x, nil
}

func cancelledError(reason string) *ratchet.ExecutionError {
	e := &ratchet.ExecutionError{
		Code: ratchet.CodeCancelled, Type: "cancelled", Cause: ratchet.CauseCancelled, Message: "the run was cancelled",
	}
	if reason != "" {
		e.Message += ": " + reason
		e.Details = map[string]any{"reason": reason}
	}
	return e
}
