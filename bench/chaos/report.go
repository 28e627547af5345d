package chaos

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"
)

// maxExamples is how many broken promises of each kind are told in full.
const maxExamples = 5

// Kind is one way in which promises did not hold.
type Kind struct {
	What     string   `json:"what"`
	Count    int      `json:"count"`
	Examples []string `json:"examples"` // the first of them
}

// Report is what a run found. It is safe for concurrent use while it grows.
type Report struct {
	Seed     uint64         `json:"seed"`
	Duration string         `json:"duration"`
	Clients  int            `json:"clients"`
	Counts   map[string]int `json:"counts"`            // what was done and what came of it
	Skipped  []string       `json:"skipped,omitempty"` // faults this machine cannot make, with the reason
	Notes    []string       `json:"notes,omitempty"`   // figures
	Broken   []*Kind        `json:"broken"`            // promises that did not hold, most frequent first
	Breaches int            `json:"breaches"`          // how often one did not hold

	mu     sync.Mutex
	begun  time.Time
	logged func() string // what the server logged last; nil = nothing is known of it
}

func newReport(o Options) *Report {
	return &Report{
		Seed: o.Seed, Duration: o.Duration.String(), Clients: o.Clients,
		Counts: map[string]int{}, Broken: []*Kind{}, begun: time.Now(),
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

// broken records a promise that did not hold, with what the server logged last.
// The format is its kind.
func (r *Report) broken(format string, args ...any) {
	logged := ""
	if r.logged != nil {
		logged = r.logged()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Breaches++
	i := slices.IndexFunc(r.Broken, func(k *Kind) bool { return k.What == kindOf(format) })
	if i < 0 {
		i = len(r.Broken)
		r.Broken = append(r.Broken, &Kind{What: kindOf(format)})
	}
	k := r.Broken[i]
	k.Count++
	if len(k.Examples) < maxExamples {
		at := time.Since(r.begun).Round(time.Millisecond)
		example := fmt.Sprintf("after %s: ", at) + fmt.Sprintf(format, args...)
		if logged != "" {
			example += "\n" + logged
		}
		k.Examples = append(k.Examples, example)
	}
	slices.SortStableFunc(r.Broken, func(a, b *Kind) int { return b.Count - a.Count })
}

var verb = regexp.MustCompile(`%[+.0-9]*[a-z]`)

// kindOf is what all breaches of one format have in common.
func kindOf(format string) string { return verb.ReplaceAllString(format, "…") }

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
	for _, k := range r.Broken {
		fmt.Fprintf(w, "BROKEN %d times: %s\n", k.Count, k.What)
		for _, e := range k.Examples {
			fmt.Fprintln(w, "   ", e)
		}
	}
	if r.Breaches == 0 {
		fmt.Fprintln(w, "every promise held")
	}
}
