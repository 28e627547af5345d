package executor_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
	"ratchet/runtime/broker"
)

const fetching = `async function main(input) {
  const found = [];
  for (const id of input.ids) {
    const answer = await fetch(input.url + id);
    let n = Number(answer.body);
    found.push(n);
  }
  console.log('found', found.length);
  return found;
}`

func debugStart(t *testing.T, r rig, req executor.DebugRequest) *executor.DebugSession {
	t.Helper()
	req.Debug.Count = true
	s, err := r.StartDebug(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func settle(t *testing.T, s *executor.DebugSession) executor.DebugState {
	t.Helper()
	if err := s.Wait(context.Background(), 30*time.Second); err != nil {
		t.Fatal(err)
	}
	return s.State()
}

func move(t *testing.T, s *executor.DebugSession, verb runtime.DebugVerb) executor.DebugState {
	t.Helper()
	if err := s.Continue(context.Background(), runtime.DebugCommand{Verb: verb}); err != nil {
		t.Fatal(err)
	}
	return settle(t, s)
}

func evaluated(t *testing.T, s *executor.DebugSession, text string) string {
	t.Helper()
	a, err := s.Look(context.Background(), runtime.DebugCommand{Verb: runtime.DebugEvaluate, Expression: text})
	if err != nil {
		return err.Error()
	}
	return a.Value.Preview
}

// TestDebugLiveAndPast debugs a live run, goes back in it without repeating
// its requests, goes on live, and debugs the recording of the same run.
func TestDebugLiveAndPast(t *testing.T) {
	var served atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		served.Add(1)
		_, _ = w.Write([]byte(strings.TrimPrefix(q.URL.Path, "/")))
	}))
	t.Cleanup(site.Close)
	r := newRig(t, func(c *executor.Config) {
		port, _ := strconv.Atoi(site.URL[strings.LastIndex(site.URL, ":")+1:])
		c.Broker = broker.New(broker.Config{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowPorts: []uint16{uint16(port)}})
	})
	r.task(t, fetching, nil)
	input := json.RawMessage(`{"url":"` + site.URL + `/","ids":[1,2,3]}`)
	s := debugStart(t, r, executor.DebugRequest{
		Request: executor.Request{Task: "t", Input: input},
		Debug:   runtime.Debug{Breakpoints: []runtime.Breakpoint{{ID: "b", Line: 6, Condition: "n == 2"}}},
	})
	state := settle(t, s)
	if state.Status != executor.DebugPaused || state.Stop.Frames[0].Line != 6 || len(state.Calls) != 2 {
		t.Fatalf("first stop %+v %+v", state, state.Stop)
	}
	if err := s.StepBack(context.Background()); err != nil {
		t.Fatal(err)
	}
	state = settle(t, s)
	if state.Status != executor.DebugPaused || !state.Past || state.Stop.Frames[0].Line != 5 || evaluated(t, s, "found") != "[1]" || served.Load() != 2 {
		t.Fatalf("one back: %+v %+v, served %d", state, state.Stop, served.Load())
	}
	if err := s.StepBack(context.Background()); err != nil {
		t.Fatal(err)
	}
	if state = settle(t, s); state.Stop.Frames[0].Line != 4 || evaluated(t, s, "id") != "2" {
		t.Fatalf("two back: %+v", state.Stop)
	}
	if state = move(t, s, runtime.DebugStepOver); state.Stop.Frames[0].Line != 5 || !state.Past {
		t.Fatalf("forward in the past: %+v", state.Stop)
	}
	if state = move(t, s, runtime.DebugStepOver); state.Stop.Frames[0].Line != 6 || state.Past {
		t.Fatalf("back in the present: %+v past %v", state.Stop, state.Past)
	}
	if _, err := s.Look(context.Background(), runtime.DebugCommand{Verb: runtime.DebugSetVariable, Path: "n", Expression: "n * 10"}); err != nil {
		t.Fatal(err)
	}
	state = move(t, s, runtime.DebugContinue)
	if state.Status != executor.DebugCompleted || string(state.Output) != "[1,20,3]" || served.Load() != 3 {
		t.Fatalf("end %+v, served %d", state, served.Load())
	}
	if len(state.Console) != 1 || state.Console[0].Message != "found 3" {
		t.Errorf("console %+v", state.Console)
	}
	x, err := r.Execution(context.Background(), state.Execution.ID)
	if err != nil || x.Status != ratchet.StatusCompleted || !x.Recorded {
		t.Fatalf("row %+v %v", x, err)
	}
	p, err := r.Replay(context.Background(), executor.ReplayRequest{Execution: x.ID})
	if err != nil || p.Different != "output" || !strings.Contains(strings.Join(p.Notes, "\n"), "set in the debugger") {
		t.Errorf("the replay of a run that was changed: %+v, %v", p, err)
	}
}

// TestDebugContinue_afterAStepBack: the live run goes on where it stood for no
// reason but a step, and stops there again for a breakpoint.
func TestDebugContinue_afterAStepBack(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, "function main(input) {\n  let a = 1;\n  a += 1;\n  a += 1;\n  return a;\n}", nil)
	for _, breaks := range [][]runtime.Breakpoint{nil, {{ID: "b", Line: 4}}} {
		s := debugStart(t, r, executor.DebugRequest{
			Request: executor.Request{Task: "t", Input: json.RawMessage(`{}`)}, Debug: runtime.Debug{Entry: true, Breakpoints: breaks},
		})
		settle(t, s)
		for settled := s.Peek(); settled.Stop.Frames[0].Line < 4; settled = s.Peek() {
			move(t, s, runtime.DebugStepOver)
		}
		if err := s.StepBack(context.Background()); err != nil {
			t.Fatal(err)
		}
		if state := settle(t, s); !state.Past || state.Stop.Frames[0].Line != 3 {
			t.Fatalf("one back: %+v", state.Stop)
		}
		state := move(t, s, runtime.DebugContinue)
		if breaks != nil {
			if state.Status != executor.DebugPaused || state.Stop.Reason != runtime.StopBreakpoint {
				t.Fatalf("at the breakpoint again: %+v", state)
			}
			state = move(t, s, runtime.DebugContinue)
		}
		if state.Status != executor.DebugCompleted || string(state.Output) != "3" {
			t.Errorf("the end: %+v", state)
		}
	}
}

// TestDebugRecording debugs a failed run from its recording, back from the throw.
func TestDebugRecording(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, "function main(input) {\n  let left = input.n;\n  while (true) {\n    left -= 1;\n    if (left < 0) throw new RangeError('below zero: ' + left);\n  }\n}", nil)
	x := r.run(t, `{"n":2}`)
	if x.Status != ratchet.StatusFailed {
		t.Fatalf("row %+v", x)
	}
	s := debugStart(t, r, executor.DebugRequest{Execution: x.ID, Debug: runtime.Debug{Exceptions: runtime.ExceptionsUncaught}})
	state := settle(t, s)
	if state.Status != executor.DebugPaused || state.Stop.Reason != runtime.StopException || evaluated(t, s, "left") != "-1" {
		t.Fatalf("at the throw: %+v %+v", state, state.Stop)
	}
	for _, want := range []int{5, 5, 4, 5, 4} {
		if err := s.StepBack(context.Background()); err != nil {
			t.Fatal(err)
		}
		if state = settle(t, s); state.Stop == nil || state.Stop.Frames[0].Line != want {
			t.Fatalf("back to %d: %+v", want, state.Stop)
		}
	}
	if got := evaluated(t, s, "left"); got != "1" {
		t.Errorf("left %s", got)
	}
	if _, err := s.Look(context.Background(), runtime.DebugCommand{Verb: runtime.DebugSetVariable, Path: "left", Expression: "5"}); ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Errorf("set on a recording: %v", err)
	}
	if err := s.Configure(nil, runtime.ExceptionsNone, nil); err != nil {
		t.Fatal(err)
	}
	if state = move(t, s, runtime.DebugContinue); state.Status != executor.DebugError || state.Failure.Type != "RangeError" {
		t.Fatalf("end %+v", state)
	}
}

// TestDebugStop ends a paused session: its run is cancelled.
func TestDebugStop(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, "function main() {\n  return 1;\n}", nil)
	s := debugStart(t, r, executor.DebugRequest{Request: executor.Request{Task: "t", Principal: "me"}, Debug: runtime.Debug{Entry: true}})
	if state := settle(t, s); state.Status != executor.DebugPaused {
		t.Fatalf("%+v", state)
	}
	if state := move(t, s, runtime.DebugPause); state.Status != executor.DebugPaused {
		t.Fatalf("pausing a run that stands: %+v", state)
	}
	for range 3 {
		settle(t, debugStart(t, r, executor.DebugRequest{Request: executor.Request{Task: "t", Principal: "me"}, Debug: runtime.Debug{Entry: true}}))
	}
	if _, err := r.StartDebug(context.Background(), executor.DebugRequest{Request: executor.Request{Task: "t", Principal: "me"}}); ratchet.CodeOf(err) != ratchet.CodeRateLimited {
		t.Errorf("a fifth session: %v", err)
	}
	if err := s.End(context.Background()); err != nil {
		t.Fatal(err)
	}
	state := s.State()
	x, err := r.Execution(context.Background(), state.Execution.ID)
	if err != nil || x.Status != ratchet.StatusCancelled || state.Status != executor.DebugStopped {
		t.Fatalf("%+v %+v %v", state, x, err)
	}
	if _, err := r.DebugSession(s.ID, ratchet.Principal{ID: "me"}); ratchet.CodeOf(err) != ratchet.CodeGone {
		t.Errorf("after its end: %v", err)
	}
	other := r.DebugSessions(ratchet.Principal{ID: "me"})[0]
	if _, err := r.DebugSession(other.ID, ratchet.Principal{ID: "somebody", Role: ratchet.RoleUser}); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Errorf("somebody else: %v", err)
	}
}

// TestDebugWaitsOn continues a run that stopped after its caller was told that
// it runs: the stop is shown, not passed.
func TestDebugWaitsOn(t *testing.T) {
	r := newRig(t, nil)
	r.task(t, "function main() {\n  let n = 1;\n  n += 1;\n  return n;\n}", nil)
	s := debugStart(t, r, executor.DebugRequest{
		Request: executor.Request{Task: "t"}, Debug: runtime.Debug{Breakpoints: []runtime.Breakpoint{{ID: "a", Line: 2}, {ID: "b", Line: 4}}},
	})
	for _, line := range []int{2, 4} {
		if err := s.Wait(context.Background(), 30*time.Second); err != nil { // it stands, and nobody is told
			t.Fatal(err)
		}
		if state := move(t, s, runtime.DebugContinue); state.Stop == nil || state.Stop.Frames[0].Line != line {
			t.Fatalf("want the stop in line %d: %+v", line, state.Stop)
		}
		if err := s.Continue(context.Background(), runtime.DebugCommand{Verb: runtime.DebugContinue}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Wait(context.Background(), 30*time.Second); err != nil {
		t.Fatal(err)
	}
	if state := move(t, s, runtime.DebugContinue); state.Status != executor.DebugCompleted || string(state.Output) != "2" {
		t.Errorf("end %+v", state)
	}
	if err := s.Continue(context.Background(), runtime.DebugCommand{Verb: runtime.DebugContinue}); ratchet.CodeOf(err) != ratchet.CodeConflict {
		t.Errorf("after an end that was told: %v", err)
	}
}

// TestDebugExpires ends a session that nobody uses, and one that runs for too
// long, and their runs.
func TestDebugExpires(t *testing.T) {
	for name, c := range map[string]struct {
		code   string
		config func(*executor.Config)
		status executor.DebugStatus // before
	}{
		"nobody uses it": {"function main() {\n  return 1;\n}", func(c *executor.Config) { c.DebugPause = 200 * time.Millisecond }, executor.DebugPaused},
		"it goes on":     {"function main() {\n  for (;;);\n}", func(c *executor.Config) { c.DebugLife = 200 * time.Millisecond }, executor.DebugRunning},
	} {
		t.Run(name, func(t *testing.T) { debugExpires(t, c.code, c.config, c.status) })
	}
}

func debugExpires(t *testing.T, code string, config func(*executor.Config), before executor.DebugStatus) {
	r := newRig(t, config)
	r.task(t, code, nil)
	s := debugStart(t, r, executor.DebugRequest{
		Request: executor.Request{Task: "t"}, Debug: runtime.Debug{Entry: before == executor.DebugPaused},
	})
	state := s.State()
	x, err := r.Wait(context.Background(), state.Execution.ID, 20*time.Second)
	if err != nil || x.Status != ratchet.StatusCancelled || x.Error.Details["reason"] != executor.DebugExpired {
		t.Fatalf("%+v %+v %v", x, x.Error, err)
	}
	if got := s.State().Status; got != executor.DebugGone {
		t.Errorf("status %s", got)
	}
	for gone := false; !gone; {
		_, err := r.DebugSession(s.ID, ratchet.Principal{})
		gone = ratchet.CodeOf(err) == ratchet.CodeGone
		if err != nil && !gone {
			t.Fatal(err)
		}
	}
}
