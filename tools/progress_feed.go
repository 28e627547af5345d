package tools

import (
	"context"
	"slices"
	"sync"
	"time"

	"ratchet/registry"

	"ratchet"
)

// ProgressFilter thins out progress notifications. The first and the last
// report always pass.
type ProgressFilter struct {
	MinProgressDelta float64  `json:"min_progress_delta,omitempty" jsonschema:"minimum=0,maximum=1" jsonschema_description:"drop smaller steps than this"`
	MaxFrequencyMS   int      `json:"max_frequency_ms,omitempty" jsonschema:"minimum=0" jsonschema_description:"least time between two reports"`
	StepFilter       []string `json:"step_filter,omitempty" jsonschema_description:"names of the steps to report"`
	IncludeData      *bool    `json:"include_data,omitempty" jsonschema:"default=true"`
}

// progressFeed hands a run's reports to the caller until it is closed.
type progressFeed struct {
	ctx    context.Context
	send   func(context.Context, registry.ProgressUpdate)
	filter ProgressFilter
	now    func() time.Time

	mu     sync.Mutex
	closed bool
	sent   int
	last   ratchet.Progress
	at     time.Time
	held   *ratchet.Progress // the newest report that was dropped
}

// newProgressFeed returns nil when the caller wants no progress.
func newProgressFeed(ctx context.Context, filter *ProgressFilter, now func() time.Time) *progressFeed {
	send := registry.CallerFrom(ctx).Progress
	if send == nil || filter == nil {
		return nil
	}
	return &progressFeed{ctx: ctx, send: send, filter: *filter, now: now}
}

func (f *progressFeed) report(p ratchet.Progress) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	if f.sent > 0 && p.Fraction < 1 && !f.passes(p) {
		f.held = &p
		return
	}
	f.pass(p)
}

func (f *progressFeed) passes(p ratchet.Progress) bool {
	if len(f.filter.StepFilter) > 0 && !slices.Contains(f.filter.StepFilter, p.Step) {
		return false
	}
	if p.Fraction-f.last.Fraction < f.filter.MinProgressDelta {
		return false
	}
	return f.now().Sub(f.at) >= time.Duration(f.filter.MaxFrequencyMS)*time.Millisecond
}

func (f *progressFeed) pass(p ratchet.Progress) {
	if f.filter.IncludeData != nil && !*f.filter.IncludeData {
		p.Data = nil
	}
	f.sent++
	f.last, f.at, f.held = p, f.now(), nil
	meta := map[string]any{"timestamp": registry.Stamp(p.At)}
	if p.Step != "" {
		meta["step"] = p.Step
	}
	if p.TotalSteps > 0 {
		meta["stepNumber"], meta["totalSteps"] = p.StepNumber, p.TotalSteps
	}
	if len(p.Data) > 0 {
		meta["data"] = p.Data
	}
	message := p.Message
	if message == "" {
		message = p.Step
	}
	f.send(f.ctx, registry.ProgressUpdate{Progress: p.Fraction, Total: 1, Message: message, Meta: meta})
}

// close passes the last report if it was dropped, and ends the feed.
func (f *progressFeed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held != nil {
		f.pass(*f.held)
	}
	f.closed = true
}
