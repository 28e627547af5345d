package ratchet

// Bounds of the events a Bus keeps.
const (
	recentCount = 1024
	recentBytes = 8 << 20
)

// recentEvents is a ring of the newest events, bounded in number and in what
// their data holds in memory. It is used under the bus's lock.
type recentEvents struct {
	ring  []Event
	first int // index of the oldest
	count int
	bytes int
	gone  int64 // sequence number of the newest that is no longer kept; 0 = all are
}

func (r *recentEvents) push(e Event) {
	if r.ring == nil {
		r.ring = make([]Event, recentCount)
	}
	size := weight(e.Data)
	for r.count > 0 && (r.count == len(r.ring) || r.bytes+size > recentBytes) {
		r.bytes -= weight(r.ring[r.first].Data)
		r.gone = r.ring[r.first].Seq
		r.ring[r.first] = Event{}
		r.first = (r.first + 1) % len(r.ring)
		r.count--
	}
	r.ring[(r.first+r.count)%len(r.ring)] = e
	r.count++
	r.bytes += size
}

// each calls f for every kept event, oldest first.
func (r *recentEvents) each(f func(*Event)) {
	for i := range r.count {
		f(&r.ring[(r.first+i)%len(r.ring)])
	}
}

// weight is about what the data of an event keeps in memory. Readers must not
// change data, so it is the same when the event leaves.
func weight(data any) int {
	const fixed = 256
	switch d := data.(type) {
	case *Execution:
		return fixed + len(d.Input) + len(d.Output) + len(d.HTTPRequests)
	case *Task:
		return fixed + len(d.Code)
	case Progress:
		return fixed + len(d.Data)
	case []LogLine:
		n := fixed
		for i := range d {
			n += fixed + len(d[i].Message) + len(d[i].Fields) + len(d[i].Error)
		}
		return n
	default:
		return fixed
	}
}
