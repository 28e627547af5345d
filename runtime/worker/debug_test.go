package worker

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"ratchet/runtime"
)

// TestDebugAcrossThePipe stops a run in a worker longer than its time limit,
// looks at it and lets it end.
func TestDebugAcrossThePipe(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Warm: 1})
	events, commands := make(chan runtime.DebugEvent, 64), make(chan runtime.DebugCommand, 1)
	job := runtime.Job{
		Source: runtime.Source{Code: "function main(input) {\n  const twice = input.n * 2;\n  return twice;\n}"}, Input: json.RawMessage(`{"n":21}`),
		Limits: runtime.Limits{Wall: 300 * time.Millisecond},
		Debug:  &runtime.Debug{Breakpoints: []runtime.Breakpoint{{ID: "1", Line: 3}}},
	}
	outcome := make(chan runtime.Outcome, 1)
	go func() {
		out, err := p.Run(context.Background(), job, runtime.Hooks{Debug: &runtime.DebugPort{
			Events: func(e runtime.DebugEvent) { events <- e }, Commands: commands,
		}})
		if err != nil {
			t.Error(err)
		}
		outcome <- out
	}()
	next := func(want func(runtime.DebugEvent) bool) runtime.DebugEvent {
		for {
			select {
			case e := <-events:
				if want(e) {
					return e
				}
			case <-time.After(20 * time.Second):
				t.Fatal("no such event")
			}
		}
	}
	stop := next(func(e runtime.DebugEvent) bool { return e.Stop != nil }).Stop
	if stop.Frames[0].Line != 3 || stop.Variables[0].Variables[1].Value.Preview != "42" {
		t.Fatalf("stop %+v", stop)
	}
	// The paused run takes no place: another one gets a worker, and takes longer than the first may run.
	other, err := p.Run(context.Background(), runtime.Job{Source: runtime.Source{Code: "export default () => new Promise((d) => setTimeout(d, 1200, 7))"}}, runtime.Hooks{})
	if err != nil || string(other.Output) != "7" {
		t.Fatalf("another run beside it: %s %v %v", other.Output, other.Err, err)
	}
	commands <- runtime.DebugCommand{ID: 9, Verb: runtime.DebugEvaluate, Expression: "twice / 2"}
	if a := next(func(e runtime.DebugEvent) bool { return e.Answer != nil }).Answer; a.ID != 9 || a.Value == nil || a.Value.Preview != "21" {
		t.Fatalf("answer %+v", a)
	}
	commands <- runtime.DebugCommand{Verb: runtime.DebugContinue}
	if out := <-outcome; string(out.Output) != "42" {
		t.Fatalf("outcome %+v", out)
	}
}
