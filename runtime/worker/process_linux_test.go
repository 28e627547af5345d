package worker

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ratchet/runtime"
)

// TestPool_moveAJobThatWasNotRead stops a worker, so that its job stays in the
// pipe, and kills it: another one runs the job, and nothing was lost.
func TestPool_moveAJobThatWasNotRead(t *testing.T) {
	pool := newPool(t, Config{Workers: 1})
	if _, err := pool.Report(t.Context()); err != nil {
		t.Fatal(err)
	}
	pid, started := pool.Stats().Workers[0].PID, 0
	stop(t, pid)
	out, err := pool.Run(t.Context(), job("export default () => 1"), runtime.Hooks{Started: func() {
		if started++; started == 1 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}})
	if err != nil || out.Err != nil || string(out.Output) != "1" || started != 2 {
		t.Fatalf("output %s, error %+v, %v, started %d times", out.Output, out.Err, err, started)
	}
}

// stop returns when no thread of the process runs any more.
func stop(t *testing.T, pid int) {
	t.Helper()
	_ = syscall.Kill(pid, syscall.SIGSTOP)
	stopped := func() bool {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		for _, path := range threads {
			if stat, err := os.ReadFile(path); err == nil && !strings.Contains(string(stat), ") T ") {
				return false
			}
		}
		return len(threads) > 0
	}
	for end := time.Now().Add(10 * time.Second); !stopped(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the worker goes on")
		}
	}
}
