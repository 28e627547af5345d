package metrics

import (
	"context"
	"encoding/json"
	"time"

	"ratchet/registry"

	"ratchet"
)

// gate measures every tool call. It comes first, so that refusals of the other
// gates are counted too.
type gate struct{ m *Metrics }

// Gate returns the gate that counts tool calls.
func (m *Metrics) Gate() registry.Gate { return gate{m} }

// Enter admits every call and counts it when it has ended.
func (g gate) Enter(ctx context.Context, t registry.Tool, _ json.RawMessage) (context.Context, func(any, error), error) {
	begun := time.Now()
	name, surface := t.Name, registry.CallerFrom(ctx).Surface // a closure over t would put all of it on the heap
	return ctx, func(out any, err error) { g.m.called(name, surface, time.Since(begun), out, err) }, nil
}

func (m *Metrics) called(tool, surface string, took time.Duration, out any, err error) {
	outcome := "ok"
	if failed, ok := out.(registry.Failed); ok && err == nil {
		if failure := failed.Failure(); failure != nil {
			outcome = "failed"
			m.failures.WithLabelValues(failure.Code.ErrorType()).Inc()
		}
	}
	if err != nil {
		code := ratchet.CodeOf(err)
		outcome = "refused"
		if code == ratchet.CodeInternal {
			outcome = "error"
		}
		m.failures.WithLabelValues(code.ErrorType()).Inc()
		if code == ratchet.CodeRateLimited {
			m.limited.WithLabelValues(surface).Inc()
		}
	}
	m.calls.WithLabelValues(tool, surface, outcome).Inc()
	m.callTime.WithLabelValues(tool, surface).Observe(took.Seconds())
}
