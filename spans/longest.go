package spans

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Longest keeps the n longest spans, in order of their start, and adds the
// others up by kind, function and line: Count says how many are in one. left
// is how many were added up.
func Longest(list []Span, n int) (kept []Span, left int) {
	if len(list) <= n {
		return list, 0
	}
	byLength := slices.Clone(list)
	slices.SortStableFunc(byLength, func(a, b Span) int { return cmp.Compare(b.Duration, a.Duration) })
	kept = byLength[:n:n]
	slices.SortStableFunc(kept, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	type key struct {
		kind, name string
		line       int
	}
	sums := map[key]*Span{}
	var order []key
	for _, s := range byLength[n:] {
		k := key{s.Kind, s.Name, s.Line}
		sum := sums[k]
		if sum == nil {
			sum = &Span{ID: "sum-" + strconv.Itoa(len(sums)+1), Name: s.Name, Kind: s.Kind, Line: s.Line, Start: s.Start}
			sums[k] = sum
			order = append(order, k)
		}
		sum.Start = min(sum.Start, s.Start)
		sum.Duration += s.Duration
		sum.Self += s.Self
		sum.Count += max(s.Count, 1)
	}
	for _, k := range order {
		kept = append(kept, *sums[k])
	}
	return kept, len(byLength) - n
}

// FoldedTotal adds up the numbers of folded stacks, in microseconds.
func FoldedTotal(folded string) int64 {
	var total time.Duration
	for line := range strings.Lines(folded) {
		at := strings.LastIndexByte(line, ' ')
		n, _ := strconv.ParseInt(strings.TrimSpace(line[at+1:]), 10, 64) // Folded wrote it
		total += time.Duration(n)
	}
	return int64(total)
}
