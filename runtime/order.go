package runtime

import "time"

// order records what the loop did, for the tape.
type order struct {
	start    time.Time
	limit    int
	events   []TapeEvent
	complete bool
	advances int // of the events, which do not count against limit
}

// end adds the last event, for which there is always room.
func (o *order) end(kind TapeKind, value int64) {
	o.limit = max(o.limit, len(o.events)-o.advances+1)
	o.add(kind, 0, value)
}

func (o *order) add(kind TapeKind, id, value int64) {
	if len(o.events)-o.advances >= o.limit {
		o.complete = false
		return
	}
	o.events = append(o.events, TapeEvent{Kind: kind, ID: id, At: time.Since(o.start).Microseconds(), Value: value})
}

// advance records that a reading showed a later time than the one before:
// polling the clock does not use up the limit.
func (o *order) advance(readings, by int64) {
	if o.complete {
		o.advances++
		o.add(TapeAdvance, readings, by)
	}
}
