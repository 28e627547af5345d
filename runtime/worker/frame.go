package worker

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is a header of five bytes (the payload's length as a little-endian
// uint32, then the kind) and the payload. Payloads are msgpack; see wire.go.
const frameHeader = 5

// maxFrame bounds a payload. The largest honest one is an outcome: 10 MiB of
// output, 32 MiB of tape and, for profiled runs, spans.
const maxFrame = 96 << 20

// readStep is how much of a payload is allocated ahead of its arrival, so that
// a false length costs the sender bytes, not the reader memory.
const readStep = 1 << 20

// keepBuffer is the largest buffer kept between frames.
const keepBuffer = 256 << 10

// frameKind says what a frame's payload is.
type frameKind byte

// Frames to the child.
const (
	frameJob   frameKind = 1 // runtime.Job: run it; one at a time
	frameReply frameKind = 2 // the answer to one host call of the current run
	frameStop  frameKind = 3 // ask the current run to stop, and interrupt it after this time: what ends by itself leaves a recording
	frameTrim  frameKind = 4 // empty: nothing to do for a while, give memory back
	frameSteer frameKind = 5 // runtime.DebugCommand as JSON, to a debugged run
)

// Frames to the parent.
const (
	frameHello    frameKind = 16 // once, when ready: version, sandbox report
	frameCall     frameKind = 17 // runtime.HostCall, answered by frameReply of the same run
	frameLog      frameKind = 18 // lines of the log, in order; one-way
	frameProgress frameKind = 19 // one progress report; one-way
	frameOutcome  frameKind = 20 // runtime.Outcome: the run is over
	frameDebug    frameKind = 21 // runtime.DebugEvent as JSON, of a debugged run; one-way
)

var errFrameTooLarge = errors.New("frame is larger than the protocol allows")

// beginFrame appends an unfinished header; endFrame completes it.
func beginFrame(b []byte, kind frameKind) []byte {
	return append(b, 0, 0, 0, 0, byte(kind))
}

// endFrame writes the length of the frame that starts at start.
func endFrame(b []byte, start int) ([]byte, error) {
	return lengthen(b, start, 0)
}

// lengthen writes the length of the frame that starts at start and goes on for
// more bytes behind b.
func lengthen(b []byte, start, more int) ([]byte, error) {
	size := len(b) - start - frameHeader + more
	if size > maxFrame {
		return b[:start], fmt.Errorf("%w: %d bytes of %d", errFrameTooLarge, size, maxFrame)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(size))
	return b, nil
}

// frameReader reads frames through one buffer. It is not for concurrent use.
type frameReader struct {
	r    io.Reader
	own  bool   // large payloads get a buffer of their own: for a sender whose lengths are true
	buf  []byte // bytes read, unconsumed in [from:to]
	from int
	to   int
}

func newFrameReader(r io.Reader) *frameReader {
	return &frameReader{r: r, buf: make([]byte, 16<<10)}
}

// next returns the next frame. The payload is valid until the next call, or
// the caller's own: see owns. io.EOF means the other side closed between two
// frames.
func (f *frameReader) next() (frameKind, []byte, error) {
	kind, size, err := f.begin()
	if err != nil {
		return 0, nil, err
	}
	payload, err := f.payload(size)
	return kind, payload, err
}

// begin reads the header of the next frame. The payload must be read next.
func (f *frameReader) begin() (kind frameKind, size int, err error) {
	if err := f.fill(frameHeader); err != nil {
		return 0, 0, err
	}
	size = int(binary.LittleEndian.Uint32(f.buf[f.from:]))
	kind = frameKind(f.buf[f.from+4])
	if size > maxFrame {
		return 0, 0, fmt.Errorf("%w: %d bytes of %d", errFrameTooLarge, size, maxFrame)
	}
	f.from += frameHeader
	return kind, size, nil
}

// owns says whether a payload of this size has a buffer of its own.
func (f *frameReader) owns(size int) bool { return f.own && size > keepBuffer }

// payload reads the payload of the frame that was begun.
func (f *frameReader) payload(size int) ([]byte, error) {
	if f.owns(size) {
		payload := make([]byte, size)
		_, err := io.ReadFull(f.rest(size), payload)
		return payload, cutOff(err)
	}
	if err := f.fill(size); err != nil {
		return nil, cutOff(err)
	}
	payload := f.buf[f.from : f.from+size : f.from+size]
	f.from += size
	return payload, nil
}

// cutOff is the error of a payload that ends too early.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// rest reads the next n bytes without holding them.
func (f *frameReader) rest(n int) io.Reader {
	held := f.buf[f.from:min(f.to, f.from+n)]
	f.from += len(held)
	return io.MultiReader(bytes.NewReader(held), io.LimitReader(f.r, int64(n-len(held))))
}

// fill makes at least n unconsumed bytes available, growing in steps.
func (f *frameReader) fill(n int) error {
	if f.from == f.to && cap(f.buf) > keepBuffer && n <= keepBuffer {
		f.buf, f.from, f.to = make([]byte, 16<<10), 0, 0
	}
	for f.to-f.from < n {
		f.room(n)
		read, err := f.r.Read(f.buf[f.to:])
		f.to += read
		if f.to-f.from >= n {
			return nil
		}
		if err == io.EOF && f.to > f.from {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// room makes space to read into: it moves what is unconsumed to the front and
// grows the buffer towards n.
func (f *frameReader) room(n int) {
	if f.from == f.to {
		f.from, f.to = 0, 0
	}
	if f.from+n <= len(f.buf) {
		return
	}
	held := f.to - f.from
	size := min(n, max(held+readStep, 2*held))
	if size <= len(f.buf) {
		copy(f.buf, f.buf[f.from:f.to])
	} else {
		grown := make([]byte, size)
		copy(grown, f.buf[f.from:f.to])
		f.buf = grown
	}
	f.from, f.to = 0, held
}
