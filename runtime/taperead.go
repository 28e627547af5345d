package runtime

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tapeReader takes values off a tape. After the first damage every value is
// zero and bad is set.
type tapeReader struct {
	b   []byte
	bad bool
}

func (r *tapeReader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.b) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *tapeReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *tapeReader) bool() bool { return r.byte() != 0 }

func (r *tapeReader) int() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.bad = true
		return 0
	}
	r.take(size)
	return n
}

func (r *tapeReader) bytes() []byte {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	r.take(size)
	return r.take(int(n))
}

func (r *tapeReader) text() string { return string(r.bytes()) }

// body is a byte slice that may be nil.
func (r *tapeReader) body() []byte {
	present := r.bool()
	b := r.bytes()
	if !present {
		return nil
	}
	return append([]byte{}, b...)
}

func (r *tapeReader) header(h *TapeHeader) {
	h.Version = int(r.int())
	h.Engine, h.Go, h.Polyfills, h.SourceHash = r.text(), r.text(), r.text(), r.text()
	copy(h.Seed[:], r.take(len(h.Seed)))
	h.Clock, h.Start = r.int(), r.int()
	var limits [12]int64
	for i := range limits {
		limits[i] = r.int()
	}
	h.Limits = limitsOf(limits)
	for _, s := range h.Context.texts() {
		*s = r.text()
	}
	h.Context.Attempt = int(r.int())
	for n := r.int(); n > 0 && !r.bad; n-- {
		h.Secrets = append(h.Secrets, r.text())
	}
	h.ThrowOnError = r.bool()
}

// limitNumbers are the members of Limits in the order of the tape.
func limitNumbers(l *Limits) [12]int64 {
	return [...]int64{
		int64(l.Wall), int64(l.CPU), l.Memory, int64(l.CallDepth), int64(l.OutputBytes), int64(l.ResponseBytes),
		int64(l.FetchRunning), int64(l.FetchWaiting), int64(l.LogLines), int64(l.LogLineBytes), int64(l.RecordedEvents), int64(l.TapeBytes),
	}
}

// limitsOf is the reverse of limitNumbers.
func limitsOf(n [12]int64) Limits {
	return Limits{
		Wall: time.Duration(n[0]), CPU: time.Duration(n[1]), Memory: n[2], CallDepth: int(n[3]), OutputBytes: int(n[4]), ResponseBytes: int(n[5]),
		FetchRunning: int(n[6]), FetchWaiting: int(n[7]), LogLines: int(n[8]), LogLineBytes: int(n[9]), RecordedEvents: int(n[10]), TapeBytes: int(n[11]),
	}
}

func (r *tapeReader) events() []TapeEvent {
	var out []TapeEvent
	var at, value int64
	for len(r.b) > 0 && !r.bad {
		e := TapeEvent{Kind: TapeKind(r.byte()), ID: r.int(), At: at + r.int(), Value: value + r.int()}
		at, value = e.At, e.Value
		if e.Kind < TapeNow || e.Kind > TapeAdvance {
			r.bad = true
		}
		out = append(out, e)
	}
	return out
}

func (r *tapeReader) calls() []TapeCall {
	var out []TapeCall
	for len(r.b) > 0 && !r.bad {
		out = append(out, r.call())
	}
	slices.SortStableFunc(out, func(a, b TapeCall) int { return cmp.Compare(a.Call.Seq, b.Call.Seq) })
	return out
}

func (r *tapeReader) call() TapeCall {
	c := TapeCall{Call: HostCall{Seq: r.int(), Kind: CallKind(r.text()), Secret: r.text()}, Start: r.int(), End: r.int()}
	if name, version, ok := strings.Cut(c.Call.Secret, "\x00"); ok {
		var err error
		c.Call.Secret = name
		c.Reply.Version, err = strconv.ParseInt(version, 10, 64)
		r.bad = r.bad || err != nil || c.Reply.Version <= 0
	}
	if r.bool() {
		c.Call.Fetch = &FetchRequest{
			Method: r.text(), URL: r.text(), Header: r.pairs(), Body: r.body(),
			TimeoutMS: int(r.int()), Redirect: r.text(), IdempotencyKey: r.text(),
		}
	}
	if r.bool() {
		c.Reply.Error = &CallError{Class: r.text(), Message: r.text(), Code: r.text()}
	}
	if r.bool() {
		c.Reply.Fetch = &FetchResponse{
			Status: int(r.int()), StatusText: r.text(), Header: r.pairs(), Body: r.body(), URL: r.text(), Redirected: r.bool(),
			Timing: FetchTiming{DNS: r.int(), Connect: r.int(), TLS: r.int(), Sent: r.int(), FirstByte: r.int(), Done: r.int(), Reused: r.bool()},
		}
	}
	return c
}

func (r *tapeReader) pairs() [][2]string {
	n := r.int()
	if n < 0 || n > int64(len(r.b)) {
		r.bad = true
		return nil
	}
	var out [][2]string
	for range n {
		out = append(out, [2]string{r.text(), r.text()})
	}
	return out
}
