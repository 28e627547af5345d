package graphql

import (
	"context"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/tools"
)

// openWorkers follows one worker, or all of them.
func openWorkers(ctx context.Context, h *Handler, args streamArgs) (*feed, error) {
	now := func(ctx context.Context) (tools.ListWorkersOut, error) {
		return ask[tools.ListWorkersOut](ctx, h, toolWorkers, map[string]any{"worker_id": args.WorkerID})
	}
	if _, err := now(ctx); err != nil {
		return nil, err
	}
	return &feed{
		kinds: []string{"worker."}, id: args.WorkerID,
		first: func(ctx context.Context) ([]any, bool, error) {
			list, err := now(ctx)
			if ratchet.CodeOf(err) == ratchet.CodeNotFound {
				return nil, true, nil // it ended since it was found
			}
			shown := make([]any, len(list.Workers))
			for i, w := range list.Workers {
				shown[i] = WorkerEvent{
					EventHead: EventHead{Kind: events.WorkerUpdated, At: registry.Stamp(h.now())},
					Worker:    events.Worker{WorkerID: w.ID, PID: w.PID, Status: w.Status, StartedAt: w.StartedAt, Executed: w.Executed},
				}
			}
			return shown, false, err
		},
		view: func(_ context.Context, e ratchet.Event, missed int64) ([]any, bool, error) {
			shown := WorkerEvent{EventHead: head(e), Worker: payload[events.Worker](h, e)}
			shown.Missed = missed
			return []any{shown}, args.WorkerID != "" && e.Kind == events.WorkerEnded, nil
		},
	}, nil
}
