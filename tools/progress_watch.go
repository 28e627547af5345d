package tools

import (
	"context"
	"time"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
)

// watchProgress sends the reports of a run to the caller until stop is called,
// which waits until those made before it are sent.
func watchProgress(ctx context.Context, d *registry.Deps, executionID string) (stop func()) {
	feed := newProgressFeed(ctx, &ProgressFilter{}, func() time.Time { return now(d) })
	if feed == nil || d.Bus == nil {
		return func() {}
	}
	sub := d.Bus.Subscribe(64, func(e *ratchet.Event) bool { return e.Kind == events.ExecutionProgress && e.ID == executionID })
	end, ended := make(chan struct{}), make(chan struct{})
	forward := func() {
		events, _ := sub.Take() // what a slow client missed is out of date
		for _, e := range events {
			if p, ok := e.Data.(ratchet.Progress); ok {
				feed.report(p)
			}
		}
	}
	go func() {
		defer close(ended)
		defer ratchet.Recover("report the progress of a run", ratchet.Logged(d.Log, "report the progress of a run"))
		for {
			select {
			case <-sub.Ready():
				forward()
			case <-end:
				forward()
				feed.close()
				return
			}
		}
	}()
	return func() {
		sub.Close()
		close(end)
		<-ended
	}
}
