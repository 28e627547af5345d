package executor

import (
	"context"
	"errors"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// recordedSource is what replays of a session are made from.
type recordedSource struct {
	job    runtime.Job
	prog   *program
	masker *masker
	held   *held
}

// startLive starts the execution that is debugged.
func (s *DebugSession) startLive(ctx context.Context, req Request) error {
	s.mu.Lock()
	r := s.newRun(nil)
	s.active = r
	s.mu.Unlock()
	req.debug = &debugSetup{config: s.config, port: s.port(r), session: s, run: r}
	h, err := s.e.Start(ctx, req)
	if err != nil {
		return err
	}
	go s.awaitLive(r, h)
	return nil
}

// admitted is called with the live run before it begins.
func (s *DebugSession) admitted(r *run, task *ratchet.Task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.x, s.code = *r.snapshot(), *task
	s.active.masker = r.masker
	s.source = recordedSource{prog: r.prog, masker: r.masker, held: r.req.held}
}

func (s *DebugSession) awaitLive(r *debugRun, h *Handle) {
	defer ratchet.Recover("debug a run", func(err error) { s.ended(r, nil, executionError(err), ratchet.Usage{}) })
	select {
	case <-h.Done():
	case <-s.e.draining:
		s.end("the server is shutting down", DebugStopped)
		<-h.Done()
	}
	x, err := h.Wait(context.Background(), 0)
	if err != nil {
		s.ended(r, nil, executionError(err), ratchet.Usage{})
		return
	}
	s.mu.Lock()
	s.x = *x
	s.mu.Unlock()
	var usage ratchet.Usage
	if x.Usage != nil {
		usage = *x.Usage
	}
	s.ended(r, x.Output, x.Error, usage)
}

// startRecorded begins the replay of an execution.
func (s *DebugSession) startRecorded(ctx context.Context, ref string) error {
	rec, err := s.e.openRecording(ctx, ref, "", "")
	if err != nil {
		return err
	}
	secrets := s.e.holdAgain(ctx, rec.x, rec.prog.policy)
	s.source = recordedSource{job: s.e.replayJob(rec), prog: rec.prog, masker: secrets.masker(), held: secrets}
	s.x, s.code = *rec.x, *rec.task
	return s.replay(s.config)
}

// replay makes a run along the recording the active one.
func (s *DebugSession) replay(config runtime.Debug) error {
	ctx, cancel := context.WithCancel(context.Background())
	r := s.newRun(s.source.masker)
	r.cancel = cancel
	job := s.source.job
	job.Debug, job.Principal = &config, s.Owner
	job.Limits.Wall = max(s.limit, job.Limits.Wall)
	s.mu.Lock()
	s.active = r
	s.become(DebugRunning)
	s.mu.Unlock()
	if err := s.e.enter(); err != nil {
		cancel()
		return err
	}
	go func() {
		defer s.e.running.Done()
		defer cancel()
		defer s.e.untilDrained(cancel)()
		defer ratchet.Recover("debug a replay", func(err error) { s.ended(r, nil, executionError(err), ratchet.Usage{}) })
		out, err := s.e.cfg.Runner.Run(ctx, job, runtime.Hooks{
			Host: secretDoor{s.source.held}, Debug: s.port(r), Log: func(l []ratchet.LogLine) { s.logged(r, l) },
		})
		failure := out.Err
		if err != nil {
			failure = executionError(runnerError(ctx, err))
		}
		if failure == nil {
			failure = outputError(s.source.prog, out.Output)
		}
		s.source.masker.failure(failure)
		s.ended(r, s.source.masker.json(out.Output), failure, out.Usage)
	}()
	return nil
}

// stepBack goes to the checkpoint before the present one by running the past
// again. Nothing outside happens twice.
func (s *DebugSession) stepBack(ctx context.Context) error {
	s.mu.Lock()
	stop, tip := s.stop, s.tip
	if stop == nil {
		s.mu.Unlock()
		return s.notPaused()
	}
	to := stop.Checkpoint - 1
	if stop.Reason == runtime.StopException {
		to = stop.Checkpoint
	}
	past := s.active
	s.mu.Unlock()
	if to < 1 {
		return ratchet.Errorf(ratchet.CodeConflict, "this is the first statement: there is nothing earlier to step back to").
			WithHint("go forward with continue or a step")
	}
	config := s.present()
	config.Until, config.Entry, config.Count = to, false, true
	if s.Recorded || tip != nil {
		s.mu.Lock()
		past.commands = make(chan runtime.DebugCommand) // it is not read any more
		s.mu.Unlock()
		past.cancel()
		if tip != nil {
			config.Horizon = horizon(tip.stop)
		}
		return s.replay(config)
	}
	if err := s.recordPast(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	s.tip = past
	s.mu.Unlock()
	config.Horizon = horizon(stop)
	return s.replay(config)
}

// horizon is the checkpoint at which a replay of the past is where the live
// run stands; one that stands at a thrown value is found by that.
func horizon(stop *runtime.DebugStop) int64 {
	if stop.Reason == runtime.StopException {
		return stop.Checkpoint + 1
	}
	return stop.Checkpoint
}

// recordPast takes the recording of the live run up to here.
func (s *DebugSession) recordPast(ctx context.Context) error {
	a, err := s.ask(ctx, runtime.DebugCommand{Verb: runtime.DebugTape})
	if err != nil {
		return err
	}
	live := s.e.lookup(s.x.ID)
	if live == nil {
		return s.notPaused()
	}
	raw, err := live.req.debug.recorder.Merge(a.Tape)
	if err != nil {
		return err
	}
	x := live.snapshot()
	s.source.job = s.e.replayJob(&recorded{x: x, raw: raw, prog: s.source.prog})
	return nil
}

var errNotAnswered = errors.New("the run ended before it answered")

// ask sends a command to the active run and waits for its answer.
func (s *DebugSession) ask(ctx context.Context, c runtime.DebugCommand) (*runtime.DebugAnswer, error) {
	s.mu.Lock()
	if s.stop == nil {
		s.mu.Unlock()
		return nil, s.notPaused()
	}
	s.nextID++
	c.ID = s.nextID
	answer := make(chan *runtime.DebugAnswer, 1)
	s.waiting[c.ID] = answer
	commands := s.active.commands
	s.mu.Unlock()
	limit := time.NewTimer(askTime)
	defer limit.Stop()
	select {
	case commands <- c:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case a, ok := <-answer:
		if !ok {
			return nil, ratchet.Errorf(ratchet.CodeConflict, "the run ended before it answered").Wrap(errNotAnswered)
		}
		if a.Error != "" {
			return nil, ratchet.Errorf(a.Code, "%s", a.Error)
		}
		return a, nil
	case <-limit.C:
		return nil, ratchet.Errorf(ratchet.CodeTimeout, "the run did not answer within %s", askTime).
			WithHint("the expression may be inside a builtin that cannot be interrupted: end the session with action stop")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// askTime is how long a stopped run may take for an answer.
const askTime = 20 * time.Second

func (s *DebugSession) notPaused() error {
	s.mu.Lock()
	status := s.status
	s.mu.Unlock()
	e := ratchet.Errorf(ratchet.CodeConflict, "the session is not paused: it is %s", status)
	if status == DebugRunning {
		return e.WithHint("wait for the next stop with action continue")
	}
	return e.WithHint("start a new session; the ended run can be debugged by its execution_id")
}

// beginDebug sets a debugged run going. It waits for no place: it may stand
// still for long, and sessions have limits of their own.
func (e *Executor) beginDebug(ctx context.Context, x *ratchet.Execution, t *ratchet.Task, p *program, req Request) (*Handle, error) {
	r := newRun(e, x, p, req, &ticket{})
	req.debug.session.admitted(r, t)
	return e.launch(ctx, r)
}

// debugPort connects a debugged run with its session; nil when it is not debugged.
func (r *run) debugPort(d *door) *runtime.DebugPort {
	if r.req.debug == nil {
		return nil
	}
	r.req.debug.recorder = d.recorder
	return r.req.debug.port
}
