package cost

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMake_repeats makes requests again from their choices.
func TestMake_repeats(t *testing.T) {
	to := &target{tools: []string{"ratchet_a", "ratchet_b"}, paths: []string{"/a", "/b/{id}"}}
	kinds := map[string]bool{}
	rng := rand.New(rand.NewPCG(1, 1))
	c := candidate{scale: minScale}
	for range 600 {
		d := &draws{taken: c.taken, rng: rng, scale: c.scale}
		r := to.make(d)
		again := to.make(&draws{taken: slices.Clone(d.taken), rng: rand.New(rand.NewPCG(2, 2)), scale: c.scale})
		if r.String() != again.String() || r.body != again.body {
			t.Fatalf("%s\nis repeated as\n%s", r, again)
		}
		if n := len(r.body) + len(r.path); n > 8*maxBytes {
			t.Fatalf("%d bytes: %s", n, r)
		}
		kinds[r.method+" "+callers[r.caller]] = true
		c = grow(candidate{taken: d.taken, scale: c.scale}, rng)
		if c.scale > 64 { // small ones show the same
			c = candidate{scale: minScale}
		}
	}
	for _, kind := range []string{"POST anonymous", "POST read", "POST execute", "GET read", "WS anonymous"} {
		if !kinds[kind] {
			t.Errorf("no request was %s", kind)
		}
	}
}
