package graphql

import (
	"strconv"

	"ratchet"
)

// resume takes the id of the last event of a stream that was cut off, unless
// the subscription says itself where to go on.
func (a *streamArgs) resume(lastEvent string) {
	if a.After != nil || lastEvent == "" {
		return
	}
	if n, err := strconv.ParseInt(lastEvent, 10, 64); err == nil && n >= 0 {
		a.After = &n
	}
}

// subscribe listens to the events that match: those behind after, or those to
// come.
func subscribe(bus *ratchet.Bus, after *int64, match func(*ratchet.Event) bool) *ratchet.Subscription {
	if after != nil {
		return bus.SubscribeFrom(*after, unread, match)
	}
	return bus.Subscribe(unread, match)
}
