package runtime

import (
	"context"
	"encoding/binary"
	"io"
	"sync"
	"time"

	"ratchet/spool"
)

// Recorder is a Host that passes calls on and keeps them with their replies:
// the parent's half of a tape. They are kept in the form of the tape, in the
// order of their replies. It is safe for concurrent use, for one run.
type Recorder struct {
	host  Host
	start time.Time
	limit int64 // bytes of calls; 0 = none

	mu    sync.Mutex
	calls *spool.Log
	whole bool // nothing was left out
	job   *Job // what the tape of a dead worker is pinned to; nil = unknown
}

// eventBytes is what the events of a tape take at most: their number is
// bounded, and each takes up to 31 bytes.
const eventBytes = 4 << 20

// NewRecorder returns a recorder in front of host that keeps everything in
// memory. Times count from now.
func NewRecorder(host Host) *Recorder { return NewSpoolingRecorder(host, nil, 0) }

// NewSpoolingRecorder returns a recorder in front of host that keeps the calls
// in account, for a tape of at most maxBytes (0 = no limit) and of half of what
// the account may hold: the run needs the rest. Calls that do not fit are left
// out, and make the tape incomplete.
func NewSpoolingRecorder(host Host, account *spool.Account, maxBytes int) *Recorder {
	r := &Recorder{host: host, start: time.Now(), calls: account.NewLog(), whole: true}
	if maxBytes > 0 {
		r.limit = int64(max(maxBytes-eventBytes, maxBytes/2))
	}
	if account != nil {
		r.limit = min(r.limit, account.Limit()/2)
	}
	return r
}

// Pin says which job is recorded, so that even the tape of a worker that died
// has its seed, source and limits. Call it before the run.
func (r *Recorder) Pin(job Job) { r.job = &job }

// Preload begins the recording with the calls that a fork takes over from
// another tape, whose part is as long as at.
func (r *Recorder) Preload(calls []TapeCall, at time.Duration) {
	r.mu.Lock()
	r.start = r.start.Add(-at)
	r.mu.Unlock()
	for i := range calls {
		r.keep(&calls[i])
	}
}

// Call implements Host. The values of secrets are not kept. A call that got no
// reply, because the run ended or the host closed, is kept without one.
func (r *Recorder) Call(ctx context.Context, call HostCall) (HostReply, error) {
	start := time.Since(r.start).Microseconds()
	reply, err := r.host.Call(ctx, call)
	kept := reply
	kept.Secret = ""
	r.keep(&TapeCall{Call: call, Reply: kept, Start: start, End: time.Since(r.start).Microseconds()})
	return reply, err
}

// keep appends a call unless there is no room for it.
func (r *Recorder) keep(c *TapeCall) {
	var w tapeWriter
	w.call(c)
	pieces := append(w.pieces, spool.Piece{Text: w.b})
	size := int64(0)
	for _, p := range pieces {
		size += int64(len(p.Text))
		if p.Body != nil {
			size += p.Body.Size()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit > 0 && r.calls.Size()+size > r.limit || r.calls.Append(pieces...) != nil {
		r.whole = false
	}
}

// Recording is an encoded tape that is not in memory as a whole. It is an
// io.ReaderAt until the account of its run is closed.
type Recording struct {
	head  []byte
	calls *spool.Log
	size  int64 // of the calls
}

// Recording joins the order of events in a run's Outcome.Tape with the recorded
// calls into the tape to store. A nil tape, from a worker that died, gives an
// incomplete one with the calls only.
func (r *Recorder) Recording(tape []byte) (*Recording, error) {
	r.mu.Lock()
	out := &Recording{calls: r.calls, size: r.calls.Size()}
	whole := r.whole
	r.mu.Unlock()
	if tape == nil {
		job := r.job
		if job == nil {
			job = new(Job)
		}
		t := newTape(job, r.start)
		out.head = assemble(false, t.Header.encode(), nil)
	} else {
		complete, header, events, _, err := splitTape(tape)
		if err != nil {
			return nil, err
		}
		out.head = assemble(complete && whole, header, events)
	}
	out.head = binary.AppendUvarint(out.head, uint64(out.size)) //nolint:gosec // a length
	return out, nil
}

// Size is the length in bytes.
func (t *Recording) Size() int64 { return int64(len(t.head)) + t.size }

// ReadAt implements io.ReaderAt.
func (t *Recording) ReadAt(p []byte, offset int64) (n int, err error) {
	if offset < int64(len(t.head)) {
		n = copy(p, t.head[offset:])
	}
	rest := min(int64(len(p)-n), t.Size()-offset-int64(n))
	if rest > 0 {
		more, err := t.calls.ReadAt(p[n:n+int(rest)], offset+int64(n)-int64(len(t.head)))
		if n += more; err != nil {
			return n, err
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Bytes is the whole tape in memory.
func (t *Recording) Bytes() ([]byte, error) {
	b := make([]byte, t.Size())
	if _, err := t.ReadAt(b, 0); err != nil {
		return nil, err
	}
	return b, nil
}

// Merge is Recording in memory.
func (r *Recorder) Merge(tape []byte) ([]byte, error) {
	t, err := r.Recording(tape)
	if err != nil {
		return nil, err
	}
	return t.Bytes()
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

// LeftOut counts the calls that were answered and that the tape lacks, because
// there was no room for them.
func (t *Tape) LeftOut() (n int) {
	kept := make(map[int64]bool, len(t.Calls))
	for i := range t.Calls {
		kept[t.Calls[i].Call.Seq] = true
	}
	sent := map[int64]bool{}
	for _, e := range t.Events {
		switch {
		case e.Kind == TapeIssue && e.Value == IssueSent:
			sent[e.ID] = true
		case e.Kind == TapeDone && sent[e.ID] && !kept[e.ID]:
			n++
		}
	}
	return n
}

// At is how long after the start event seq of the tape came; the end of the
// tape for one beyond it.
func (t *Tape) At(seq int) time.Duration {
	if len(t.Events) == 0 || seq <= 1 {
		return 0
	}
	return time.Duration(t.Events[min(seq, len(t.Events))-1].At) * time.Microsecond
}
