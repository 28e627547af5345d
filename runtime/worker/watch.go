package worker

import (
	"context"
	"runtime/metrics"
	"sync"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// watch interrupts a run from inside when it passes its memory or CPU limit.
// It works while bytecode runs and gives an error with a position; inside
// builtins of the engine only the parent's SIGKILL helps. The wall clock is
// watched by runtime.Run itself.
type watch struct {
	limits runtime.Limits
	cancel context.CancelCauseFunc
	run    *current
	cpu    int64 // of the process at the start, ns
	mu     sync.Mutex
	timer  *time.Timer
	over   bool
	peak   int64
	sample [1]metrics.Sample
}

func (w *watch) start() {
	w.sample[0].Name = "/memory/classes/heap/objects:bytes"
	w.mu.Lock()
	w.timer = time.AfterFunc(watchEvery, ratchet.Guard("watch a run", func(err error) { w.cancel(err) }, w.tick))
	w.mu.Unlock()
}

func (w *watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.timer.Stop()
}

func (w *watch) tick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	w.run.listen()
	metrics.Read(w.sample[:])
	heap := int64(w.sample[0].Value.Uint64())
	w.peak = max(w.peak, heap)
	switch {
	case heap > w.limits.Memory:
		w.cancel(&runtime.LimitError{Cause: ratchet.CauseMemory, Message: limitMessage(ratchet.CauseMemory, w.limits)})
	case w.limits.CPU < w.limits.Wall && time.Duration(cpuTime()-w.cpu) > w.limits.CPU:
		w.cancel(&runtime.LimitError{Cause: ratchet.CauseCPU, Message: limitMessage(ratchet.CauseCPU, w.limits)})
	default:
		w.timer.Reset(watchEvery)
	}
}
