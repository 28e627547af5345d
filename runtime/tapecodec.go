package runtime

import (
	"encoding/binary"
	"errors"
	"fmt"
	goruntime "runtime"
	"runtime/debug"
	"sync"
	"time"
)

// A tape is encoded as the magic, the version, a flag byte and three sections,
// each led by its length: header, events, calls. Numbers are varints, texts
// are led by their length. The sections are independent, so that a parent adds
// its calls without reading the child's events.
const tapeMagic = "RTAP"

// ErrTape is returned for bytes that are not a tape this build can read.
var ErrTape = errors.New("not a readable tape")

// Engine returns the version of the JavaScript engine in this binary.
func Engine() string { return engine() }

var engine = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/dop251/goja" {
				return "goja " + dep.Version
			}
		}
	}
	return "goja"
})

// NewTapeHeader is what the tape of a job that began now would be pinned to.
func NewTapeHeader(job Job) TapeHeader { return newTape(&job, time.Now()).Header }

// newTape is a tape of a job without events.
func newTape(job *Job, start time.Time) *Tape {
	told := job.Context
	told.ExecutionID, told.Config = firstOf(told.ExecutionID, job.ExecutionID), nil
	return &Tape{
		Header: TapeHeader{
			Context: told, Secrets: job.Secrets, ThrowOnError: job.ThrowOnError,
			Version: TapeVersion, Engine: Engine(), Go: goruntime.Version(), Polyfills: webHash(),
			SourceHash: job.Source.Hash, Seed: job.Seed, Clock: job.Clock, Start: start.UnixMicro(), Limits: job.Limits,
		},
		Complete: true,
	}
}

func (v *vm) tape() *Tape {
	t := newTape(v.job, v.start)
	if v.job.Clock == 0 {
		t.Header.Start = v.clock
	}
	t.Events, t.Complete = v.order.events, v.order.complete
	return t
}

// EncodeTape writes t in its compact form. Beyond maxBytes (0 = no limit) the
// last events and calls are left out and the tape is marked incomplete.
func EncodeTape(t *Tape, maxBytes int) []byte { return t.encode(maxBytes) }

func (t *Tape) encode(maxBytes int) []byte {
	if maxBytes == 0 {
		maxBytes = int(^uint(0) >> 1)
	}
	header := t.Header.encode()
	events, whole := encodeEvents(t.Events, maxBytes-len(header))
	calls, all := encodeCalls(t.Calls, maxBytes-len(header)-len(events))
	return assemble(t.Complete && whole && all, header, events, calls)
}

func assemble(complete bool, sections ...[]byte) []byte {
	size := len(tapeMagic) + 2
	for _, s := range sections {
		size += len(s) + binary.MaxVarintLen64
	}
	b := append(make([]byte, 0, size), tapeMagic...)
	b = append(b, TapeVersion, 0)
	if complete {
		b[len(b)-1] = 1
	}
	for _, s := range sections {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// splitTape returns the sections of an encoded tape.
func splitTape(b []byte) (complete bool, header, events, calls []byte, err error) {
	r := tapeReader{b: b}
	if string(r.take(len(tapeMagic))) != tapeMagic {
		return false, nil, nil, nil, fmt.Errorf("%w: it does not begin with %s", ErrTape, tapeMagic)
	}
	if version := r.byte(); version < oldestTape || version > TapeVersion {
		return false, nil, nil, nil, fmt.Errorf("%w: version %d, this build reads %d to %d", ErrTape, version, oldestTape, TapeVersion)
	}
	complete = r.byte() == 1
	header, events, calls = r.bytes(), r.bytes(), r.bytes()
	if r.bad || len(r.b) > 0 {
		return false, nil, nil, nil, fmt.Errorf("%w: it is damaged", ErrTape)
	}
	return complete, header, events, calls, nil
}

// DecodeTape reads what EncodeTape wrote. It accepts any bytes and returns
// ErrTape for those that are no tape.
func DecodeTape(b []byte) (*Tape, error) {
	complete, header, events, calls, err := splitTape(b)
	if err != nil {
		return nil, err
	}
	t := &Tape{Complete: complete}
	h, e, c := tapeReader{b: header}, tapeReader{b: events}, tapeReader{b: calls}
	h.header(&t.Header)
	t.Events = e.events()
	t.Calls = c.calls()
	for _, r := range []*tapeReader{&h, &e, &c} {
		if r.bad || len(r.b) > 0 {
			return nil, fmt.Errorf("%w: it is damaged", ErrTape)
		}
	}
	return t, nil
}
