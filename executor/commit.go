package executor

import (
	"context"
	"time"

	"ratchet"
	"ratchet/storage"
)

// How long to wait between two attempts to commit an end.
const (
	firstCommitDelay = 50 * time.Millisecond
	lastCommitDelay  = 5 * time.Second
)

// quickCommits is after how many attempts an error that is no fault of the
// disk counts as the result's own.
const quickCommits = 4

// commit writes the terminal row. Callers are answered from that row, so until
// the store takes it the run counts as running, and its result is kept here.
// When the server stops first, the next start settles the row.
func (r *run) commit(x *ratchet.Execution, f storage.Finish) {
	delay, small, last := firstCommitDelay, false, false
	for attempt := 1; ; attempt, delay = attempt+1, min(2*delay, lastCommitDelay) {
		err := r.e.cfg.Store.FinishExecution(context.Background(), x, f)
		code := ratchet.CodeOf(err)
		switch {
		case err == nil:
			return
		case code == ratchet.CodeConflict && r.adopt():
			return
		case r.awaitRow() != nil, code == ratchet.CodeNotFound:
			r.end(unstoredError(err), false) // there is no row to contradict it
			return
		case last:
			r.end(nil, true)
			return
		}
		if attempt == 1 {
			r.e.cfg.Log.Error("commit an execution; it is tried again until the store takes it", "execution", x.ID, "error", err)
			r.e.uncommitted.Add(1)
			defer r.e.uncommitted.Add(-1)
		}
		if attempt == quickCommits && code != ratchet.CodeUnavailable && code != ratchet.CodeConflict && !small {
			// It is not the disk: the result itself may be what cannot be stored.
			r.end(unstoredError(err), false)
			x, f, small = r.snapshot(), storage.Finish{After: f.After}, true
		}
		select {
		case <-r.e.draining:
			last = true
		case <-time.After(delay):
		}
	}
}

// adopt takes the end that the store has: an earlier attempt was stored although
// it was answered with an error, or the row was cancelled meanwhile.
func (r *run) adopt() bool {
	row, err := r.e.cfg.Store.Execution(context.Background(), r.id)
	if err != nil || !row.Status.Terminal() {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.x = *row
	return true
}

// end replaces the end of a run: by a failure, or by none.
func (r *run) end(failure *ratchet.ExecutionError, running bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.x.Status, r.x.Output, r.x.Error, r.x.Recorded = ratchet.StatusFailed, nil, failure, false
	if running {
		notEnded(&r.x)
	}
}

// notEnded shows x as it was before its end.
func notEnded(x *ratchet.Execution) {
	x.Status, x.Output, x.Error, x.Usage, x.CompletedAt, x.Phases = ratchet.StatusRunning, nil, nil, nil, time.Time{}, nil
}

func unstoredError(err error) *ratchet.ExecutionError {
	return &ratchet.ExecutionError{
		Code: ratchet.CodeUnavailable, Type: ratchet.CodeUnavailable.ErrorType(), Retryable: true,
		Message: "the run ended, but its result could not be stored: " + ratchet.AsError(err).Message,
		Hint:    "what it did is not undone; check that the data directory is writable and has free space, then retry",
	}
}
