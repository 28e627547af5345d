package storage

import (
	"context"

	"ratchet"
)

// Sweep settles what a server that died left behind, and must be called
// before this one starts anything: executions and test runs that are pending
// or running become failed, and idempotency keys whose call had made nothing are
// freed. It returns the number of executions failed.
func (db *DB) Sweep(ctx context.Context) (int, error) {
	now, swept := db.micros(), int64(0)
	err := db.write(ctx, true, func(t *tx) (err error) {
		if swept, err = t.failLost(now); err != nil {
			return err
		}
		err = t.exec("fail lost test runs", "UPDATE test_runs SET status = 3, finished_at = ? WHERE status < 2", now)
		if err != nil {
			return err
		}
		return t.exec("free lost keys", "DELETE FROM claims WHERE result IS NULL AND execution IS NULL")
	})
	return int(swept), err
}

// failLost ends the executions that are pending or running. Those that were
// in the middle of an effect name it.
func (t *tx) failLost(now int64) (int64, error) {
	unknown, err := t.lostEffects()
	if err != nil {
		return 0, err
	}
	failure, message, err := failureOf(lostExecution(nil))
	if err != nil {
		return 0, err
	}
	swept, err := t.change("fail lost executions", `UPDATE executions SET status = 3, completed_at = ?1,
		duration = max(0, ?1 - started_at), error = ?2, error_message = ?3 WHERE status < 2`, now, failure, message)
	if err != nil {
		return 0, err
	}
	for id, effects := range unknown {
		if failure, _, err = failureOf(lostExecution(effects)); err != nil {
			return 0, err
		}
		if err := t.exec("name lost effects", "UPDATE executions SET error = ? WHERE id = ?", failure, id); err != nil {
			return 0, err
		}
	}
	return swept, nil
}

// lostExecution is how an execution ends whose server has died.
func lostExecution(unknown []UnknownEffect) *ratchet.Execution {
	e := &ratchet.ExecutionError{
		Code: ratchet.CodeUnavailable, Type: "service_unavailable", Cause: ratchet.CauseLost, Retryable: true,
		Message: "the server stopped while this execution was going on",
		Hint:    "what it had done until then is not undone; run it again with " + ratchet.ToolRetryExecution,
	}
	if len(unknown) > 0 {
		e.Details = map[string]any{UnknownEffects: unknown}
		e.Hint += ", which does not repeat the requests in unknown_effects: whether they were done is not known"
	}
	return &ratchet.Execution{Error: e}
}
