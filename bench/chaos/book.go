package chaos

import (
	"encoding/json"
	"sync"
)

// acknowledged is the last state of an execution that a caller received.
type acknowledged struct {
	status string          // may be pending or running
	output json.RawMessage // of a completed one
	losing bool            // told while the disk was losing what is not synced
}

// book keeps what callers were told.
type book struct {
	mu         sync.Mutex
	executions map[string]acknowledged
	tasks      map[string]bool // by id; true = the disk was losing
	unknown    map[string]bool // tokens of effects that were reported as of unknown outcome
	completed  map[string]bool // tokens of effects whose run was told to be completed
	losing     bool
}

func newBook() *book {
	return &book{
		executions: map[string]acknowledged{}, tasks: map[string]bool{}, unknown: map[string]bool{}, completed: map[string]bool{},
	}
}

// lossy says that the disk loses what is not synced from now on, or no more.
// The row of a run that goes on is synced with the next write that is: such a
// handle may be lost with the machine, and with nothing less.
func (k *book) lossy(on bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.losing = on
	if !on {
		return
	}
	for id, t := range k.executions {
		if !ended(t.status) {
			t.losing = true
			k.executions[id] = t
		}
	}
}

// mayBeLost says whether a handle was told when the disk lost what was not synced.
func (k *book) mayBeLost(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.executions[id]
	return t.losing && !ended(t.status)
}

// execution records the state of a run that a caller received. It returns false when the run
// was told to have ended and is now told otherwise.
func (k *book) execution(a *answer) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	v := a.Value
	before, ok := k.executions[v.ExecutionID]
	if ok && ended(before.status) && before.status != v.Status {
		return false
	}
	k.executions[v.ExecutionID] = acknowledged{v.Status, v.Output, k.losing || before.losing}
	return true
}

func (k *book) task(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tasks[id] = k.losing
}

// effect records the reported outcome of an effect.
func (k *book) effect(token string, completed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if completed {
		k.completed[token] = true
	} else {
		k.unknown[token] = true
	}
}

func ended(status string) bool {
	return status != "pending" && status != "running" && status != "queued"
}
