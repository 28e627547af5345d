package worker

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/tinylib/msgp/msgp"

	"ratchet"
	"ratchet/runtime"
)

// sender writes frames. Log lines wait in a batch, and leave before any other
// frame so that the order is kept.
type sender struct {
	mu    sync.Mutex
	w     io.Writer
	buf   []byte
	lines []byte // encoded log lines
	timer *time.Timer
}

// Log lines leave after this time or at this size.
const (
	logDelay = 50 * time.Millisecond
	logBatch = 64 << 10
)

func (s *sender) frame(kind frameKind, body func([]byte) ([]byte, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(kind, body)
}

// write sends the waiting lines and one frame with a single system call.
func (s *sender) write(kind frameKind, body func([]byte) ([]byte, error)) error {
	b := s.pending()
	if kind != 0 {
		start := len(b)
		b, err := body(beginFrame(b, kind))
		if err != nil {
			return err
		}
		if b, err = endFrame(b, start); err != nil {
			return err
		}
		return s.flush(b)
	}
	return s.flush(b)
}

// call writes a host call. A large body is not copied; what comes before it
// must fit into the buffer of the one who reads.
func (s *sender) call(c *runtime.HostCall) error {
	var body []byte
	head := *c
	if c.Fetch != nil && len(c.Fetch.Body) > smallBody {
		fetch := *c.Fetch
		head.Fetch, fetch.Body, body = &fetch, nil, c.Fetch.Body
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.pending()
	start := len(b)
	b = appendCall(beginFrame(b, frameCall), &head)
	if len(b)-start > keepBuffer {
		return errFrameTooLarge
	}
	if body != nil { // in place of the nil at the end
		b = msgp.AppendBytesHeader(b[:len(b)-1], uint32(len(body))) //nolint:gosec // checked by lengthen
	}
	b, err := lengthen(b, start, len(body))
	if err != nil {
		return err
	}
	if err := s.flush(b); err != nil || body == nil {
		return err
	}
	_, err = s.w.Write(body)
	return err
}

// smallBody is sent with what comes before it.
const smallBody = 16 << 10

func (s *sender) flush(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if s.buf = b[:0]; cap(b) > keepBuffer {
		s.buf = nil
	}
	_, err := s.w.Write(b)
	return err
}

// pending moves the waiting lines into a frame.
func (s *sender) pending() []byte {
	b := s.buf[:0]
	if len(s.lines) == 0 {
		return b
	}
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	b, _ = endFrame(append(beginFrame(b, frameLog), s.lines...), 0) // lines stay far below maxFrame
	s.lines = s.lines[:0]
	return b
}

func (s *sender) log(lines []ratchet.LogLine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range lines {
		s.lines = appendLog(s.lines, &lines[i])
		if len(s.lines) >= logBatch {
			_ = s.write(0, nil) // a closed pipe ends the reading loop
		}
	}
	if len(s.lines) > 0 && s.timer == nil {
		s.timer = time.AfterFunc(logDelay, ratchet.Guard("send lines of a log", func(error) {}, func() { _ = s.frame(0, nil) })) // the next frame takes them along
	}
}

func (s *sender) progress(p ratchet.Progress) {
	_ = s.frame(frameProgress, func(b []byte) ([]byte, error) { return appendProgress(b, &p), nil })
}

// outcome ends a run. One that cannot be sent is replaced by an error.
func (s *sender) outcome(o *outcome) error {
	err := s.frame(frameOutcome, func(b []byte) ([]byte, error) { return appendOutcome(b, o) })
	if !errors.Is(err, errFrameTooLarge) {
		return err
	}
	small := outcome{Clean: false}
	small.Usage, small.Isolation = o.Usage, o.Isolation
	small.Err = &ratchet.ExecutionError{
		Code: ratchet.CodeLimit, Type: "DataError", Cause: ratchet.CauseOutput,
		Message: "what the run returned is too large to leave the worker",
		Hint:    "return less data, or run without profile",
	}
	return s.frame(frameOutcome, func(b []byte) ([]byte, error) { return appendOutcome(b, &small) })
}
