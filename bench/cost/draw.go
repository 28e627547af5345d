package cost

import "math/rand/v2"

// draws is the stream of choices that a request is made from. A request is
// repeated by its choices, and varied by changing some of them: the generator
// knows nothing of what is expensive.
type draws struct {
	taken []uint32 // choices so far, or those to repeat
	at    int
	rng   *rand.Rand
	scale int // how large lists, texts and nests may grow
	spent int // bytes made, so that one request stays within bounds
}

// n is a choice from 0 to below max.
func (d *draws) n(max int) int {
	if d.at == len(d.taken) {
		d.taken = append(d.taken, d.rng.Uint32())
	}
	d.at++
	return int(d.taken[d.at-1] % uint32(max)) //nolint:gosec // max is a small literal or length
}

// one picks from a list.
func one[T any](d *draws, from []T) T { return from[d.n(len(from))] }

// times is how often something is repeated: mostly a few times, sometimes as
// often as the scale allows.
func (d *draws) times() int {
	switch d.n(4) {
	case 0:
		return d.scale
	case 1:
		return 1 + d.scale/8
	}
	return d.n(3)
}

// grow is the next request of the climb: the same choices at twice the scale,
// or at the same scale with one choice changed and what follows made anew.
func grow(c candidate, rng *rand.Rand) candidate {
	next := candidate{scale: c.scale, taken: append([]uint32(nil), c.taken...)}
	switch rng.IntN(3) {
	case 0:
		next.scale = min(c.scale*2, maxScale)
	case 1:
		if len(next.taken) > 0 {
			next.taken[rng.IntN(len(next.taken))] = rng.Uint32()
		}
	default:
		next.taken = next.taken[:rng.IntN(len(next.taken)+1)]
		next.scale = min(c.scale*2, maxScale)
	}
	return next
}

// candidate is a request that was sent, and what it cost.
type candidate struct {
	taken []uint32
	scale int
	cost  spent
	share float64 // of the bounds
}

const (
	minScale = 4
	maxScale = 1 << 16
	maxBytes = 1 << 20 // of one request: beyond it cost goes with size
)
