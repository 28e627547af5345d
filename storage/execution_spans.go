package storage

import "math"

// Spans of count_spans.
const (
	spanHours     = iota // all tasks together
	spanTaskHours        // each task
	spanDays
	spanTaskDays
	spanTaskEver
	spans // how many there are
)

const (
	microHour = 3600 * 1_000_000
	microDay  = 24 * microHour
)

func spanWidth(span int64) int64 {
	switch span {
	case spanDays, spanTaskDays:
		return microDay
	case spanTaskEver:
		return math.MaxInt64
	default:
		return microHour
	}
}

// pieces are how a range of time is read: [from, to) with the counters, and
// what is left at both ends of it, less than an hour each, by itself.
type pieces struct {
	from, to int64 // microseconds
	counters []counterPiece
	edges    [][2]int64 // microseconds, from and to
}

// counterPiece is a range of execution_counts.start.
type counterPiece struct {
	span, from, to int64
}

// pieces cuts the range of a query; everything = without a choice of tasks.
func (query StatsQuery) pieces(everything bool) pieces {
	const endless = 1 << 60 // hours of it fit, and no execution is outside
	from, to := int64(-endless), int64(endless)
	if !query.Since.IsZero() {
		from = max(from, query.Since.UnixMicro())
	}
	if !query.Until.IsZero() {
		to = min(to, query.Until.UnixMicro()+1)
	}
	hours, days := int64(spanTaskHours), int64(spanTaskDays)
	if everything {
		hours, days = spanHours, spanDays
	}
	byHour := query.GroupBy == "hour"
	if from == -endless && to == endless && !byHour && query.GroupBy != "day" {
		return pieces{from, to, []counterPiece{{spanTaskEver, -1, 1}}, nil}
	}
	first, last := ceilDiv(from, microHour), floorDiv(to, microHour)
	if first >= last {
		return pieces{edges: [][2]int64{{from, to}}}
	}
	p := pieces{from: first * microHour, to: last * microHour, edges: [][2]int64{{from, first * microHour}, {last * microHour, to}}}
	firstDay, lastDay := ceilDiv(first, 24), floorDiv(last, 24)
	if byHour || firstDay >= lastDay {
		p.counters = []counterPiece{{hours, first, last}}
		return p
	}
	p.counters = []counterPiece{{days, firstDay, lastDay}, {hours, first, firstDay * 24}, {hours, lastDay * 24, last}}
	return p
}

func floorDiv(a, b int64) int64 {
	n := a / b
	if a%b < 0 {
		n--
	}
	return n
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }
