package runtime

import "time"

// order records what the loop did, for the tape.
type order struct {
	start    time.Time
	limit    int
	events   []TapeEvent
	complete bool
}

// end adds the last event, for which there is always room.
func (o *order) end(kind TapeKind, value int64) {
	o.limit = max(o.limit, len(o.events)+1)
	o.add(kind, 0, value)
}

func (o *order) add(kind TapeKind, id, value int64) {
	if len(o.events) >= o.limit {
		o.complete = false
		return
	}
	o.events = append(o.events, TapeEvent{Kind: kind, ID: id, At: time.Since(o.start).Microseconds(), Value: value})
}
