package worker

// The wire. One worker process runs one job at a time:
//
//	child  → hello                          once, after the sandbox is shut
//	parent → job
//	child  → call | log | progress …        any number, interleaved
//	parent → reply …  stop                  replies in any order, matched by the call's Seq
//	parent → command                        to a debugged run
//	child  → event                          of a debugged run
//	child  → outcome                        the run is over, the next job may come
//
// A message is a msgpack array with the fields of its struct in the order of
// the append function below; nil stands for a nil slice, map or pointer. Times
// are microseconds UTC, durations nanoseconds. There are no optional fields
// and no negotiation: both sides are the same program file, and hello carries
// wireVersion so that anything else is refused. Raise wireVersion with every
// change of an encoding. The coding is written by hand because reflection
// would cost more than the run of a small task.
//
// The body of a call or a reply is the last of its message, so that a large one
// is written and read piece by piece: the server never holds it whole.

import (
	"github.com/tinylib/msgp/msgp"

	"ratchet"
	"ratchet/runtime"
)

const wireVersion = 6

// hello is the child's first message.
type hello struct {
	Version int
	PID     int
	Report  Report
}

func appendHello(b []byte, h *hello) []byte {
	b = msgp.AppendArrayHeader(b, 4)
	b = msgp.AppendInt(b, h.Version)
	b = msgp.AppendInt(b, h.PID)
	b = msgp.AppendString(b, h.Report.Level)
	return appendList(b, h.Report.Features, func(b []byte, f *Feature) []byte {
		b = msgp.AppendString(b, f.Name)
		b = msgp.AppendBool(b, f.OK)
		return msgp.AppendString(b, f.Detail)
	})
}

func decodeHello(payload []byte) (h hello, err error) {
	d := decoder{b: payload}
	d.array(4)
	h.Version, h.PID, h.Report.Level = d.int(), d.int(), d.str()
	h.Report.Features = list(&d, 3, func(d *decoder) Feature {
		return Feature{Name: d.str(), OK: d.bool(), Detail: d.str()}
	})
	return h, d.finish()
}

func appendCall(b []byte, c *runtime.HostCall) []byte {
	b = msgp.AppendArrayHeader(b, 4)
	b = msgp.AppendInt64(b, c.Seq)
	b = msgp.AppendString(b, string(c.Kind))
	b = msgp.AppendString(b, c.Secret)
	f := c.Fetch
	if f == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, 7)
	b = msgp.AppendString(b, f.Method)
	b = msgp.AppendString(b, f.URL)
	b = appendPairs(b, f.Header)
	b = msgp.AppendInt(b, f.TimeoutMS)
	b = msgp.AppendString(b, f.Redirect)
	b = msgp.AppendString(b, f.IdempotencyKey)
	return appendRaw(b, f.Body)
}

// call reads a call up to the body of its fetch.
func (d *decoder) call() (c runtime.HostCall) {
	d.array(4)
	c.Seq, c.Kind, c.Secret = d.int64(), runtime.CallKind(d.str()), d.str()
	if !d.isNil() {
		d.array(7)
		c.Fetch = &runtime.FetchRequest{
			Method: d.str(), URL: d.str(), Header: d.pairs(),
			TimeoutMS: d.int(), Redirect: d.str(), IdempotencyKey: d.str(),
		}
	}
	return c
}

func decodeCall(payload []byte) (runtime.HostCall, error) {
	d := decoder{b: payload}
	c := d.call()
	if c.Fetch != nil {
		c.Fetch.Body = d.bytes()
	}
	return c, d.finish()
}

// reply answers the host call Seq. Closed is the reason when the host refused
// to answer at all, which ends the run.
type reply struct {
	Seq    int64
	Closed string
	runtime.HostReply
}

func appendReply(b []byte, r *reply) []byte {
	b = msgp.AppendArrayHeader(b, 7)
	b = msgp.AppendInt64(b, r.Seq)
	b = msgp.AppendInt64(b, int64(r.Delay))
	b = msgp.AppendString(b, r.Closed)
	b = msgp.AppendString(b, r.Secret)
	b = msgp.AppendInt64(b, r.Version)
	if e := r.Error; e == nil {
		b = msgp.AppendNil(b)
	} else {
		b = msgp.AppendArrayHeader(b, 3)
		b = msgp.AppendString(b, e.Class)
		b = msgp.AppendString(b, e.Message)
		b = msgp.AppendString(b, e.Code)
	}
	f := r.Fetch
	if f == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, 13)
	b = msgp.AppendInt(b, f.Status)
	b = msgp.AppendString(b, f.StatusText)
	b = appendPairs(b, f.Header)
	b = msgp.AppendString(b, f.URL)
	b = msgp.AppendBool(b, f.Redirected)
	t := &f.Timing
	for _, v := range [...]int64{t.DNS, t.Connect, t.TLS, t.Sent, t.FirstByte, t.Done} {
		b = msgp.AppendInt64(b, v)
	}
	b = msgp.AppendBool(b, t.Reused)
	if f.Spooled != nil { // written behind it, by the one who sends
		return msgp.AppendBytesHeader(b, uint32(f.Spooled.Size())) //nolint:gosec // checked by the one who sends
	}
	return appendRaw(b, f.Body)
}

// decodeReply reads a reply. With own, its body is part of payload.
func decodeReply(payload []byte, own bool) (r reply, err error) {
	d := decoder{b: payload, own: own}
	d.array(7)
	r.Seq, r.Delay, r.Closed, r.Secret, r.Version = d.int64(), d.duration(), d.str(), d.str(), d.int64()
	if !d.isNil() {
		d.array(3)
		r.Error = &runtime.CallError{Class: d.str(), Message: d.str(), Code: d.str()}
	}
	if !d.isNil() {
		d.array(13)
		r.Fetch = &runtime.FetchResponse{
			Status: d.int(), StatusText: d.str(), Header: d.pairs(),
			URL: d.str(), Redirected: d.bool(),
			Timing: runtime.FetchTiming{
				DNS: d.int64(), Connect: d.int64(), TLS: d.int64(), Sent: d.int64(),
				FirstByte: d.int64(), Done: d.int64(), Reused: d.bool(),
			},
			Body: d.bytes(),
		}
	}
	return r, d.finish()
}

func appendLog(b []byte, l *ratchet.LogLine) []byte {
	b = msgp.AppendArrayHeader(b, 8)
	b = msgp.AppendInt(b, l.Number)
	b = appendTime(b, l.At)
	b = msgp.AppendString(b, l.Level)
	b = msgp.AppendString(b, l.Logger)
	b = msgp.AppendString(b, l.Message)
	b = appendRaw(b, l.Fields)
	b = appendRaw(b, l.Error)
	if l.Source == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, 3)
	b = msgp.AppendString(b, l.Source.File)
	b = msgp.AppendInt(b, l.Source.Line)
	return msgp.AppendInt(b, l.Source.Column)
}

func (d *decoder) log() (l ratchet.LogLine) {
	d.array(8)
	l.Number, l.At, l.Level, l.Logger, l.Message = d.int(), d.time(), d.str(), d.str(), d.str()
	l.Fields, l.Error = d.bytes(), d.bytes()
	if !d.isNil() {
		d.array(3)
		l.Source = &ratchet.Position{File: d.str(), Line: d.int(), Column: d.int()}
	}
	return l
}

// decodeLog reads a frame of lines: log messages one after the other.
func decodeLog(payload []byte) ([]ratchet.LogLine, error) {
	d := decoder{b: payload}
	var lines []ratchet.LogLine
	for d.err == nil && len(d.b) > 0 {
		lines = append(lines, d.log())
	}
	return lines, d.err
}

func appendProgress(b []byte, p *ratchet.Progress) []byte {
	b = msgp.AppendArrayHeader(b, 7)
	b = msgp.AppendFloat64(b, p.Fraction)
	b = msgp.AppendString(b, p.Step)
	b = msgp.AppendInt(b, p.StepNumber)
	b = msgp.AppendInt(b, p.TotalSteps)
	b = msgp.AppendString(b, p.Message)
	b = appendRaw(b, p.Data)
	return appendTime(b, p.At)
}

func decodeProgress(payload []byte) (p ratchet.Progress, err error) {
	d := decoder{b: payload}
	d.array(7)
	p.Fraction, p.Step, p.StepNumber, p.TotalSteps = d.float(), d.str(), d.int(), d.int()
	p.Message, p.Data, p.At = d.str(), d.bytes(), d.time()
	return p, d.finish()
}
