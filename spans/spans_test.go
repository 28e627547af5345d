package spans

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/pprof/profile"
	"pgregory.net/rapid"
)

const ms = time.Millisecond

// report is a run whose main calls twice and awaits two requests at once.
func report() Run {
	return Run{
		Name: "report", File: "main.ts", Start: time.Unix(1000, 0), Wall: 100 * ms,
		Spans: []Span{
			{ID: "1", Name: "main", Kind: Function, Line: 3, Start: 0, Duration: 100 * ms, Self: 10 * ms},
			{ID: "2", Parent: "1", Name: "load all", Kind: Function, Line: 7, Start: 5 * ms, Duration: 60 * ms, Self: 4 * ms},
			{ID: "3", Parent: "1", Name: "load all", Kind: Function, Line: 7, Start: 6 * ms, Duration: 80 * ms, Self: 6 * ms},
			{ID: "h1", Parent: "2", Name: "fetch", Kind: Host, Start: 7 * ms, Duration: 50 * ms, Tags: map[string]any{"status": 200}},
			{ID: "h2", Parent: "3", Name: "fetch", Kind: Host, Start: 8 * ms, Duration: 70 * ms},
		},
	}
}

func TestFolded(t *testing.T) {
	want := "report;main 10000\nreport;main;load_all 10000\nreport;(waiting) 80000\n"
	if diff := cmp.Diff(want, Folded(report())); diff != "" {
		t.Error(diff)
	}
}

// Whatever the spans are, the stacks add up to the wall time and the events of
// speedscope nest.
func TestAnySpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []Span
		var self time.Duration
		n := rapid.IntRange(0, 30).Draw(t, "n")
		for i := range n {
			s := Span{
				ID: strconv.Itoa(i), Parent: strconv.Itoa(rapid.IntRange(-1, n).Draw(t, "parent")),
				Name: rapid.SampledFrom([]string{"a", "b;c", "d e", ""}).Draw(t, "name"), Kind: Function,
				Start:    time.Duration(rapid.IntRange(0, 1000).Draw(t, "start")) * time.Microsecond,
				Duration: time.Duration(rapid.IntRange(0, 1000).Draw(t, "duration")) * time.Microsecond,
				Self:     time.Duration(rapid.IntRange(0, 50).Draw(t, "self")) * time.Microsecond,
			}
			self += s.Self
			list = append(list, s)
		}
		run := Run{Name: "r", Wall: self + time.Duration(rapid.IntRange(0, 1000).Draw(t, "rest"))*time.Microsecond, Spans: list}
		if sum := FoldedTotal(Folded(run)); sum != run.Wall.Microseconds() {
			t.Fatalf("the stacks add up to %d us of %d", sum, run.Wall.Microseconds())
		}
		raw, err := Speedscope(run)
		if err != nil {
			t.Fatal(err)
		}
		checkSpeedscope(t, raw, micros(run.Wall))
		if _, err := Pprof(run); err != nil {
			t.Fatal(err)
		}
		raw, err = Chrome(run)
		if err != nil {
			t.Fatal(err)
		}
		checkChrome(t, raw, n)
	})
}

type failer interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func checkSpeedscope(t failer, raw []byte, wall float64) {
	var f speedscopeFile
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	var open []int
	last := 0.0
	for _, e := range f.Profiles[0].Events {
		if e.At < last || e.Frame >= len(f.Shared.Frames) {
			t.Fatalf("event %+v after %f of %d frames", e, last, len(f.Shared.Frames))
		}
		last = e.At
		if e.Type == "O" {
			open = append(open, e.Frame)
			continue
		}
		if len(open) == 0 || open[len(open)-1] != e.Frame {
			t.Fatalf("frame %d closes in %v", e.Frame, open)
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 || f.Profiles[0].End < wall-0.001 || f.Profiles[0].End > wall+0.001 {
		t.Fatalf("%d frames are open; the profile ends at %f of %f", len(open), f.Profiles[0].End, wall)
	}
}

// checkChrome: the events of one row nest.
func checkChrome(t failer, raw []byte, want int) {
	var trace chromeTrace
	if err := json.Unmarshal(raw, &trace); err != nil {
		t.Fatal(err)
	}
	rows := map[int][]float64{}
	n := 0
	for _, e := range trace.Events {
		if e.Phase != "X" {
			continue
		}
		n++
		open := rows[e.TID]
		for len(open) > 0 && open[len(open)-1] <= e.At+1e-9 {
			open = open[:len(open)-1]
		}
		if end := e.At + *e.Duration; len(open) > 0 && end > open[len(open)-1]+1e-6 {
			t.Fatalf("%+v ends after %f on its row", e, open[len(open)-1])
		}
		rows[e.TID] = append(open, e.At+*e.Duration)
	}
	if n != want {
		t.Fatalf("%d events of %d spans", n, want)
	}
}

func TestLongest(t *testing.T) {
	kept, left := Longest(report().Spans, 2)
	if left != 3 || len(kept) != 4 || kept[0].ID != "1" || kept[1].ID != "3" {
		t.Errorf("%d left out of %+v", left, kept)
	}
	var self, want time.Duration
	for _, s := range kept {
		self += s.Self
	}
	for _, s := range report().Spans {
		want += s.Self
	}
	if self != want {
		t.Errorf("own times add up to %v, want %v", self, want)
	}
	if kept, left = Longest(report().Spans, 5); left != 0 || len(kept) != 5 {
		t.Errorf("%d left out of %+v", left, kept)
	}
}

func TestPprofOpensInGo(t *testing.T) {
	raw, err := Pprof(report())
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.ParseData(raw)
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	for _, s := range p.Sample {
		total += s.Value[1]
	}
	if total != (100 * ms).Nanoseconds() {
		t.Errorf("the samples add up to %d ns", total)
	}
	path := filepath.Join(t.TempDir(), "run.pb.gz")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "tool", "pprof", "-top", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "load all") || !strings.Contains(string(out), "Type: wall") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestChromeKeepsRealTimes(t *testing.T) {
	raw, err := Chrome(report())
	if err != nil {
		t.Fatal(err)
	}
	checkChrome(t, raw, 5)
	for _, want := range []string{`"ts":7000,"dur":50000`, `"status":200`, `"name":"thread_name"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("%s is missing in %s", want, raw)
		}
	}
}

func BenchmarkFolded(b *testing.B) {
	run := report()
	b.ReportAllocs()
	for b.Loop() {
		Folded(run)
	}
}
