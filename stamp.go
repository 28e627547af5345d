package ratchet

import "time"

// TimeFormat is how every surface writes times that are in UTC: RFC 3339 with
// milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z"

// Stamp writes a time in TimeFormat. The zero time is empty.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(TimeFormat)
}
