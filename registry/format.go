package registry

import (
	"time"

	"ratchet"
)

// Stamp is a time as the surfaces show it: RFC 3339, UTC, milliseconds. The
// zero time is empty.
func Stamp(t time.Time) string {
	return ratchet.Stamp(t)
}
