package worker

import (
	"context"
	"testing"
	"time"
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
