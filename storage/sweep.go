package storage

import (
	"context"

	"ratchet"
)

// Sweep settles what a server that died left behind, and must be called
// before this one starts anything: executions and test runs that are pending
// or running become failed, and idempotency keys point to the execution their
// call had started, or are freed. It returns the number of executions failed.
func (db *DB) Sweep(ctx context.Context) (int, error) {
	lost := &ratchet.Execution{Error: &ratchet.ExecutionError{
		Code: ratchet.CodeUnavailable, Type: "service_unavailable", Cause: ratchet.CauseLost, Retryable: true,
		Message: "the server stopped while this execution was going on",
		Hint:    "what it had done until then is not undone; run it again with ratchet_retry_execution",
	}}
	failure, message, err := failureOf(lost)
	if err != nil {
		return 0, err
	}
	now, swept := db.micros(), int64(0)
	err = db.write(ctx, true, func(t *tx) error {
		var err error
		swept, err = t.change("fail lost executions", `UPDATE executions SET status = 3, completed_at = ?1,
			duration = max(0, ?1 - started_at), error = ?2, error_message = ?3 WHERE status < 2`, now, failure, message)
		if err != nil {
			return err
		}
		err = t.exec("fail lost test runs", "UPDATE test_runs SET status = 3, finished_at = ? WHERE status < 2", now)
		if err != nil {
			return err
		}
		err = t.exec("settle lost keys", `UPDATE claims SET execution = (SELECT e.uuid FROM executions AS e
			WHERE e.idem_key = claims.key AND e.principal = claims.principal ORDER BY e.id DESC LIMIT 1) WHERE result IS NULL`)
		if err != nil {
			return err
		}
		return t.exec("free lost keys", "DELETE FROM claims WHERE result IS NULL AND execution IS NULL")
	})
	return int(swept), err
}
