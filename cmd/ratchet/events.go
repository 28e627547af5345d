package main

import (
	"context"
	"strings"
	"sync"

	"ratchet"
	"ratchet/events"
)

// printEvents prints what running tasks log to stderr, as it comes, until stop is
// called; the first stop prints the rest. --quiet leaves it out.
func (a *app) printEvents(ctx context.Context, bus *ratchet.Bus) (stop func()) {
	sub := bus.Subscribe(0, func(e *ratchet.Event) bool { return e.Kind == events.ExecutionLog })
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer ratchet.Recover("show what a task logs", a.complain)
		for {
			a.sayLogs(sub)
			select {
			case <-sub.Ready():
			case <-ctx.Done():
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		cancel()
		<-done
		a.sayLogs(sub)
		sub.Close()
	})
}

func (a *app) sayLogs(sub *ratchet.Subscription) {
	events, dropped := sub.Take()
	if dropped > 0 {
		a.say("(%d batches of log lines came too fast to be shown; they are stored)", dropped)
	}
	for _, e := range events {
		lines, _ := e.Data.([]ratchet.LogLine)
		for _, l := range lines {
			a.say("%-5s %s", strings.ToUpper(l.Level), l.Message)
		}
	}
}
