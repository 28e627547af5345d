// Package executor owns the life of an execution: it resolves the task,
// checks the input, writes the row, takes a worker, watches the run, and
// commits outcome, logs and recording together before anybody is answered.
// A run belongs to the server, not to its caller: a caller that goes away
// stops waiting, the run goes on.
//
//	h, err := exec.Start(ctx, executor.Request{Task: "greet", Input: input})
//	if err != nil {
//		return err // nothing was stored
//	}
//	row, err := h.Wait(ctx, 25*time.Second) // row.Status may still be running
//
// It must not import tools, server, net/http, goja or runtime/worker: task
// code is parsed and run behind the Runner only.
package executor
