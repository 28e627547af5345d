package worker

import (
	"strings"
	"sync/atomic"
	"testing"

	"ratchet"
	"ratchet/runtime"
)

// panickingHost panics at every call.
type panickingHost struct{ runtime.Host }

// TestPanicOfAHostCall: the run hears of it as an error of its call, and its
// worker and the pool go on.
func TestPanicOfAHostCall(t *testing.T) {
	pool := newPool(t, Config{Workers: 1})
	out, err := pool.Run(t.Context(), job(`export default async () => { try { await fetch("http://x.test/") } catch (e) { return "heard" } }`), runtime.Hooks{Host: panickingHost{}})
	if err != nil || out.Err == nil && string(out.Output) != `"heard"` {
		t.Errorf("the run of the call: %+v, %v", out, err)
	}
	if out, err := pool.Run(t.Context(), job(noop), runtime.Hooks{}); err != nil || out.Err != nil {
		t.Errorf("the next run: %+v, %v", out, err)
	}
}

// TestPanicWhereAWorkerStarts: what hears of workers panics, and the pool still
// gets one.
func TestPanicWhereAWorkerStarts(t *testing.T) {
	var panics atomic.Bool
	panics.Store(true)
	pool := newPool(t, Config{Workers: 1, Changed: func(kind string, _ ratchet.Worker) {
		if strings.HasSuffix(kind, "started") && panics.Swap(false) {
			panic("planted")
		}
	}})
	if out, err := pool.Run(t.Context(), job(noop), runtime.Hooks{}); err != nil || out.Err != nil {
		t.Errorf("the run: %+v, %v", out, err)
	}
}
