package worker

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ratchet"
	"ratchet/runtime"
)

// TestPool_containsHostilePrograms runs one in ten of the first programs of
// testdata/hostile; the test at the root runs all of them. Each must end as its first line says while another run is answered, and
// nothing may be left behind.
func TestPool_containsHostilePrograms(t *testing.T) {
	files, err := filepath.Glob("../../testdata/hostile/[0-4][05]-*.js")
	if err != nil || len(files) != 9 {
		t.Fatalf("%d hostile programs, %v; want 9", len(files), err)
	}
	pool := newPool(t, Config{Workers: 3, Warm: 2})
	warm(t, pool, 2)
	before := footprint(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".js"), func(t *testing.T) { runHostile(t, pool, file) })
	}
	settle(t, pool, before)
}

func runHostile(t *testing.T, pool *Pool, file string) {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(source), "\n")
	wants := strings.Split(strings.TrimPrefix(first, "// want: "), " | ")
	hostile := job(string(source))
	hostile.Limits = runtime.Limits{Wall: 2 * time.Second, Memory: 128 << 20}
	switch {
	case first == "// want: timeout":
		hostile.Limits.Wall = 200 * time.Millisecond // nothing else can end it: why wait
	case !strings.Contains(first, "timeout"):
		hostile.Limits.Wall = 30 * time.Second // a busy machine must not end it
	}
	hostile.Principal = "hostile"
	ended := make(chan *ratchet.ExecutionError, 1)
	started := make(chan struct{})
	begin := time.Now()
	go func() {
		out, err := pool.Run(t.Context(), hostile, runtime.Hooks{Started: func() { close(started) }})
		if err != nil {
			t.Error(err)
		}
		ended <- out.Err
	}()
	<-started
	out, err := pool.Run(t.Context(), job("export default (i) => i.a + i.b"), runtime.Hooks{})
	if err != nil || out.Err != nil || string(out.Output) != "3" {
		t.Errorf("a run beside it: %s %+v %v", out.Output, out.Err, err)
	}
	checkEnd(t, <-ended, wants, time.Since(begin))
}

// checkEnd compares an end with the accepted ones, "code" or "code cause".
func checkEnd(t *testing.T, got *ratchet.ExecutionError, wants []string, took time.Duration) {
	t.Helper()
	if got == nil {
		t.Fatal("the run completed")
	}
	t.Logf("%s %s after %s: %s", got.Code, got.Cause, took.Round(time.Millisecond), got.Message)
	for _, want := range wants {
		code, cause, _ := strings.Cut(want, " ")
		if string(got.Code) == code && (cause == "" || string(got.Cause) == cause) {
			return
		}
	}
	t.Errorf("%+v, want one of %q", got, wants)
}
