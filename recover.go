package ratchet

import (
	"fmt"
	"runtime/debug"
	"time"
)

// Recover is deferred in every function that runs as a goroutine, so that a
// panic ends what that goroutine does and not the process:
//
//	go func() {
//		defer close(done)
//		defer ratchet.Recover("send the updates", func(err error) { log.Error("updates", "error", err) })
//
// doing says what that is. failed gets the panic as an internal error, whose
// cause has the stack; it answers those who wait.
func Recover(doing string, failed func(error)) {
	if p := recover(); p != nil {
		failed(AsError(fmt.Errorf("panic while the server tried to %s: %v\n%s", doing, p, debug.Stack())))
	}
}

// Guard returns f with Recover around it, for what runs f in a goroutine of its
// own: time.AfterFunc and context.AfterFunc.
func Guard(doing string, failed func(error), f func()) func() {
	return func() {
		defer Recover(doing, failed)
		f()
	}
}

// keepPause is the time before a loop that panicked begins again.
const keepPause = 100 * time.Millisecond

// Keep runs the loop of a goroutine that has to live. When loop panics, failed
// gets the error and the loop begins again; when it returns, Keep does too.
func Keep(doing string, failed func(error), loop func()) {
	for !ended(doing, failed, loop) {
		time.Sleep(keepPause)
	}
}

func ended(doing string, failed func(error), loop func()) (ok bool) {
	defer Recover(doing, failed)
	loop()
	return true
}

// Logged returns what logs the error of Recover or Keep, with its cause.
func Logged(log interface{ Error(msg string, args ...any) }, doing string) func(error) {
	return func(err error) { log.Error("panic: "+doing, "error", AsError(err).Err) }
}
