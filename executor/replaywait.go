package executor

import (
	"context"
	"sync"
	"time"

	"ratchet"
)

// How long the result of a replay is kept for those who wait, and how many are.
const (
	replayKept = 10 * time.Minute
	maxReplays = 200
)

// replayRuns are the replays that go on or ended lately.
type replayRuns struct {
	mu   sync.Mutex
	runs map[string]*replayRun
}

type replayRun struct {
	principal string
	done      chan struct{}
	ended     time.Time // under the mutex; zero while it goes on
	result    *Replay
	err       error
}

// StartReplay sets a replay going and waits for at most d. The replay is nil
// when it goes on; WaitReplay with the id waits further.
func (e *Executor) StartReplay(ctx context.Context, req ReplayRequest, d time.Duration) (id string, p *Replay, err error) {
	if err := e.enter(); err != nil {
		return "", nil, err
	}
	r := &replayRun{principal: req.Principal, done: make(chan struct{})}
	id = newID()
	e.replays.keep(id, r, e.cfg.Now())
	go func() {
		defer e.running.Done()
		defer func() {
			e.replays.mu.Lock()
			r.ended = e.cfg.Now()
			e.replays.mu.Unlock()
			close(r.done)
		}()
		defer ratchet.Recover("replay an execution", func(err error) { r.err = err })
		r.result, r.err = e.Replay(context.WithoutCancel(ctx), req)
	}()
	p, err = e.awaitReplay(ctx, r, d)
	return id, p, err
}

// WaitReplay waits for a replay that was started before by the same principal.
func (e *Executor) WaitReplay(ctx context.Context, id, principal string, d time.Duration) (*Replay, error) {
	e.replays.mu.Lock()
	r := e.replays.runs[id]
	e.replays.mu.Unlock()
	if r == nil || r.principal != principal {
		return nil, ratchet.Errorf(ratchet.CodeNotFound, "there is no replay %s", id).At("/replay_id").
			WithHint("replays are kept %d minutes; leave replay_id out to start a new one", int(replayKept.Minutes()))
	}
	return e.awaitReplay(ctx, r, d)
}

func (e *Executor) awaitReplay(ctx context.Context, r *replayRun, d time.Duration) (*Replay, error) {
	timer := time.NewTimer(min(d, e.cfg.WaitLimit))
	defer timer.Stop()
	select {
	case <-r.done:
		return r.result, r.err
	case <-timer.C:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// keep adds a replay and forgets old ones.
func (k *replayRuns) keep(id string, r *replayRun, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.runs == nil {
		k.runs = make(map[string]*replayRun)
	}
	for old, other := range k.runs {
		if !other.ended.IsZero() && (now.Sub(other.ended) > replayKept || len(k.runs) >= maxReplays) {
			delete(k.runs, old)
		}
	}
	k.runs[id] = r
}
