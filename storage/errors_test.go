package storage

import (
	"errors"
	"testing"

	"ratchet"
)

// TestDriverError_says what a caller can do about what the engine reports: a
// fault of the moment is unavailable, and so is tried again.
func TestDriverError_says(t *testing.T) {
	for text, want := range map[string]ratchet.Code{
		"database or disk is full":              ratchet.CodeUnavailable,
		"disk I/O error":                        ratchet.CodeUnavailable,
		"attempt to write a readonly database":  ratchet.CodeUnavailable,
		"unable to open database file":          ratchet.CodeUnavailable,
		"database is locked":                    ratchet.CodeUnavailable,
		"locking protocol":                      ratchet.CodeUnavailable, // SQLITE_PROTOCOL
		"database disk image is malformed":      ratchet.CodeInternal,
		"file is not a database":                ratchet.CodeInternal,
		"no such table: executions":             ratchet.CodeInternal,
		"sql: database is closed":               ratchet.CodeUnavailable,
		"failed to execute: error code = 5: ??": ratchet.CodeInternal,
	} {
		err := driverError("insert", errors.New("failed to execute query INSERT\nerror code = "+text))
		if got := ratchet.AsError(err); got.Code != want || got.Hint == "" {
			t.Errorf("%s: %s (%s), want %s", text, got.Code, got.Hint, want)
		}
	}
}
