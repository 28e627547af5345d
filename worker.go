package ratchet

import "time"

// Worker is one worker process at one moment.
type Worker struct {
	ID      int64
	PID     int
	State   string // ready, busy or stopped
	Started time.Time
	Runs    int64 // runs so far
	Memory  int64 // resident bytes
}
