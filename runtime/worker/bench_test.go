package worker

import (
	"fmt"
	"testing"

	"ratchet/runtime"
)

const noop = "export default (i) => ({sum: i.a + i.b})"

// BenchmarkPool_noop is a small task in a warm worker, by callers;
// BenchmarkInProcess_noop is its floor.
func BenchmarkPool_noop(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			pool := newPool(b, Config{})
			if _, err := pool.Run(b.Context(), job(noop), runtime.Hooks{}); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetParallelism(max(callers/2, 1))
			b.ResetTimer()
			if callers == 1 {
				for b.Loop() {
					runOnce(b, pool)
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					runOnce(b, pool)
				}
			})
		})
	}
}

func runOnce(b *testing.B, pool *Pool) {
	out, err := pool.Run(b.Context(), job(noop), runtime.Hooks{})
	if err != nil || out.Err != nil {
		b.Error(err, out.Err)
	}
}

func BenchmarkInProcess_noop(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if out := runtime.Run(b.Context(), job(noop), runtime.Hooks{}); out.Err != nil {
			b.Fatal(out.Err)
		}
	}
}
