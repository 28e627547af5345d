package worker

import (
	"time"

	"github.com/tinylib/msgp/msgp"

	"ratchet"
	"ratchet/runtime"
)

func appendJob(b []byte, j *runtime.Job) []byte {
	b = msgp.AppendArrayHeader(b, 18)
	b = msgp.AppendString(b, j.ExecutionID)
	b = msgp.AppendString(b, string(j.Mode))
	b = appendSource(b, &j.Source)
	b = appendRaw(b, j.Input)
	b = appendTaskContext(b, &j.Context)
	b = appendLimits(b, &j.Limits)
	b = msgp.AppendBytes(b, j.Seed[:])
	b = msgp.AppendInt64(b, j.Clock)
	b = appendList(b, j.Secrets, appendStr)
	b = msgp.AppendBool(b, j.ThrowOnError)
	b = msgp.AppendBool(b, j.Coverage)
	b = msgp.AppendBool(b, j.Profile)
	b = msgp.AppendString(b, j.Principal)
	b = msgp.AppendInt(b, int(j.Priority))
	b = appendRaw(b, j.Tape)
	b = msgp.AppendBool(b, j.Fork)
	b = msgp.AppendInt(b, j.ForkAt)
	return appendDebug(b, j.Debug)
}

func decodeJob(payload []byte) (j runtime.Job, err error) {
	d := decoder{b: payload}
	d.array(18)
	j.ExecutionID, j.Mode = d.str(), runtime.Mode(d.str())
	j.Source = d.source()
	j.Input = d.bytes()
	j.Context = d.taskContext()
	j.Limits = d.limits()
	if seed := d.bytes(); len(seed) == len(j.Seed) {
		copy(j.Seed[:], seed)
	} else if d.err == nil {
		d.err = errMalformed
	}
	j.Clock = d.int64()
	j.Secrets = list(&d, 1, (*decoder).str)
	j.ThrowOnError, j.Coverage, j.Profile = d.bool(), d.bool(), d.bool()
	j.Principal, j.Priority = d.str(), ratchet.Priority(d.int())
	j.Tape, j.Fork, j.ForkAt = d.bytes(), d.bool(), d.int()
	j.Debug = fromJSON[runtime.Debug](&d)
	return j, d.finish()
}

func appendSource(b []byte, s *runtime.Source) []byte {
	b = msgp.AppendArrayHeader(b, 5)
	b = msgp.AppendString(b, s.Name)
	b = msgp.AppendString(b, s.Code)
	b = msgp.AppendString(b, string(s.Language))
	b = msgp.AppendString(b, s.Hash)
	if s.Files == nil {
		return msgp.AppendNil(b)
	}
	return msgp.AppendMapStrStr(b, s.Files)
}

func (d *decoder) source() (s runtime.Source) {
	d.array(5)
	s.Name, s.Code, s.Language, s.Hash = d.str(), d.str(), ratchet.Language(d.str()), d.str()
	if d.isNil() {
		return s
	}
	n := d.count(msgp.ReadMapHeaderBytes, 2)
	s.Files = make(map[string]string, n)
	for range n {
		path := d.str()
		s.Files[path] = d.str()
	}
	return s
}

func appendTaskContext(b []byte, c *runtime.TaskContext) []byte {
	b = msgp.AppendArrayHeader(b, 12)
	for _, s := range [...]string{
		c.ExecutionID, c.TaskID, c.TaskName, c.TaskVersion, c.JobID, c.ScheduleID,
		c.BatchID, c.WorkflowRunID, c.IdempotencyKey, c.TraceID,
	} {
		b = msgp.AppendString(b, s)
	}
	b = msgp.AppendInt(b, c.Attempt)
	return appendRaw(b, c.Config)
}

func (d *decoder) taskContext() (c runtime.TaskContext) {
	d.array(12)
	for _, s := range [...]*string{
		&c.ExecutionID, &c.TaskID, &c.TaskName, &c.TaskVersion, &c.JobID, &c.ScheduleID,
		&c.BatchID, &c.WorkflowRunID, &c.IdempotencyKey, &c.TraceID,
	} {
		*s = d.str()
	}
	c.Attempt, c.Config = d.int(), d.bytes()
	return c
}

func appendLimits(b []byte, l *runtime.Limits) []byte {
	b = msgp.AppendArrayHeader(b, 12)
	b = msgp.AppendInt64(b, int64(l.Wall))
	b = msgp.AppendInt64(b, int64(l.CPU))
	b = msgp.AppendInt64(b, l.Memory)
	for _, n := range [...]int{
		l.CallDepth, l.OutputBytes, l.ResponseBytes, l.FetchRunning, l.FetchWaiting,
		l.LogLines, l.LogLineBytes, l.RecordedEvents, l.TapeBytes,
	} {
		b = msgp.AppendInt(b, n)
	}
	return b
}

func (d *decoder) limits() (l runtime.Limits) {
	d.array(12)
	l.Wall, l.CPU, l.Memory = d.duration(), d.duration(), d.int64()
	for _, n := range [...]*int{
		&l.CallDepth, &l.OutputBytes, &l.ResponseBytes, &l.FetchRunning, &l.FetchWaiting,
		&l.LogLines, &l.LogLineBytes, &l.RecordedEvents, &l.TapeBytes,
	} {
		*n = d.int()
	}
	return l
}

// appendSpan and span carry profiled runs.
func appendSpan(b []byte, s *runtime.Span) []byte {
	b = msgp.AppendArrayHeader(b, 9)
	b = msgp.AppendInt(b, s.ID)
	b = msgp.AppendInt(b, s.Parent)
	b = msgp.AppendString(b, s.Function)
	b = msgp.AppendInt(b, s.Line)
	for _, t := range [...]time.Duration{s.Start, s.Duration, s.Self} {
		b = msgp.AppendInt64(b, int64(t))
	}
	b = msgp.AppendInt(b, s.Count)
	return appendList(b, s.Pauses, func(b []byte, p *runtime.Pause) []byte {
		return msgp.AppendInt64(msgp.AppendInt64(b, int64(p.Start)), int64(p.Duration))
	})
}

func (d *decoder) span() (s runtime.Span) {
	d.array(9)
	s.ID, s.Parent, s.Function, s.Line = d.int(), d.int(), d.str(), d.int()
	s.Start, s.Duration, s.Self, s.Count = d.duration(), d.duration(), d.duration(), d.int()
	s.Pauses = list(d, 2, func(d *decoder) runtime.Pause { return runtime.Pause{Start: d.duration(), Duration: d.duration()} })
	return s
}
