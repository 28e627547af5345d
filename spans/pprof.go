package spans

import (
	"bytes"
	"fmt"

	"github.com/google/pprof/profile"
)

// Pprof writes a gzipped profile that `go tool pprof` opens: calls and own
// wall time by stack.
func Pprof(r Run) ([]byte, error) {
	p := &profile.Profile{
		SampleType:        []*profile.ValueType{{Type: "calls", Unit: "count"}, {Type: "wall", Unit: "nanoseconds"}},
		DefaultSampleType: "wall",
		TimeNanos:         r.Start.UnixNano(),
		DurationNanos:     r.Wall.Nanoseconds(),
		PeriodType:        &profile.ValueType{Type: "wall", Unit: "nanoseconds"},
		Period:            1,
	}
	if r.Start.IsZero() {
		p.TimeNanos = 0
	}
	locations := map[frameKey]*profile.Location{}
	locate := func(n *node) *profile.Location {
		key := frameKey{n.name, n.line}
		if l := locations[key]; l != nil {
			return l
		}
		f := &profile.Function{ID: uint64(len(p.Function) + 1), Name: n.name, SystemName: n.name, Filename: n.file, StartLine: int64(n.line)}
		l := &profile.Location{ID: uint64(len(p.Location) + 1), Line: []profile.Line{{Function: f, Line: int64(n.line)}}}
		p.Function, p.Location = append(p.Function, f), append(p.Location, l)
		locations[key] = l
		return l
	}
	walk(tree(r), func(stack []*node) {
		n := stack[len(stack)-1]
		if n.self == 0 && len(stack) == 1 {
			return // the run itself takes no time of its own
		}
		s := &profile.Sample{Value: []int64{int64(n.count), n.self.Nanoseconds()}}
		for i := len(stack) - 1; i >= 0; i-- { // the leaf comes first
			s.Location = append(s.Location, locate(stack[i]))
		}
		p.Sample = append(p.Sample, s)
	})
	if err := p.CheckValid(); err != nil {
		return nil, fmt.Errorf("write a pprof profile: %w", err)
	}
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		return nil, fmt.Errorf("write a pprof profile: %w", err)
	}
	return out.Bytes(), nil
}
