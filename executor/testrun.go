package executor

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ratchet"
)

// parallelTests is how many tests of one run go on at once when asked to.
const parallelTests = 4

// testRun is a run of a task's tests while it is going on.
type testRun struct {
	report TestReport // complete once done is closed
	done   chan struct{}
	cancel context.CancelFunc
}

// RunTests runs tests of a task and waits for them. The task need not be
// stored; then no rows are kept.
func (e *Executor) RunTests(ctx context.Context, task *ratchet.Task, opt TestOptions) (*TestReport, error) {
	t, err := e.startTests(ctx, task, opt)
	if err != nil {
		return nil, err
	}
	select {
	case <-t.done:
		return &t.report, nil
	case <-ctx.Done():
		t.cancel()
		<-t.done
		return nil, ctx.Err()
	}
}

// StartTests sets the tests of a stored task going and waits for at most d.
func (e *Executor) StartTests(ctx context.Context, task *ratchet.Task, opt TestOptions, d time.Duration) (*TestReport, error) {
	t, err := e.startTests(ctx, task, opt)
	if err != nil {
		return nil, err
	}
	return e.awaitTests(ctx, t, d)
}

// WaitTests waits for a test run that was started before.
func (e *Executor) WaitTests(ctx context.Context, id string, d time.Duration) (*TestReport, error) {
	e.mu.Lock()
	t := e.testRuns[id]
	e.mu.Unlock()
	if t != nil {
		return e.awaitTests(ctx, t, d)
	}
	stored, err := e.cfg.Store.TestRun(ctx, id)
	if err != nil {
		return nil, err
	}
	report := TestReport{
		ID: stored.ID, TaskID: stored.TaskID, TaskName: stored.TaskName, Status: stored.Status,
		ExecutedAt: stamp(stored.StartedAt), Tests: []TestResult{},
	}
	if len(stored.Results) == 0 {
		report.Message = "the server stopped before these tests ended"
		report.Hint = "run them again with " + ratchet.ToolRunTaskTests
		return &report, nil
	}
	if err := json.Unmarshal(stored.Results, &report); err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInternal, "the results of test run %s cannot be read", id).Wrap(err)
	}
	return &report, nil
}

func (e *Executor) awaitTests(ctx context.Context, t *testRun, d time.Duration) (*TestReport, error) {
	timer := time.NewTimer(min(d, e.cfg.WaitLimit))
	defer timer.Stop()
	select {
	case <-t.done:
		return &t.report, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
	}
	running := TestReport{
		ID: t.report.ID, TaskID: t.report.TaskID, TaskName: t.report.TaskName, ExecutedAt: t.report.ExecutedAt,
		Status: ratchet.StatusRunning, Message: "the tests are still running", Tests: []TestResult{},
		Hint: "call " + ratchet.ToolRunTaskTests + " again with test_run_id",
	}
	return &running, nil
}

func (e *Executor) startTests(ctx context.Context, task *ratchet.Task, opt TestOptions) (*testRun, error) {
	cases, err := chooseTests(task, opt)
	if err != nil {
		return nil, err
	}
	if _, err := e.program(task); err != nil {
		return nil, err
	}
	if err := e.enter(); err != nil {
		return nil, err
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	started := e.cfg.Now().UTC()
	t := &testRun{done: make(chan struct{}), cancel: cancel, report: TestReport{
		ID: newID(), Status: ratchet.StatusCompleted, TaskID: task.ID, TaskName: task.Name, ExecutedAt: stamp(started),
	}}
	row := ratchet.TestRun{
		ID: t.report.ID, TaskID: task.ID, TaskName: task.Name, Status: ratchet.StatusRunning, StartedAt: started,
	}
	if task.ID != "" {
		if err := e.cfg.Store.SaveTestRun(own, &row); err != nil {
			cancel()
			e.running.Done()
			return nil, err
		}
	}
	e.mu.Lock()
	e.testRuns[t.report.ID] = t
	e.mu.Unlock()
	go e.runTests(own, t, row, task, cases, opt)
	return t, nil
}

// runTests owns one count of e.running.
func (e *Executor) runTests(ctx context.Context, t *testRun, row ratchet.TestRun, task *ratchet.Task, cases []ratchet.TestCase, opt TestOptions) {
	defer e.running.Done()
	defer t.cancel()
	defer func() {
		e.mu.Lock()
		delete(e.testRuns, t.report.ID)
		e.mu.Unlock()
		close(t.done)
	}()
	defer ratchet.Recover("run tests", func(err error) {
		ratchet.Logged(e.cfg.Log, "run tests")(err)
		t.report.Message = ratchet.AsError(err).Message
	})
	t.report.Tests = make([]TestResult, len(cases))
	var group errgroup.Group
	group.SetLimit(1)
	if opt.Parallel {
		group.SetLimit(parallelTests)
	}
	var failed atomic.Bool
	only := hasOnly(cases)
	var once sync.Once
	for i, c := range cases {
		group.Go(func() error {
			r := &t.report.Tests[i]
			*r = newResult(c)
			defer ratchet.Recover("run a test", func(err error) {
				ratchet.Logged(e.cfg.Log, "run a test")(err)
				r.Status, r.Error = ratchet.TestFailed, executionError(err)
				failed.Store(true)
			})
			switch skip := skipReason(c, only, opt); {
			case skip != "":
				r.Reason = skip
			case ctx.Err() != nil:
				r.Reason = "cancelled"
			case opt.StopOnFailure && failed.Load():
				r.Reason = "stop_on_failure"
			default:
				e.runTest(ctx, task, c, opt, r)
			}
			if r.Status == ratchet.TestFailed {
				once.Do(func() { failed.Store(true) })
			}
			return nil
		})
	}
	_ = group.Wait() // the functions return no errors
	t.report.tally()
	if opt.Coverage {
		t.report.cover()
	}
	e.saveTests(t, row, task)
}

func (e *Executor) saveTests(t *testRun, row ratchet.TestRun, task *ratchet.Task) {
	if task.ID == "" {
		return
	}
	results, err := json.Marshal(t.report)
	if err == nil {
		row.Status, row.Results, row.FinishedAt = ratchet.StatusCompleted, results, e.cfg.Now().UTC()
		err = e.cfg.Store.SaveTestRun(context.Background(), &row)
	}
	if err != nil {
		e.cfg.Log.Error("store a test run", "test_run", row.ID, "error", err)
	}
}

// Plural is a number with its noun: 1 test, 2 tests, 3 entries.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "ry"); ok {
		return strconv.Itoa(n) + " " + stem + "ries"
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
