package executor

import (
	"context"
	"encoding/hex"
	"time"

	"ratchet/executor/compare"

	"ratchet"
)

// runTest runs one test and fills its result.
func (e *Executor) runTest(ctx context.Context, task *ratchet.Task, c ratchet.TestCase, opt TestOptions, r *TestResult) {
	r.Status = ratchet.TestFailed
	mock, err := mockOf(c, opt)
	if err != nil {
		r.Reason = ratchet.AsError(err).Message
		return
	}
	h, err := e.Start(ctx, Request{
		Task: task.Name, Input: c.Input, Origin: ratchet.OriginTest, Principal: opt.Principal, Trace: opt.Trace,
		Timeout: time.Duration(c.TimeoutMS) * time.Millisecond,
		test:    &testSetup{task: task, mock: mock, coverage: opt.Coverage, unstored: task.ID == ""},
	})
	if err != nil {
		// An input that breaks its schema is a failure a test may expect.
		judgeRefused(c, err, r)
		return
	}
	select {
	case <-h.Done():
	case <-ctx.Done():
		e.Stop(h.ID, "the test run was cancelled")
		<-h.Done()
	}
	x := h.run.snapshot()
	r.coverage = h.run.coverage
	r.Warnings = h.Advice()
	r.Duration, r.Output, r.Error = millis(x.CompletedAt.Sub(x.QueuedAt)), x.Output, x.Error
	if !h.run.unstored() {
		r.ExecutionID = h.ID
	}
	e.conclude(c, opt, h.run, x, r)
}

// conclude judges an ended test.
func (e *Executor) conclude(c ratchet.TestCase, opt TestOptions, run *run, x *ratchet.Execution, r *TestResult) {
	switch {
	case len(run.failures) > 0:
		r.Reason = run.failures[0]
	case opt.Input != nil:
		if x.Error != nil {
			r.Reason = "the run failed: " + x.Error.Type + ": " + x.Error.Message
		}
	default:
		r.Diff, r.Reason = compare.TestRun(c, x)
	}
	if r.Reason == "" {
		r.Status = ratchet.TestPassed
		if opt.Input != nil {
			// It ran, but nothing was expected of it.
			r.Status, r.Reason = ratchet.TestSkipped, "no_expectation"
		}
		return
	}
	if !opt.NoTraces && !run.unstored() {
		r.Trace, _ = e.Steps(context.Background(), x) // a test is judged without it
	}
}

func judgeRefused(c ratchet.TestCase, err error, r *TestResult) {
	e := ratchet.AsError(err)
	r.Error = executionError(err)
	if pointer, ok := e.Fields[ratchet.FieldPointer]; ok {
		r.Error.Details = map[string]any{"field": pointer}
	}
	r.Reason = e.Message
	if c.ShouldFail && e.Code == ratchet.CodeInvalid {
		r.Reason = compare.Failure(c.ExpectedError, &ratchet.Execution{Error: r.Error})
	}
	if r.Reason == "" {
		r.Status = ratchet.TestPassed
	}
}

// mockOf is what stands for the world in a test: its mock, nothing at all, or
// the real world when the run is live and the test has no mock.
func mockOf(c ratchet.TestCase, opt TestOptions) (*ratchet.Mock, error) {
	if c.Mock == nil {
		if opt.Live {
			return nil, nil
		}
		return &ratchet.Mock{}, nil
	}
	if c.Mock.Time != "" {
		if _, err := time.Parse(time.RFC3339Nano, c.Mock.Time); err != nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "mock.time %q is not an RFC 3339 time", c.Mock.Time)
		}
	}
	if seed, err := hex.DecodeString(c.Mock.Seed); c.Mock.Seed != "" && (err != nil || len(seed) != 32) {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "mock.seed is not 64 hex digits")
	}
	return c.Mock, nil
}
