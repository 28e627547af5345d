package cost

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Options say what a search does. Program and Duration are required.
type Options struct {
	Program  string // the ratchet to attack
	Seed     uint64
	Duration time.Duration
	Progress func(format string, args ...any)
}

// Finding is a request that costs more than the bounds each time it is sent.
type Finding struct {
	Request string `json:"request"` // clipped
	Kind    string `json:"kind"`    // surface and caller
	spent
}

// Report is what a search found.
type Report struct {
	Seed     uint64    `json:"seed"`
	Requests int       `json:"requests"`
	Found    []Finding `json:"found"`   // the dearest of each kind over the bounds
	Dearest  []Finding `json:"dearest"` // the dearest within the bounds
}

// search is one run.
type search struct {
	target *target
	rng    *rand.Rand
	best   map[string]candidate // the dearest by kind
	kinds  []string
	report *Report
	say    func(string, ...any)
}

// Search runs until the time is over. An error means that it could not be done.
func Search(ctx context.Context, o Options) (*Report, error) {
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	t, err := open(ctx, o.Program)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.close() }()
	s := &search{
		target: t, rng: rand.New(rand.NewPCG(o.Seed, 1)), best: map[string]candidate{}, //nolint:gosec // repeatable on purpose
		report: &Report{Seed: o.Seed, Found: []Finding{}}, say: o.Progress,
	}
	for end := time.Now().Add(o.Duration); time.Now().Before(end) && ctx.Err() == nil; {
		if err := s.step(ctx); err != nil {
			return nil, err
		}
	}
	s.finish()
	return s.report, ctx.Err()
}

// step sends one request: a new one, or one made from the dearest of a kind.
func (s *search) step(ctx context.Context) error {
	c := candidate{scale: minScale << s.rng.IntN(10)}
	if len(s.kinds) > 0 && s.rng.IntN(5) > 0 {
		c = grow(s.best[s.kinds[s.rng.IntN(len(s.kinds))]], s.rng)
	}
	r, taken := s.build(c)
	c.taken = taken
	cost, err := s.cost(ctx, r)
	if err != nil {
		return fmt.Errorf("after %s: %w", r, err)
	}
	c.cost, c.share = cost, cost.share(r)
	s.report.Requests++
	kind := s.kind(r)
	best, known := s.best[kind]
	if !known {
		s.kinds = append(s.kinds, kind)
	}
	if !known || c.share > best.share {
		s.best[kind] = c
		if c.share > 1 && best.share <= 1 {
			s.say("%s of CPU and %d MiB: %s", c.cost.CPU.Round(time.Millisecond), c.cost.Bytes>>20, r)
		}
	}
	return nil
}

func (s *search) build(c candidate) (request, []uint32) {
	d := &draws{taken: c.taken, rng: s.rng, scale: c.scale}
	r := s.target.make(d)
	return r, d.taken[:min(d.at, len(d.taken))]
}

// cost is what r costs at least: what is over the bounds is sent twice more,
// because the server may have had something else to do.
func (s *search) cost(ctx context.Context, r request) (spent, error) {
	least, err := s.target.measure(ctx, r)
	for i := 0; i < 2 && err == nil && least.share(r) > 1; i++ {
		var again spent
		again, err = s.target.measure(ctx, r)
		least = spent{min(least.CPU, again.CPU), min(least.Bytes, again.Bytes)}
	}
	return least, err
}

// kind is the surface, the part of it and the caller.
func (s *search) kind(r request) string {
	path, _, _ := strings.Cut(r.path, "?")
	parts := strings.Split(path, "/")
	if len(parts) > 5 || len(path) > 80 {
		path = strings.Join(parts[:min(4, len(parts))], "/")
	}
	if len(path) > 80 {
		path = path[:80]
	}
	if r.path == "/mcp" {
		for _, tool := range s.target.tools {
			if strings.Contains(r.body[:min(200, len(r.body))], `"`+tool+`"`) {
				path += " " + tool
				break
			}
		}
	}
	return r.method + " " + path + " as " + callers[r.caller]
}

// finish sorts what was found, and names the dearest of the rest.
func (s *search) finish() {
	slices.SortFunc(s.kinds, func(a, b string) int {
		return int(1e6 * (s.best[b].share - s.best[a].share))
	})
	for _, kind := range s.kinds {
		c := s.best[kind]
		r, _ := s.build(c)
		switch f := (Finding{r.String(), kind, c.cost}); {
		case c.share > 1:
			s.report.Found = append(s.report.Found, f)
		case len(s.report.Dearest) < 10:
			s.report.Dearest = append(s.report.Dearest, f)
		}
	}
}

// Print writes the report for people.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "seed %d, %d requests; at most %s of CPU and %d MiB allocated for each\n", r.Seed, r.Requests, maxCPU, maxMemory>>20)
	for _, f := range r.Found {
		fmt.Fprintf(w, "OVER   %s\n", f)
	}
	for _, f := range r.Dearest {
		fmt.Fprintf(w, "within %s\n", f)
	}
	if len(r.Found) == 0 {
		fmt.Fprintln(w, "no request was over the bounds")
	}
}

func (f Finding) String() string {
	return fmt.Sprintf("%8s %5.1f MiB  %s", f.CPU.Round(time.Millisecond), float64(f.Bytes)/(1<<20), f.Request)
}
