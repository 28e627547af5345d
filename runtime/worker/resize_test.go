package worker

import (
	"context"
	"strings"
	"testing"
	"time"

	"ratchet/runtime"
)

func TestResize(t *testing.T) {
	p := newPool(t, Config{Workers: 3, Warm: 3})
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := p.Report(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Resize(ctx, 0); err == nil {
		t.Error("no workers at all were accepted")
	}
	before, err := p.Resize(ctx, 1)
	if err != nil || before != 3 || p.Size() != 1 {
		t.Errorf("before %d, size %d, %v", before, p.Size(), err)
	}
	if n := len(p.Stats().Workers) + p.Stats().Starting; n > 1 {
		t.Errorf("%d workers are left", n)
	}
	if before, err = p.Resize(ctx, 2); err != nil || before != 1 {
		t.Errorf("before %d, %v", before, err)
	}
	for len(p.Stats().Workers) != 2 {
		if ctx.Err() != nil {
			t.Fatalf("the pool did not grow: %+v", p.Stats())
		}
		time.Sleep(time.Millisecond)
	}
}

// TestWorkers_say: a worker says what it has done and how it is kept in.
func TestWorkers_say(t *testing.T) {
	p := newPool(t, Config{Workers: 1, Warm: 1})
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := p.Report(ctx); err != nil {
		t.Fatal(err)
	}
	fresh := p.Workers()
	if len(fresh) != 1 || !fresh[0].Active.IsZero() || fresh[0].Failed != 0 || fresh[0].Isolation != p.Isolation() || fresh[0].Isolation == "" {
		t.Fatalf("before its first run: %+v", fresh)
	}
	begin := time.Now()
	for _, code := range []string{"export default () => 1", "export default () => { throw new Error('no') }"} {
		if out, err := p.Run(ctx, job(code), runtime.Hooks{}); err != nil || (out.Err != nil) != strings.Contains(code, "throw") {
			t.Fatalf("%s: %+v, %v", code, out.Err, err)
		}
	}
	w := p.Workers()
	if len(w) != 1 || w[0].Runs != 2 || w[0].Failed != 1 || w[0].Active.Before(begin) || w[0].CPU <= 0 {
		t.Errorf("after two runs: %+v", w)
	}
}
