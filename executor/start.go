package executor

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"sync"
	"time"

	"ratchet/executor/compare"

	"ratchet/executor/policy"

	"ratchet"
)

// keyLifetime is how long an idempotency key is remembered.
const keyLifetime = 24 * time.Hour

// Handle is a started run, or the earlier one an idempotency key names.
type Handle struct {
	ID     string
	Replay bool // the key was used before: this is the first execution

	e   *Executor
	run *run // nil when the run is over already
}

// begin stores the row and sets the run going. It owns one count of e.running.
func (e *Executor) begin(ctx context.Context, t *ratchet.Task, p *program, req Request) (*Handle, error) {
	x := e.newExecution(t, p, req)
	if req.debug != nil {
		return e.beginDebug(ctx, x, t, p, req)
	}
	place, err := e.admission.enter(req.Principal, t.ID+concurrencyKey(p.policy, req.Input), p.policy.Concurrency, req.Priority)
	if err != nil {
		e.running.Done()
		return nil, err
	}
	return e.launch(ctx, newRun(e, x, p, req, place))
}

// launch stores the row of a run and sets it going.
func (e *Executor) launch(ctx context.Context, r *run) (*Handle, error) {
	place := r.place
	if place.admitted == nil && e.cfg.Runner.Idle() {
		r.markRunning(r.x.QueuedAt)
		r.stored = ratchet.StatusRunning
	}
	if !r.unstored() {
		// The row is on its way while the worker begins: nothing the script
		// asks for is answered or reported before it is stored.
		var err error
		if r.insertion, err = e.cfg.Store.BeginInsert(context.WithoutCancel(ctx), r.snapshot(), r.notStored); err != nil {
			e.admission.leave(place)
			r.cancelContext()
			e.running.Done()
			return nil, err
		}
	}
	e.add(r)
	r.publish()
	go r.live()
	return &Handle{ID: r.id, e: e, run: r}, nil
}

// concurrencyKey is what keeps runs of one task apart: the value in the input
// that the policy's pointer names.
func concurrencyKey(p policy.Policy, input json.RawMessage) string {
	if p.Concurrency == 0 || p.ConcurrencyKey == "" {
		return ""
	}
	var v any
	if json.Unmarshal(input, &v) != nil {
		return ""
	}
	found, _ := json.Marshal(compare.Pointer(v, p.ConcurrencyKey))
	return " " + string(found)
}

// startOnce serves a key: the first call runs, later ones get its execution.
// One server owns the store, so a lock in memory is enough to keep two calls
// with the same key apart.
func (e *Executor) startOnce(ctx context.Context, t *ratchet.Task, p *program, req Request) (*Handle, error) {
	unlock := e.keys.lock(req.Principal + "\x00" + req.IdempotencyKey)
	defer unlock()
	first, err := e.cfg.Store.ExecutionByKey(ctx, req.Principal, req.IdempotencyKey)
	if err != nil {
		e.running.Done()
		return nil, err
	}
	if first == nil || e.cfg.Now().Sub(first.QueuedAt) > keyLifetime {
		h, err := e.begin(ctx, t, p, req)
		if err != nil {
			return nil, err
		}
		// The next call with this key must find the row.
		return h, h.run.awaitRow()
	}
	e.running.Done()
	origin := req.Origin
	if origin == "" {
		origin = ratchet.OriginDirect
	}
	if first.TaskID != t.ID || first.Origin != origin || first.RetryOf != req.RetryOf || first.ForkedFrom != req.ForkedFrom || first.EffectsOf != req.effectsOf || !sameJSON(first.Input, req.Input) {
		return nil, ratchet.Errorf(ratchet.CodeConflict, "idempotency_key %q was used for another call: execution %s of task %s",
			req.IdempotencyKey, first.ID, first.TaskName).At("/idempotency_key").
			WithHint("use a new key for a new call; keys are kept 24 hours")
	}
	return &Handle{ID: first.ID, Replay: true, e: e, run: e.lookup(first.ID)}, nil
}

func sameJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errX := compare.Decode(a)
	y, errY := compare.Decode(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

// keyLocks is a lock per key, for as long as a caller needs it.
type keyLocks struct {
	mu   sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	mu    sync.Mutex
	users int
}

func (k *keyLocks) lock(key string) (unlock func()) {
	k.mu.Lock()
	if k.held == nil {
		k.held = make(map[string]*keyLock)
	}
	l := k.held[key]
	if l == nil {
		l = &keyLock{}
		k.held[key] = l
	}
	l.users++
	k.mu.Unlock()
	l.mu.Lock()
	return func() {
		l.mu.Unlock()
		k.mu.Lock()
		if l.users--; l.users == 0 {
			delete(k.held, key)
		}
		k.mu.Unlock()
	}
}
