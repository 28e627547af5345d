package chaos

import (
	"context"
	"net/http"
	"time"

	"ratchet/bench/subject"
)

// sample is the server's size at one moment.
type sample struct {
	memory     float64
	files      float64
	goroutines float64
}

// sample watches the server's size until ctx ends. A soak must stay flat.
func (b *bench) sample(ctx context.Context) {
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	warm := time.Now().Add(min(time.Minute, b.options.Duration/10))
	var all []sample
	peak := sample{}
	for pause(ctx, sampleEvery) {
		s, ok := b.measure(client)
		if !ok {
			continue
		}
		peak.memory, peak.files, peak.goroutines = max(peak.memory, s.memory), max(peak.files, s.files), max(peak.goroutines, s.goroutines)
		if time.Now().After(warm) {
			all = append(all, s)
		}
	}
	b.report.note("server at its peak: %.0f MiB resident, %.0f descriptors, %.0f goroutines", peak.memory/(1<<20), peak.files, peak.goroutines)
	if peak.memory > maxMemory {
		b.report.broken("the server had %.0f MiB, more than %d", peak.memory/(1<<20), maxMemory>>20)
	}
	if !b.options.Faults && len(all) >= 3 {
		b.flat("memory (MiB)", 1<<20, all, func(s sample) float64 { return s.memory })
		b.flat("descriptors", 1, all, func(s sample) float64 { return s.files })
		b.flat("goroutines", 1, all, func(s sample) float64 { return s.goroutines })
	}
}

// flat compares the first with the last third.
func (b *bench) flat(what string, unit float64, all []sample, of func(sample) float64) {
	mean := func(part []sample) (sum float64) {
		for _, s := range part {
			sum += of(s)
		}
		return sum / float64(len(part)) / unit
	}
	first, last := mean(all[:len(all)/3]), mean(all[len(all)-len(all)/3:])
	b.report.note("%s: %.1f in the first third, %.1f in the last (%+.1f %%)", what, first, last, 100*(last/first-1))
	// Two of a kind more or less are noise where there are few.
	if last > first*(1+soakDrift) && last-first > 2 {
		b.report.broken("%s grew from %.1f to %.1f", what, first, last)
	}
}

func (b *bench) measure(client *http.Client) (s sample, ok bool) {
	p := b.current()
	if p == nil {
		return s, false
	}
	memory, err := residentBytes(p.cmd.Process.Pid)
	if err != nil {
		return s, false
	}
	files, err := openFiles(p.cmd.Process.Pid)
	if err != nil {
		return s, false
	}
	goroutines, err := goroutines(client, p.url)
	return sample{float64(memory), float64(files), goroutines}, err == nil
}

// goroutines reads how many a server has from its metrics.
func goroutines(client *http.Client, url string) (float64, error) {
	return subject.Metric(context.Background(), client, url, "", "go_goroutines")
}
