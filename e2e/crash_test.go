package e2e_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestKillLosesNothing kills the server at random points while 1,000
// executions are asked for. Every acknowledged execution must be found after
// the restart with its output, and no row may be left running.
func TestKillLosesNothing(t *testing.T) {
	const total, callers = 1000, 8
	dir := t.TempDir()
	p := start(t, dir, "RATCHET_LOG_LEVEL=error")
	p.create(t, "keep", "export default (i) => ({ n: i.n })", nil)

	acknowledged := map[string]float64{}
	random := rand.New(rand.NewPCG(1, 2))
	kills := 0
	for asked := 0; asked < total; {
		got, n := burst(p, asked, min(total, asked+200), callers, time.Duration(50+random.IntN(400))*time.Millisecond)
		for id, value := range got {
			acknowledged[id] = value
		}
		asked = n
		<-p.exited
		kills++
		p = start(t, dir, "RATCHET_LOG_LEVEL=error")
	}
	if len(acknowledged) < total/20 {
		t.Fatalf("only %d executions were acknowledged: the test says too little", len(acknowledged))
	}
	for id, want := range acknowledged {
		status := p.must(t, "ratchet_get_execution_status", object{"execution_id": id})
		output, _ := status["output"].(map[string]any)
		if status["status"] != "completed" || output["n"] != want {
			t.Errorf("acknowledged %s with %v, found %v", id, want, status)
		}
	}
	for _, state := range []string{"running", "pending"} {
		left := p.must(t, "ratchet_list_executions", object{"status": state})
		if rows, _ := left["executions"].([]any); len(rows) > 0 {
			t.Errorf("%d rows are left %s: %v", len(rows), state, rows[0])
		}
	}
	t.Logf("%d calls, %d kills, %d acknowledged, none lost", total, kills, len(acknowledged))
}

// burst calls from `from` up to `to` with several callers and kills the server
// after a while. It returns what was acknowledged and how many were asked for.
func burst(p *process, from, to, callers int, until time.Duration) (map[string]float64, int) {
	var mu sync.Mutex
	got := map[string]float64{}
	next := from
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for {
				mu.Lock()
				n := next
				next++
				mu.Unlock()
				if n >= to {
					return
				}
				r, err := p.call(context.Background(), "ratchet_execute_task", object{"task_id": "keep", "input": object{"n": n}})
				if err != nil {
					return
				}
				if id, ok := r.Value["execution_id"].(string); ok && r.Value["status"] == "completed" {
					mu.Lock()
					got[id] = float64(n)
					mu.Unlock()
				}
			}
		})
	}
	timer := time.AfterFunc(until, func() { _ = p.cmd.Process.Signal(syscall.SIGKILL) })
	wg.Wait()
	if timer.Stop() {
		_ = p.cmd.Process.Signal(syscall.SIGKILL)
	}
	return got, min(next, to)
}

// TestKilledWorkerFailsOnlyItsRun kills a worker under one of two runs.
func TestKilledWorkerFailsOnlyItsRun(t *testing.T) {
	p := start(t, t.TempDir(), "RATCHET_LOG_LEVEL=error")
	p.create(t, "slow", "export default async (i) => { console.log('here'); const until = Date.now() + i.ms; while (Date.now() < until) await new Promise((r) => setTimeout(r, 5)); return i; }", nil)
	first := p.must(t, "ratchet_execute_task", object{"task_id": "slow", "input": object{"ms": 4000}, "wait": 0})
	id, _ := first["execution_id"].(string)
	waitLog(t, p, id) // a job that its worker has not read would be moved to another
	workers, _ := p.must(t, "ratchet_list_workers", object{"status": "busy"})["workers"].([]any)
	if len(workers) != 1 {
		t.Fatalf("one run keeps %d workers busy", len(workers))
	}
	busy, _ := workers[0].(object)
	pid, _ := busy["pid"].(float64)
	_ = syscall.Kill(int(pid), syscall.SIGKILL)
	ended := p.must(t, "ratchet_get_execution_status", object{"execution_id": id, "wait": 20})
	if ended["status"] != "failed" {
		t.Fatalf("the run ended as %v", ended)
	}
	details, _ := ended["error_details"].(map[string]any)
	if details["cause"] != "crash" {
		t.Errorf("cause = %v, want crash: %v", details["cause"], ended)
	}
	after := p.must(t, "ratchet_execute_task", object{"task_id": "slow", "input": object{"ms": 1}})
	if after["status"] != "completed" {
		t.Errorf("the next run ended as %v", after)
	}
}

// waitLog returns when the execution has logged a line.
func waitLog(t *testing.T, p *process, id string) {
	t.Helper()
	for range 200 {
		if logs, _ := p.must(t, "ratchet_get_execution_logs", object{"execution_id": id})["logs"].([]any); len(logs) > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s logged nothing", id)
}
