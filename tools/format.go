package tools

import (
	"strconv"
	"time"
)

// Stamp is a time as the surfaces show it: RFC 3339, UTC, milliseconds. The
// zero time is empty.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func itoa(n int) string { return strconv.Itoa(n) }
