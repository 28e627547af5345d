package storage

import (
	"cmp"
	"maps"
	"math/bits"
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
	return readRecords(text, make([]int64, 4), func(v []int64) { add(cellKey{v[0], v[1]}, bucket{v[2], v[3]}) })
}

// readRecords reads numbers with spaces between and calls add whenever record
// is full of them.
func readRecords(text []byte, record []int64, add func([]int64)) error {
	field, sign, digits := 0, int64(1), 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && '0' <= text[i] && text[i] <= '9' {
			if digits == 0 {
				record[field] = 0
			}
			record[field], digits = record[field]*10+int64(text[i]-'0'), digits+1
			continue
		}
		if i < len(text) && text[i] == '-' && digits == 0 {
			sign = -1
			continue
		}
		if digits == 0 || (i < len(text) && text[i] != ' ') {
			return damaged("a counter has no number where one must be")
		}
		record[field] *= sign
		if field++; field == len(record) {
			add(record)
			field = 0
		}
		sign, digits = 1, 0
	}
	if field != 0 {
		return damaged("a counter ends within a cell")
	}
	return nil
}

// statusCount is how many statuses there are.
const statusCount = 6

// histogram counts executions by status and by duration.
type histogram struct {
	counts  [statusCount]int64 // by number of the status
	buckets []bucket           // by place of the bucket
}

// place of the bucket with this lower bound: as duration_buckets are made,
// exact to 16, then eight for each power of two.
func place(low int64) int {
	if low < 16 {
		return int(low)
	}
	shift := bits.Len64(uint64(low)) - 4
	return 8*(shift+1) + int(low>>shift) - 8
}

func (h *histogram) add(k cellKey, b bucket) {
	status := k.status
	if status < 0 || status >= statusCount {
		status = firstTerminal + 1 // a damaged one is shown as failed
	}
	h.counts[status] += b.n
	if k.low < 0 {
		return
	}
	i := place(k.low)
	if i >= len(h.buckets) {
		h.buckets = append(h.buckets, make([]bucket, i+1-len(h.buckets))...)
	}
	have := &h.buckets[i]
	have.n, have.total = have.n+b.n, have.total+b.total
}

// fill writes what the histogram says into s.
func (s *ExecutionStats) fill(h *histogram) {
	s.Counts = map[ratchet.Status]int64{}
	for status, n := range h.counts {
		if n != 0 {
			s.Counts[statusName(int64(status))] = n
		}
	}
	var all bucket
	for _, b := range h.buckets {
		all.n, all.total = all.n+b.n, all.total+b.total
	}
	if all.n == 0 {
		return
	}
	s.Mean = time.Duration(float64(all.total) / float64(all.n) * float64(time.Microsecond))
	percentiles := []struct {
		percent int64
		is      *time.Duration
	}{{50, &s.P50}, {95, &s.P95}, {99, &s.P99}}
	var upto int64
	for _, b := range h.buckets {
		for _, p := range percentiles {
			// The value at each percentile is the one at its rank (nearest rank).
			if rank := (all.n*p.percent + 99) / 100; upto < rank && rank <= upto+b.n {
				*p.is = time.Duration(b.total/b.n) * time.Microsecond
			}
		}
		upto += b.n
	}
}
