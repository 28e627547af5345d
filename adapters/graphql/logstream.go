package graphql

import (
	"cmp"
	"context"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/tools"
)

// logFeed follows the log of one execution. Lines come with events; those of
// lost events are read from the store, by their numbers.
type logFeed struct {
	h     *Handler
	id    string
	level string
	last  int // number of the last line that was shown
}

func openLogs(ctx context.Context, h *Handler, args streamArgs) (*feed, error) {
	f := &logFeed{h: h, level: cmp.Or(args.Level, "info")}
	page, err := ask[tools.GetLogsOut](ctx, h, toolLogs, map[string]any{"execution_id": args.ExecutionID, "level": f.level, "limit": 1})
	if err != nil {
		return nil, err
	}
	f.id = page.ExecutionID
	state, err := f.state(ctx)
	if err != nil {
		return nil, err
	}
	out := &feed{kinds: []string{events.ExecutionLog, events.ExecutionUpdated}, id: f.id, view: f.view, over: state.Terminal()}
	out.first = func(ctx context.Context) ([]any, bool, error) {
		shown, err := f.read(ctx, EventHead{Kind: events.ExecutionLog, At: registry.Stamp(h.now())})
		if err != nil {
			return nil, true, err
		}
		state, err := f.state(ctx)
		if err != nil || !state.Terminal() {
			return shown, err != nil, err
		}
		// It may have logged and ended since the lines were read.
		rest, err := f.read(ctx, EventHead{Kind: events.ExecutionLog, At: registry.Stamp(h.now())})
		return append(shown, rest...), true, err
	}
	return out, nil
}

// state is how the execution stands.
func (f *logFeed) state(ctx context.Context) (ratchet.Status, error) {
	row, err := ask[registry.Row[tools.StatusView]](ctx, f.h, toolStatus, map[string]any{"execution_id": f.id})
	return ratchet.Status(row.Value.Status), err
}

// read shows the stored lines behind the last one.
func (f *logFeed) read(ctx context.Context, head EventHead) ([]any, error) {
	var shown []any
	for {
		page, err := ask[tools.GetLogsOut](ctx, f.h, toolLogs, map[string]any{
			"execution_id": f.id, "level": f.level, "limit": maxLimit, "after_line": f.last,
		})
		if err != nil {
			return nil, err
		}
		for _, l := range page.Logs {
			if l.LineNumber <= f.last {
				continue
			}
			f.last = l.LineNumber
			shown = append(shown, LogEvent{
				EventHead: head, ExecutionID: f.id, LineNumber: l.LineNumber, Timestamp: l.Timestamp, Level: l.Level,
				Logger: l.Logger, Message: l.Message, Fields: l.Fields, Error: l.Error,
			})
			head.Missed = 0
		}
		if page.NextCursor == "" || len(page.Logs) == 0 || len(shown) >= 10*maxLimit {
			return shown, nil
		}
	}
}

// view shows the lines of an event.
func (f *logFeed) view(ctx context.Context, e ratchet.Event, missed int64) (shown []any, last bool, err error) {
	about := head(e)
	if missed > 0 {
		shown, err = f.read(ctx, about)
		if err != nil {
			return nil, true, err
		}
	}
	switch data := e.Data.(type) {
	case []ratchet.LogLine:
		for _, l := range data {
			if l.Number <= f.last || rank(l.Level) < rank(f.level) {
				continue
			}
			f.last = l.Number
			shown = append(shown, LogEvent{
				EventHead: about, ExecutionID: f.id, LineNumber: l.Number, Timestamp: registry.Stamp(l.At), Level: l.Level,
				Logger: l.Logger, Message: l.Message, Fields: l.Fields, Error: l.Error,
			})
		}
	case *ratchet.Execution:
		if !data.Status.Terminal() {
			return shown, false, nil
		}
		rest, err := f.read(ctx, about)
		return append(shown, rest...), true, err
	}
	return shown, false, nil
}
