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

	Failed    int64         // of the runs: those that ended with an error
	Active    time.Time     // when its last run began or ended; zero = it has had none
	CPU       time.Duration // processor time so far
	Isolation string        // what keeps its task code in
}
