package worker

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tinylib/msgp/msgp"

	"ratchet"
	"ratchet/runtime"
)

// outcome is a runtime.Outcome and whether the child may take another job.
type outcome struct {
	runtime.Outcome
	Clean bool // no limit broken, nothing interrupted
}

func appendOutcome(b []byte, o *outcome) ([]byte, error) {
	b = msgp.AppendArrayHeader(b, 11)
	b = appendRaw(b, o.Output)
	b, err := appendExecutionError(b, o.Err)
	if err != nil {
		return b, err
	}
	b = appendCheck(b, o.Check)
	b = appendRaw(b, o.Tape)
	b = appendCoverage(b, o.Coverage)
	b = appendList(b, o.Spans, appendSpan)
	b = msgp.AppendArrayHeader(b, 4)
	b = msgp.AppendInt64(b, int64(o.Usage.Wall))
	b = msgp.AppendInt64(b, int64(o.Usage.CPU))
	b = msgp.AppendInt64(b, o.Usage.HeapPeak)
	b = msgp.AppendInt(b, o.Usage.HostCalls)
	b = msgp.AppendString(b, o.Isolation)
	b = msgp.AppendBool(b, o.Masked)
	b = appendFollowed(b, o.Followed)
	return msgp.AppendBool(b, o.Clean), nil
}

func decodeOutcome(payload []byte) (o outcome, err error) {
	d := decoder{b: payload}
	d.array(11)
	o.Output = d.bytes()
	o.Err = d.executionError()
	o.Check = d.check()
	o.Tape = d.bytes()
	o.Coverage = d.coverage()
	o.Spans = list(&d, 7, (*decoder).span)
	d.array(4)
	o.Usage = ratchet.Usage{Wall: d.duration(), CPU: d.duration(), HeapPeak: d.int64(), HostCalls: d.int()}
	o.Isolation, o.Masked, o.Followed, o.Clean = d.str(), d.bool(), d.followed(), d.bool()
	return o, d.finish()
}

func appendExecutionError(b []byte, e *ratchet.ExecutionError) ([]byte, error) {
	if e == nil {
		return msgp.AppendNil(b), nil
	}
	var details []byte
	if e.Details != nil {
		var err error
		if details, err = json.Marshal(e.Details); err != nil {
			return b, fmt.Errorf("encode error details: %w", err)
		}
	}
	b = msgp.AppendArrayHeader(b, 12)
	for _, s := range [...]string{
		string(e.Code), e.Type, string(e.Cause), e.Message, e.Source, e.Snippet, e.Stack, e.Hint,
	} {
		b = msgp.AppendString(b, s)
	}
	b = msgp.AppendInt(b, e.Line)
	b = msgp.AppendInt(b, e.Column)
	b = msgp.AppendBool(b, e.Retryable)
	return appendRaw(b, details), nil
}

func (d *decoder) executionError() *ratchet.ExecutionError {
	if d.isNil() {
		return nil
	}
	d.array(12)
	e := &ratchet.ExecutionError{
		Code: ratchet.Code(d.str()), Type: d.str(), Cause: ratchet.Cause(d.str()), Message: d.str(),
		Source: d.str(), Snippet: d.str(), Stack: d.str(), Hint: d.str(),
		Line: d.int(), Column: d.int(), Retryable: d.bool(),
	}
	if raw := d.bytes(); raw != nil && d.err == nil {
		if err := json.Unmarshal(raw, &e.Details); err != nil {
			d.err = errors.Join(errMalformed, err)
		}
	}
	return e
}

func appendCheck(b []byte, c *runtime.Check) []byte {
	if c == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, 2)
	b = msgp.AppendString(b, c.Entry)
	return appendList(b, c.Problems, func(b []byte, p *runtime.CheckProblem) []byte {
		b = msgp.AppendArrayHeader(b, 7)
		for _, s := range [...]string{p.Code, p.Severity, p.Message, p.Hint, p.Snippet} {
			b = msgp.AppendString(b, s)
		}
		return msgp.AppendInt(msgp.AppendInt(b, p.Line), p.Column)
	})
}

func (d *decoder) check() *runtime.Check {
	if d.isNil() {
		return nil
	}
	d.array(2)
	return &runtime.Check{Entry: d.str(), Problems: list(d, 7, func(d *decoder) runtime.CheckProblem {
		d.array(7)
		return runtime.CheckProblem{
			Code: d.str(), Severity: d.str(), Message: d.str(), Hint: d.str(), Snippet: d.str(),
			Line: d.int(), Column: d.int(),
		}
	})}
}

func appendCoverage(b []byte, c *runtime.Coverage) []byte {
	if c == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, 3)
	b = msgp.AppendInt(b, c.Statements)
	b = msgp.AppendInt(b, c.Executed)
	if c.Lines == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendMapHeader(b, uint32(len(c.Lines)))
	for line, count := range c.Lines {
		b = msgp.AppendInt(msgp.AppendInt(b, line), count)
	}
	return b
}

func (d *decoder) coverage() *runtime.Coverage {
	if d.isNil() {
		return nil
	}
	d.array(3)
	c := &runtime.Coverage{Statements: d.int(), Executed: d.int()}
	if d.isNil() {
		return c
	}
	n := d.count(msgp.ReadMapHeaderBytes, 2)
	c.Lines = make(map[int]int, n)
	for range n {
		line := d.int()
		c.Lines[line] = d.int()
	}
	return c
}
