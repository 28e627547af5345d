package executor

import (
	"context"
	"encoding/json"
	"sync"

	"ratchet"
)

// resolved is a task as a reference named it, made ready. Both are shared by
// runs and never changed.
type resolved struct {
	task *ratchet.Task
	prog *program
}

// resolvedLimit bounds the cache; beyond it everything is read once more.
const resolvedLimit = 512

// taskCache keeps what references mean for as long as no task changes, so that
// a run reads nothing from the store.
type taskCache struct {
	mu       sync.RWMutex
	revision int64
	held     map[string]resolved
}

func (c *taskCache) get(ref string, revision int64) (resolved, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.revision != revision {
		return resolved{}, false
	}
	r, ok := c.held[ref]
	return r, ok
}

// put keeps what was read at revision or later.
func (c *taskCache) put(ref string, revision int64, r resolved) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if revision < c.revision {
		return
	}
	if c.held == nil || revision > c.revision || len(c.held) >= resolvedLimit {
		c.held, c.revision = make(map[string]resolved), revision
	}
	c.held[ref] = r
}

// task returns what ref means now.
func (e *Executor) task(ctx context.Context, ref string) (resolved, error) {
	revision := e.cfg.Store.TaskRevision() // before the read, which may see more
	if r, ok := e.tasks.get(ref, revision); ok && ratchet.ScopeFrom(ctx).AllowsTask(r.task.Name) {
		return r, nil // who may not know the task is refused by the store
	}
	t, err := FindTask(ctx, e.cfg.Store, ref)
	if err != nil {
		return resolved{}, err
	}
	if !t.Enabled {
		// It may be broken as well; that it is disabled is what to say.
		return resolved{task: t}, nil
	}
	prog, err := e.program(t)
	if err != nil {
		return resolved{}, err
	}
	r := resolved{t, prog}
	e.tasks.put(ref, revision, r)
	return r, nil
}

// resolve returns the task and program a request means.
func (e *Executor) resolve(ctx context.Context, req *Request) (*ratchet.Task, *program, error) {
	if t := req.test; t != nil {
		prog, err := e.program(t.task)
		return t.task, prog, err
	}
	if f := req.fork; f != nil {
		return f.task, f.prog, nil
	}
	r, err := e.task(ctx, req.Task)
	if err != nil {
		return nil, nil, err
	}
	if !r.task.Enabled {
		return nil, nil, ratchet.Errorf(ratchet.CodeConflict, "task %s is disabled", r.task.Name).At("/task_id").
			WithHint("enable it first: "+ratchet.ToolEditTask+" with enabled true").
			Next(ratchet.ToolEditTask, map[string]any{"task_id": r.task.Name, "enabled": true})
	}
	if req.Test != nil {
		mock, err := testMock(r.task, req.Test)
		if err != nil {
			return nil, nil, err
		}
		req.test = &testSetup{task: r.task, mock: mock}
	}
	return r.task, r.prog, nil
}

// testMock is what stands for the world in the test of a task with an input.
func testMock(t *ratchet.Task, input json.RawMessage) (*ratchet.Mock, error) {
	for _, c := range t.Tests {
		of := c.Input
		if len(of) == 0 {
			of = json.RawMessage(`{}`)
		}
		if sameJSON(of, input) {
			return mockOf(c, TestOptions{})
		}
	}
	return nil, ratchet.Errorf(ratchet.CodeConflict, "the execution ran a test that task %s does not have any more, so its mocks are gone", t.Name).
		At("/execution_id").WithHint("run the tests there are with "+ratchet.ToolRunTaskTests+", or the task itself with "+ratchet.ToolExecuteTask).
		Next(ratchet.ToolRunTaskTests, map[string]any{"task_id": t.Name})
}

// DeprecationNotice says that a task is deprecated; empty when it is not, or
// is gone.
func (e *Executor) DeprecationNotice(ctx context.Context, ref string) string {
	r, err := e.task(ctx, ref)
	if err != nil || r.prog == nil || !r.prog.policy.Deprecated {
		return ""
	}
	notice := "task " + r.task.Name + " is deprecated"
	if r.prog.policy.DeprecationMsg != "" {
		notice += ": " + r.prog.policy.DeprecationMsg
	}
	return notice
}
