package executor

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ratchet/executor/policy"

	"github.com/google/uuid"

	"ratchet"
	"ratchet/runtime"
	"ratchet/schema"
)

// maxInput is the largest input of a run, in bytes of JSON.
const maxInput = 10 << 20

// Request asks for one run. Task and Input are required.
type Request struct {
	Task           string          // name, name@version or id
	Input          json.RawMessage // JSON; nil is read as {}
	NoTrace        bool            // store no steps and spans; the recording is kept all the same
	Timeout        time.Duration   // wall clock; 0 = the task's, then Bounds.Run
	Priority       ratchet.Priority
	IdempotencyKey string // a repeated key returns the first execution
	Tool           string // whose keys these are; empty = execute
	Principal      string
	Trace          ratchet.TraceContext // span that the run is a child of; zero = it begins a trace
	Origin         ratchet.Origin
	Attempt        int    // 0 = 1
	RetryOf        string // execution id; its effects are not made again
	ResetEffects   bool   // make the effects of RetryOf anew
	ForkedFrom     string // execution id
	Profile        bool   // function spans and line coverage
	BatchID        string
	JobID          string
	ScheduleID     string
	Correlation    string

	// Test is the input of the task's test that this run repeats: the mock of
	// that test stands for the world. nil = the run is no test.
	Test json.RawMessage

	// OnProgress gets every report, masked, in order, on the run's goroutines.
	// It must be quick and may be called after Wait gave up.
	OnProgress func(ratchet.Progress)

	fork      *forkSetup    // set by Fork
	effectsOf string        // set by Start
	held      *held         // set by Start
	debug     *debugSetup   // set by StartDebug
	test      *testSetup    // set by RunTests
	validated time.Duration // how long checking the input took
}

// testSetup is what only a test changes about a run.
type testSetup struct {
	task     *ratchet.Task // not looked up, may be disabled
	mock     *ratchet.Mock // nil = live
	coverage bool
	unstored bool // the task is not in the store: keep no row
}

// Start checks the request, stores the execution and sets it going. An error
// means that nothing was stored. The run does not end with ctx.
func (e *Executor) Start(ctx context.Context, req Request) (*Handle, error) {
	task, prog, err := e.resolve(ctx, &req)
	if err != nil {
		return nil, err
	}
	if req.effectsOf, err = e.effectsOf(ctx, req); err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := e.checkInput(ctx, task, prog, &req); err != nil {
		return nil, err
	}
	req.validated = time.Since(begun)
	if err := e.hold(ctx, task, prog, &req); err != nil {
		return nil, err
	}
	if err := e.enter(); err != nil {
		return nil, err
	}
	if req.IdempotencyKey == "" {
		return e.begin(ctx, task, prog, req)
	}
	return e.startOnce(ctx, task, prog, req)
}

func (e *Executor) checkInput(ctx context.Context, t *ratchet.Task, p *program, req *Request) error {
	if len(req.Input) == 0 {
		req.Input = json.RawMessage(`{}`)
	}
	if len(req.Input) > maxInput {
		return ratchet.Errorf(ratchet.CodeTooLarge, "the input has %d bytes; at most %d are allowed", len(req.Input), maxInput).At("/input")
	}
	if found := schema.CheckNumbers(req.Input); found != nil {
		return violationError(t, []schema.Violation{*found})
	}
	if req.Timeout < 0 || req.Timeout > e.cfg.Bounds.Run {
		return ratchet.Errorf(ratchet.CodeInvalid, "timeout is %g s; it must be from 1 to %g (execution.max_execution_duration)",
			req.Timeout.Seconds(), e.cfg.Bounds.Run.Seconds()).At("/timeout")
	}
	if p.input == nil {
		if req.test == nil && bytes.TrimLeft(req.Input, " \t\r\n")[0] != '{' {
			return ratchet.Errorf(ratchet.CodeInvalid, "the input of task %s must be an object", t.Name).At("/input")
		}
		return nil
	}
	found, err := p.input.ValidateContext(ctx, req.Input)
	if err != nil {
		return fmt.Errorf("check the input: %w", err)
	}
	return violationError(t, found)
}

// violationError reports all violations of an input at once; nil for none.
func violationError(t *ratchet.Task, found []schema.Violation) error {
	if len(found) == 0 {
		return nil
	}
	texts := make([]string, 0, 3)
	for _, v := range found[:min(3, len(found))] {
		texts = append(texts, "/input"+v.Pointer+": "+v.Message)
	}
	if more := len(found) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	violations := make([]schema.Violation, len(found))
	for i, v := range found {
		v.Pointer = "/input" + v.Pointer
		violations[i] = v
	}
	e := ratchet.Errorf(ratchet.CodeInvalid, "the input does not match the input schema of task %s: %s",
		t.Name, strings.Join(texts, "; ")).
		WithHint("fix the input; "+ratchet.ToolListAvailableTasks+" with include_schemas true shows the schema").
		At("/input"+found[0].Pointer).With("violations", violations)
	if len(found[0].Allowed) > 0 {
		e = e.With(ratchet.FieldAllowed, found[0].Allowed)
	}
	if found[0].Nearest != "" {
		e = e.With(ratchet.FieldNearest, found[0].Nearest)
	}
	return e
}

// newExecution is the row of a run that is about to start.
func (e *Executor) newExecution(t *ratchet.Task, p *program, req Request) *ratchet.Execution {
	timeout := req.Timeout
	if timeout == 0 {
		timeout = p.policy.Timeout
	}
	if timeout == 0 {
		timeout = e.cfg.Bounds.Run
	}
	if req.debug != nil {
		timeout = req.debug.session.limit
	}
	origin := req.Origin
	if origin == "" {
		origin = ratchet.OriginDirect
	}
	return &ratchet.Execution{
		ID: newID(), TaskID: t.ID, TaskName: t.Name, TaskVersion: t.Version,
		Status: ratchet.StatusPending, Origin: origin, Priority: req.Priority, Input: req.Input,
		QueuedAt: e.cfg.Now().UTC(), Timeout: timeout, Attempt: max(1, req.Attempt), RetryOf: req.RetryOf, ForkedFrom: req.ForkedFrom, EffectsOf: req.effectsOf,
		BatchID: req.BatchID, JobID: req.JobID, ScheduleID: req.ScheduleID, CorrelationToken: req.Correlation,
		Principal: req.Principal, IdempotencyKey: req.IdempotencyKey,
		TraceID: traceID(req.Trace.TraceID), Trace: !req.NoTrace,
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func traceID(given string) string {
	if given != "" {
		return given
	}
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// newJob is what the worker gets of a run.
func (e *Executor) newJob(x *ratchet.Execution, p *program, req Request) runtime.Job {
	job := runtime.Job{
		ExecutionID: x.ID, Source: p.source, Input: x.Input,
		Context: runtime.TaskContext{
			ExecutionID: x.ID, TaskID: x.TaskID, TaskName: x.TaskName, TaskVersion: x.TaskVersion,
			JobID: x.JobID, ScheduleID: x.ScheduleID, BatchID: x.BatchID,
			Attempt: x.Attempt, IdempotencyKey: x.IdempotencyKey, TraceID: x.TraceID, Config: p.config,
		},
		Limits: e.limits(x.Timeout, p.policy), Secrets: p.policy.Secrets, ThrowOnError: p.policy.HTTP.ThrowOnError,
		Principal: x.Principal, Priority: x.Priority,
	}
	rand.Read(job.Seed[:])
	job.Profile = req.Profile
	if req.fork != nil {
		req.fork.apply(&job)
	}
	if req.debug != nil {
		job.Debug = &req.debug.config
	}
	if t := req.test; t != nil {
		job.Coverage = t.coverage
		applyMock(&job, t.mock)
	}
	return job
}

// applyMock fixes the clock and the random source of a test. The mock was
// checked before.
func applyMock(job *runtime.Job, mock *ratchet.Mock) {
	if mock == nil {
		return
	}
	if at, err := time.Parse(time.RFC3339Nano, mock.Time); err == nil {
		job.Clock = at.UnixMicro()
	}
	if mock.Random != nil {
		job.Seed = sha256.Sum256(fmt.Appendf(nil, "seed %d", *mock.Random))
	}
	if seed, err := hex.DecodeString(mock.Seed); err == nil && len(seed) == len(job.Seed) {
		copy(job.Seed[:], seed)
	}
}

func (e *Executor) limits(wall time.Duration, p policy.Policy) runtime.Limits {
	l := runtime.Limits{Wall: wall, CPU: p.CPUTime, Memory: p.Memory, ResponseBytes: p.HTTP.MaxResponseBytes}
	if p.CPUShare > 0 {
		l.CPU = time.Duration(p.CPUShare * float64(wall))
	}
	if l.Memory == 0 {
		l.Memory = e.cfg.Memory
	}
	if l.ResponseBytes == 0 {
		l.ResponseBytes = e.cfg.ResponseBytes
	}
	return l.WithDefaults()
}
