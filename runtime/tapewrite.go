package runtime

import (
	"encoding/binary"
	"strconv"

	"ratchet/spool"
)

// tapeWriter appends values in the form of a tape.
type tapeWriter struct {
	b      []byte
	pieces []spool.Piece // what comes before b, where bodies are not in memory
}

func (w *tapeWriter) int(n int64) { w.b = binary.AppendVarint(w.b, n) }

func (w *tapeWriter) text(s string) {
	w.b = binary.AppendUvarint(w.b, uint64(len(s)))
	w.b = append(w.b, s...)
}

// body appends a body that may be nil, or lie elsewhere.
func (w *tapeWriter) body(b []byte, spooled *spool.Body) {
	w.bool(b != nil || spooled != nil)
	if spooled == nil {
		w.b = binary.AppendUvarint(w.b, uint64(len(b)))
		w.b = append(w.b, b...)
		return
	}
	w.b = binary.AppendUvarint(w.b, uint64(spooled.Size())) //nolint:gosec // a length
	w.pieces = append(w.pieces, spool.Piece{Text: w.b}, spool.Piece{Body: spooled})
	w.b = nil
}

func (w *tapeWriter) bool(v bool) {
	n := byte(0)
	if v {
		n = 1
	}
	w.b = append(w.b, n)
}

func (h *TapeHeader) encode() []byte {
	w := tapeWriter{b: make([]byte, 0, 256)}
	w.int(int64(h.Version))
	w.text(h.Engine)
	w.text(h.Go)
	w.text(h.Polyfills)
	w.text(h.SourceHash)
	w.b = append(w.b, h.Seed[:]...)
	w.int(h.Clock)
	w.int(h.Start)
	for _, n := range limitNumbers(&h.Limits) {
		w.int(n)
	}
	for _, s := range h.Context.texts() {
		w.text(*s)
	}
	w.int(int64(h.Context.Attempt))
	w.int(int64(len(h.Secrets)))
	for _, s := range h.Secrets {
		w.text(s)
	}
	w.bool(h.ThrowOnError)
	return w.b
}

// texts are the members of a context that a tape keeps, in their order there.
func (c *TaskContext) texts() [10]*string {
	return [...]*string{
		&c.ExecutionID, &c.TaskID, &c.TaskName, &c.TaskVersion, &c.JobID, &c.ScheduleID,
		&c.BatchID, &c.WorkflowRunID, &c.IdempotencyKey, &c.TraceID,
	}
}

// encodeEvents writes times and numbers as differences to the event before.
func encodeEvents(events []TapeEvent, maxBytes int) (b []byte, whole bool) {
	w := tapeWriter{b: make([]byte, 0, 8*len(events))}
	var at, value int64
	for _, e := range events {
		if len(w.b) > maxBytes-32 {
			return w.b, false
		}
		w.b = append(w.b, byte(e.Kind))
		w.int(e.ID)
		w.int(e.At - at)
		w.int(e.Value - value)
		at, value = e.At, e.Value
	}
	return w.b, true
}

func encodeCalls(calls []TapeCall, maxBytes int) (b []byte, whole bool) {
	var w tapeWriter
	for i := range calls {
		before := len(w.b)
		w.call(&calls[i])
		if len(w.b) > maxBytes {
			return w.b[:before], false
		}
	}
	return w.b, true
}

func (w *tapeWriter) call(c *TapeCall) {
	w.int(c.Call.Seq)
	w.text(string(c.Call.Kind))
	w.text(secretText(c))
	w.int(c.Start)
	w.int(c.End)
	w.bool(c.Call.Fetch != nil)
	if f := c.Call.Fetch; f != nil {
		w.text(f.Method)
		w.text(f.URL)
		w.pairs(f.Header)
		w.body(f.Body, f.Spooled)
		w.int(int64(f.TimeoutMS))
		w.text(f.Redirect)
		w.text(f.IdempotencyKey)
	}
	w.bool(c.Reply.Error != nil)
	if e := c.Reply.Error; e != nil {
		w.text(e.Class)
		w.text(e.Message)
		w.text(e.Code)
	}
	w.bool(c.Reply.Fetch != nil)
	if f := c.Reply.Fetch; f != nil {
		w.int(int64(f.Status))
		w.text(f.StatusText)
		w.pairs(f.Header)
		w.body(f.Body, f.Spooled)
		w.text(f.URL)
		w.bool(f.Redirected)
		for _, n := range []int64{f.Timing.DNS, f.Timing.Connect, f.Timing.TLS, f.Timing.Sent, f.Timing.FirstByte, f.Timing.Done} {
			w.int(n)
		}
		w.bool(f.Timing.Reused)
	}
}

// secretText is the name of a secret with the version of its value, where that
// is known.
func secretText(c *TapeCall) string {
	if c.Reply.Version == 0 {
		return c.Call.Secret
	}
	return c.Call.Secret + "\x00" + strconv.FormatInt(c.Reply.Version, 10)
}

func (w *tapeWriter) pairs(list [][2]string) {
	w.int(int64(len(list)))
	for _, p := range list {
		w.text(p[0])
		w.text(p[1])
	}
}
