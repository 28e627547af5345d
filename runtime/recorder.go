package runtime

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Recorder is a Host that passes calls on and keeps them with their replies:
// the parent's half of a tape. It is safe for concurrent use, for one run.
type Recorder struct {
	host  Host
	start time.Time

	mu    sync.Mutex
	calls []TapeCall
	job   *Job // what the tape of a dead worker is pinned to; nil = unknown
}

// NewRecorder returns a recorder in front of host. Times count from now.
func NewRecorder(host Host) *Recorder {
	return &Recorder{host: host, start: time.Now()}
}

// Pin says which job is recorded, so that even the tape of a worker that died
// has its seed, source and limits. Call it before the run.
func (r *Recorder) Pin(job Job) { r.job = &job }

// Preload begins the recording with the calls that a fork takes over from
// another tape, whose part is as long as at.
func (r *Recorder) Preload(calls []TapeCall, at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls, r.start = slices.Clone(calls), r.start.Add(-at)
}

// Call implements Host. The values of secrets are not kept. A call that got no
// reply, because the run ended or the door closed, is kept without one.
func (r *Recorder) Call(ctx context.Context, call HostCall) (HostReply, error) {
	start := time.Since(r.start).Microseconds()
	reply, err := r.host.Call(ctx, call)
	kept := reply
	kept.Secret = ""
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, TapeCall{Call: call, Reply: kept, Start: start, End: time.Since(r.start).Microseconds()})
	return reply, err
}

// Calls returns a copy of what was recorded so far, by Seq.
func (r *Recorder) Calls() []TapeCall {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Clone(r.calls)
	slices.SortFunc(out, func(a, b TapeCall) int { return int(a.Call.Seq - b.Call.Seq) })
	return out
}

// Merge joins the order of events in a run's Outcome.Tape with the recorded
// calls into the tape to store, of at most maxBytes (0 = no limit). A nil tape,
// from a worker that died, gives an incomplete one with the calls only.
func (r *Recorder) Merge(tape []byte, maxBytes int) ([]byte, error) {
	calls := r.Calls()
	if tape == nil {
		job := r.job
		if job == nil {
			job = new(Job)
		}
		t := newTape(job, r.start)
		t.Calls, t.Complete = calls, false
		return t.encode(maxBytes), nil
	}
	complete, header, events, _, err := splitTape(tape)
	if err != nil {
		return nil, err
	}
	if maxBytes == 0 {
		maxBytes = int(^uint(0) >> 1)
	}
	encoded, all := encodeCalls(calls, maxBytes-len(header)-len(events))
	return assemble(complete && all, header, events, encoded), nil
}

var _ Host = (*Recorder)(nil)

// Before returns the calls that were made before event seq of the tape and
// answered at some time: those a fork at that event takes over.
func (t *Tape) Before(seq int) []TapeCall {
	made := map[int64]bool{}
	for _, e := range t.Events[:min(max(seq-1, 0), len(t.Events))] {
		if e.Kind == TapeIssue {
			made[e.ID] = true
		}
	}
	var out []TapeCall
	for _, c := range t.Calls {
		if made[c.Call.Seq] && c.answered() {
			out = append(out, c)
		}
	}
	return out
}

// At is how long after the start event seq of the tape came; the end of the
// tape for one beyond it.
func (t *Tape) At(seq int) time.Duration {
	if len(t.Events) == 0 || seq <= 1 {
		return 0
	}
	return time.Duration(t.Events[min(seq, len(t.Events))-1].At) * time.Microsecond
}
