package storage

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"ratchet"
)

// cells are a counter: executions by their status and bucket of durations.
type cells map[cellKey]bucket

type cellKey struct{ status, low int64 }

// bucket counts the executions whose durations are alike.
type bucket struct{ n, total int64 }

func (c cells) add(k cellKey, b bucket) {
	have := c[k]
	if b.n += have.n; b.n == 0 {
		delete(c, k)
		return
	}
	b.total += have.total
	c[k] = b
}

// text writes the cells as they are stored.
func (c cells) text() []byte {
	keys := slices.SortedFunc(maps.Keys(c), func(a, b cellKey) int {
		return cmp.Or(cmp.Compare(a.status, b.status), cmp.Compare(a.low, b.low))
	})
	text := []byte{}
	for i, k := range keys {
		if i > 0 {
			text = append(text, ' ')
		}
		for j, n := range []int64{k.status, k.low, c[k].n, c[k].total} {
			if j > 0 {
				text = append(text, ' ')
			}
			text = strconv.AppendInt(text, n, 10)
		}
	}
	return text
}

// readCells calls add for each cell of a stored text.
func readCells(text []byte, add func(cellKey, bucket)) error {
	var cell [4]int64
	field, sign, digits := 0, int64(1), 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && '0' <= text[i] && text[i] <= '9' {
			cell[field], digits = cell[field]*10+int64(text[i]-'0'), digits+1
			continue
		}
		if i < len(text) && text[i] == '-' && digits == 0 {
			sign = -1
			continue
		}
		if digits == 0 || (i < len(text) && text[i] != ' ') {
			return damaged("a counter has no number where one must be")
		}
		cell[field] *= sign
		if field++; field == len(cell) {
			add(cellKey{cell[0], cell[1]}, bucket{cell[2], cell[3]})
			cell, field = [4]int64{}, 0
		}
		sign, digits = 1, 0
	}
	if field != 0 {
		return damaged("a counter ends within a cell")
	}
	return nil
}

// histogram counts executions by status and by duration.
type histogram struct {
	counts  map[int64]int64   // by status
	buckets map[int64]*bucket // by lower bound; none for those without a duration
}

func (h *histogram) add(k cellKey, b bucket) {
	if h.counts == nil {
		h.counts, h.buckets = map[int64]int64{}, map[int64]*bucket{}
	}
	h.counts[k.status] += b.n
	if k.low < 0 {
		return
	}
	have := h.buckets[k.low]
	if have == nil {
		have = new(bucket)
		h.buckets[k.low] = have
	}
	have.n, have.total = have.n+b.n, have.total+b.total
}

// fill writes what the histogram says into s.
func (s *ExecutionStats) fill(h *histogram) {
	s.Counts = map[ratchet.Status]int64{}
	for status, n := range h.counts {
		s.Counts[statusName(status)] = n
	}
	var all bucket
	for _, b := range h.buckets {
		all.n, all.total = all.n+b.n, all.total+b.total
	}
	if all.n == 0 {
		return
	}
	s.Mean = time.Duration(float64(all.total) / float64(all.n) * float64(time.Microsecond))
	var upto int64
	for _, low := range slices.Sorted(maps.Keys(h.buckets)) {
		b := h.buckets[low]
		for percent, to := range map[int64]*time.Duration{50: &s.P50, 95: &s.P95, 99: &s.P99} {
			// The value at each percentile is the one at its rank (nearest rank).
			if rank := (all.n*percent + 99) / 100; upto < rank && rank <= upto+b.n {
				*to = time.Duration(b.total/b.n) * time.Microsecond
			}
		}
		upto += b.n
	}
}
