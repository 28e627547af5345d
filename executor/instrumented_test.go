package executor_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/worker"
	"ratchet/thorough"
)

// corpus is every task of testdata: those that the tools' cases create, and
// the hostile programs.
func corpus(t *testing.T) map[string]runtime.Job {
	t.Helper()
	jobs := map[string]runtime.Job{}
	cases, err := filepath.Glob("../testdata/tools/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal(cases, err)
	}
	for _, file := range cases {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			addTask(jobs, strings.TrimPrefix(strings.TrimSpace(line), "ratchet_create_task "))
		}
	}
	hostile, err := filepath.Glob("../testdata/hostile/*.js")
	if err != nil || len(hostile) == 0 {
		t.Fatal(hostile, err)
	}
	for _, file := range hostile {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(code), "\n")
		if strings.Contains(first, "script") || strings.Contains(first, "stack") {
			jobs[filepath.Base(file)] = runtime.Job{Source: runtime.Source{Code: string(code)}, Limits: runtime.Limits{Wall: time.Second}}
		}
	}
	return jobs
}

func addTask(jobs map[string]runtime.Job, args string) {
	var task struct {
		Code     string `json:"code"`
		Language string `json:"language"`
	}
	if json.Unmarshal([]byte(args), &task) != nil || task.Code == "" {
		return
	}
	s := runtime.Source{Code: task.Code, Language: ratchet.JavaScript}
	if task.Language == "typescript" || strings.Contains(task.Code, ": number") {
		s.Language = ratchet.TypeScript
	}
	jobs[task.Code] = runtime.Job{
		Source: s, Input: json.RawMessage(`{"n":3,"a":1,"b":2,"text":"x","items":[1,2]}`), Limits: runtime.Limits{Wall: time.Second},
	}
}

// TestInstrumented_corpus records tasks of the corpus, every one when it is to
// be thorough, and replays those that end by themselves plain, counted, profiled
// and under the debugger, with nothing armed and stopping at everything thrown:
// all must be the same.
func TestInstrumented_corpus(t *testing.T) {
	if testing.Short() {
		t.Skip("hostile programs take their time")
	}
	pool, err := worker.NewPool(worker.Config{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := pool.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	compared := 0
	jobs := corpus(t)
	for i, name := range slices.Sorted(maps.Keys(jobs)) {
		if i%thorough.Of(8, 1) > 0 {
			continue // every run is a process, and each program is run six times
		}
		job := jobs[name]
		job.ExecutionID = "x"
		live, tape := recorded(t, pool, job)
		if e := live.Err; e != nil && e.Code != ratchet.CodeScript && e.Cause != ratchet.CauseStack && e.Cause != ratchet.CauseOutput {
			continue // it was ended from outside
		}
		if live.Tape == nil {
			continue // its worker died with it
		}
		compared++
		job.Mode, job.Tape = runtime.ModeReplay, tape
		job.Limits.Wall, job.Limits.Memory = 20*time.Second, 512<<20 // to watch takes some
		for _, watch := range []struct {
			coverage, profile bool
			debug             *runtime.Debug
		}{{}, {coverage: true}, {profile: true}, {debug: &runtime.Debug{}}, {debug: &runtime.Debug{Exceptions: runtime.ExceptionsAll, Count: true}}} {
			job.Coverage, job.Profile, job.Debug = watch.coverage, watch.profile, watch.debug
			out, err := pool.Run(context.Background(), job, runtime.Hooks{Debug: goingOn()})
			if err != nil {
				t.Fatal(err)
			}
			if string(out.Output) != string(live.Output) || ending(out.Err) != ending(live.Err) {
				t.Errorf("%.200s\nlive     %.200s %s\n%+v %.200s %s", name, live.Output, ending(live.Err), watch, out.Output, ending(out.Err))
			}
		}
	}
	t.Logf("%d programs are the same plain, counted, profiled and debugged", compared)
	if compared < thorough.Of(5, 15) { // endless recursion through native code may end by its time
		t.Errorf("only %d programs ended by themselves", compared)
	}
}

func recorded(t *testing.T, pool *worker.Pool, job runtime.Job) (runtime.Outcome, []byte) {
	t.Helper()
	rec := runtime.NewRecorder(nowhere{})
	rec.Pin(job)
	live, err := pool.Run(context.Background(), job, runtime.Hooks{Host: rec})
	if err != nil {
		t.Fatal(err)
	}
	tape, err := rec.Merge(live.Tape)
	if err != nil {
		t.Fatal(err)
	}
	return live, tape
}

// goingOn lets a debugged run go on from every stop.
func goingOn() *runtime.DebugPort {
	commands := make(chan runtime.DebugCommand, 1)
	return &runtime.DebugPort{Commands: commands, Events: func(e runtime.DebugEvent) {
		if e.Stop != nil {
			commands <- runtime.DebugCommand{Verb: runtime.DebugContinue}
		}
	}}
}

func ending(e *ratchet.ExecutionError) string {
	if e == nil {
		return "completed"
	}
	return e.Type + ": " + e.Message
}

// nowhere refuses every request.
type nowhere struct{}

func (nowhere) Call(context.Context, runtime.HostCall) (runtime.HostReply, error) {
	return runtime.HostReply{Error: &runtime.CallError{Class: "AuthorizationError", Message: "nothing can be reached from here"}}, nil
}
