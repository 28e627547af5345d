package chaos

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// maxBroken is how many broken promises are told in full.
const maxBroken = 20

// Report is what a run found. It is safe for concurrent use while it grows.
type Report struct {
	Seed     uint64         `json:"seed"`
	Duration string         `json:"duration"`
	Clients  int            `json:"clients"`
	Counts   map[string]int `json:"counts"`            // what was done and what came of it
	Skipped  []string       `json:"skipped,omitempty"` // faults this machine cannot make, with the reason
	Notes    []string       `json:"notes,omitempty"`   // figures
	Broken   []string       `json:"broken"`            // promises that did not hold, the first of them
	Breaches int            `json:"breaches"`          // how many did not hold

	mu    sync.Mutex
	begun time.Time
}

func newReport(o Options) *Report {
	return &Report{
		Seed: o.Seed, Duration: o.Duration.String(), Clients: o.Clients,
		Counts: map[string]int{}, Broken: []string{}, begun: time.Now(),
	}
}

// Held says whether every promise held.
func (r *Report) Held() bool { return r.Breaches == 0 }

func (r *Report) count(what string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Counts[what] += n
}

func (r *Report) skip(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Skipped = append(r.Skipped, fmt.Sprintf(format, args...))
}

func (r *Report) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// broken records a promise that did not hold.
func (r *Report) broken(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Breaches++
	if len(r.Broken) < maxBroken {
		at := time.Since(r.begun).Round(time.Millisecond)
		r.Broken = append(r.Broken, fmt.Sprintf("after %s: ", at)+fmt.Sprintf(format, args...))
	}
}

// Print writes the report for people.
func (r *Report) Print(w io.Writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(w, "seed %d, %s, %d clients\n", r.Seed, r.Duration, r.Clients)
	for _, what := range slices.Sorted(maps.Keys(r.Counts)) {
		fmt.Fprintf(w, "%9d  %s\n", r.Counts[what], what)
	}
	for _, s := range r.Notes {
		fmt.Fprintln(w, s)
	}
	for _, s := range r.Skipped {
		fmt.Fprintln(w, "skipped:", s)
	}
	for _, s := range r.Broken {
		fmt.Fprintln(w, "BROKEN", s)
	}
	if r.Breaches > len(r.Broken) {
		fmt.Fprintf(w, "and %d more\n", r.Breaches-len(r.Broken))
	}
	if r.Breaches == 0 {
		fmt.Fprintln(w, "every promise held")
	}
}
