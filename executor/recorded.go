package executor

import (
	"context"
	"errors"
	"fmt"

	"ratchet"
	"ratchet/runtime"
)

// recorded is an ended execution with what a replay of it needs.
type recorded struct {
	x    *ratchet.Execution
	raw  []byte
	tape *runtime.Tape
	task *ratchet.Task // the task as it was run, or as the caller wants it
	prog *program
	same bool // the program is the recorded one
	note []string
}

// openRecording reads an execution's recording and finds the code it was made
// with. code, when not empty, takes that code's place; version, when not
// empty, names the version of the task to take.
func (e *Executor) openRecording(ctx context.Context, ref, code, version string) (*recorded, error) {
	r, err := e.readRecording(ctx, ref)
	if err != nil {
		return nil, err
	}
	if r.task, err = e.recordedTask(ctx, r, version); err != nil {
		return nil, err
	}
	if code != "" {
		t := *r.task
		t.Code, t.Checksum = code, ""
		r.task = &t
	}
	if r.prog, err = e.program(r.task); err != nil {
		return nil, err
	}
	r.same = r.prog.source.Hash == r.tape.Header.SourceHash
	r.compareVersions()
	return r, nil
}

// readRecording reads an execution's recording.
func (e *Executor) readRecording(ctx context.Context, ref string) (*recorded, error) {
	x, err := e.Execution(ctx, ref)
	if err != nil {
		return nil, err
	}
	r := &recorded{x: x}
	if err := r.check(); err != nil {
		return nil, err
	}
	if r.raw, err = e.cfg.Store.Tape(ctx, x.ID); err != nil {
		return nil, err
	}
	if r.raw == nil {
		return nil, noRecording(x)
	}
	if r.tape, err = runtime.DecodeTape(r.raw); err != nil {
		return nil, unreadable(x, err)
	}
	return r, nil
}

// Recording returns an ended execution and what it recorded. Errors are those
// of an unknown execution, and of one that has not ended, has no recording or
// one that this build cannot read.
func (e *Executor) Recording(ctx context.Context, ref string) (*ratchet.Execution, *runtime.Tape, error) {
	r, err := e.readRecording(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	return r.x, r.tape, nil
}

// check refuses what has no recording.
func (r *recorded) check() error {
	switch {
	case !r.x.Status.Terminal():
		return ratchet.Errorf(ratchet.CodeConflict, "execution %s is %s: its recording is not complete", r.x.ID, r.x.Status).
			At("/execution_id").WithHint("wait for its end with "+ratchet.ToolGetExecutionStatus).
			Next(ratchet.ToolGetExecutionStatus, map[string]any{"execution_id": r.x.ID, "wait": 25})
	case r.x.Origin == ratchet.OriginExternal:
		return ratchet.Errorf(ratchet.CodeConflict, "execution %s was done elsewhere and has no recording", r.x.ID).At("/execution_id").
			WithHint("run the task with " + ratchet.ToolExecuteTask)
	case !r.x.Recorded:
		return noRecording(r.x)
	}
	return nil
}

func noRecording(x *ratchet.Execution) error {
	e := ratchet.Errorf(ratchet.CodeGone, "execution %s has no recording", x.ID).At("/execution_id").
		WithHint("it ended before it had a worker, or its recording was purged; run it again with " + ratchet.ToolExecuteTask)
	if !x.TaskDeleted {
		e = e.Next(ratchet.ToolExecuteTask, map[string]any{"task_id": x.TaskName})
	}
	return e
}

func unreadable(x *ratchet.Execution, err error) error {
	why := "it is damaged"
	if errors.Is(err, runtime.ErrTape) {
		why = err.Error()
	}
	return ratchet.Errorf(ratchet.CodeConflict, "the recording of execution %s cannot be read: %s", x.ID, why).At("/execution_id").
		WithHint("run the task again with " + ratchet.ToolExecuteTask + ": every run is recorded").Wrap(err)
}

// recordedTask is the task with the code that was recorded. When it is not
// kept any more, the task as it is now takes its place: the replay shows where
// that differs.
func (e *Executor) recordedTask(ctx context.Context, r *recorded, version string) (*ratchet.Task, error) {
	if version != "" {
		return FindTask(ctx, e.cfg.Store, r.x.TaskName+"@"+version)
	}
	hash := r.tape.Header.SourceHash
	current, err := e.cfg.Store.Task(ctx, r.x.TaskID)
	if err == nil && current.Version == r.x.TaskVersion && (hash == "" || SourceOf(current).Hash == hash) {
		return current, nil
	}
	if err != nil && ratchet.CodeOf(err) != ratchet.CodeNotFound {
		return nil, err
	}
	states, err := e.keptStates(ctx, r.x.TaskID)
	if err != nil {
		return nil, err
	}
	for i := range states {
		if t := &states[i]; SourceOf(t).Hash == hash && t.Version == r.x.TaskVersion {
			return t, nil
		}
	}
	for i := range states {
		if t := &states[i]; SourceOf(t).Hash == hash {
			return t, nil
		}
	}
	switch {
	case current != nil:
		r.note = append(r.note, "the recorded code is not kept any more; the task's present code was used")
		return current, nil
	case len(states) > 0:
		return &states[0], nil
	}
	return nil, ratchet.Errorf(ratchet.CodeGone, "task %s was deleted and its code is not kept: execution %s cannot run again",
		r.x.TaskName, r.x.ID).At("/execution_id").WithHint("give the code as the argument code of a new task with " + ratchet.ToolCreateTask)
}

// keptStates are the states of a task in its history and its backups, newest first.
func (e *Executor) keptStates(ctx context.Context, taskID string) ([]ratchet.Task, error) {
	versions, err := e.cfg.Store.TaskVersions(ctx, taskID)
	if err != nil {
		return nil, err
	}
	var states []ratchet.Task
	for i := range versions {
		states = append(states, versions[i].Task)
	}
	backups, err := e.cfg.Store.TaskBackups(ctx, taskID)
	if err != nil {
		return nil, err
	}
	for i := range backups {
		states = append(states, backups[i].Task)
	}
	return states, nil
}

// compareVersions notes what the recording was made with and this server lacks.
func (r *recorded) compareVersions() {
	h, now := r.tape.Header, runtime.NewTapeHeader(runtime.Job{})
	for _, pin := range [...]struct{ name, then, now string }{
		{"engine", h.Engine, now.Engine},
		{"Go version", h.Go, now.Go},
		{"built-in JavaScript", short(h.Polyfills), short(now.Polyfills)},
	} {
		if pin.then != "" && pin.then != pin.now {
			r.note = append(r.note, fmt.Sprintf("it was recorded with another %s (%s; this server has %s): a difference may come from there", pin.name, pin.then, pin.now))
		}
	}
	if h.Engine == "" && !r.tape.Complete {
		r.note = append(r.note, "the recording has requests and their replies only: time, randomness and order are not the recorded ones")
		return
	}
	if n := r.tape.LeftOut(); n > 0 {
		r.note = append(r.note, fmt.Sprintf("the recording is incomplete: %d requests with their bodies did not fit into it "+
			"(%d MiB for one recording, and what http.max_run_body_bytes, http.max_body_bytes and http.max_body_memory leave)", n, tapeBytes()>>20))
	} else if !r.tape.Complete {
		r.note = append(r.note, "the recording is incomplete: it reached its limit, or its worker died")
	}
}

func short(hash string) string { return hash[:min(len(hash), 12)] }

// replayJob is the job that follows the recording.
func (e *Executor) replayJob(r *recorded) runtime.Job {
	job := e.newJob(r.x, r.prog, Request{})
	job.Mode, job.Tape = runtime.ModeReplay, r.raw
	// Nothing is waited for, but watching a run takes longer than running it.
	wall := max(4*r.x.Timeout, 30*minReplay)
	job.Limits.Wall, job.Limits.CPU = wall, wall
	job.Limits.Memory += 4 * int64(len(r.raw))
	return job
}
