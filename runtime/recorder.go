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
}

// NewRecorder returns a recorder in front of host. Times count from now.
func NewRecorder(host Host) *Recorder {
	return &Recorder{host: host, start: time.Now()}
}

// Call implements Host. The values of secrets are not kept. A call that closes
// the door is kept when its reply says why.
func (r *Recorder) Call(ctx context.Context, call HostCall) (HostReply, error) {
	start := time.Since(r.start).Microseconds()
	reply, err := r.host.Call(ctx, call)
	if err != nil && reply.Error == nil {
		return reply, err
	}
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
		t := Tape{Header: TapeHeader{Version: TapeVersion, Engine: Engine(), Start: r.start.UnixMicro()}, Calls: calls}
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
