package limit

import (
	"testing"

	"pgregory.net/rapid"

	"ratchet"
)

// TestStreamsCount compares the places taken with a count of one's own.
func TestStreamsCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const perCaller, total = 3, 7
		s := NewStreams(perCaller, total)
		held := map[string]int{}
		var places []*Place
		var of []string
		who := rapid.SampledFrom([]string{"key:a", "key:b", "key:c", "key:d"})
		t.Repeat(map[string]func(*rapid.T){
			"enter": func(t *rapid.T) {
				id := who.Draw(t, "who")
				p, err := s.Enter(ratchet.Principal{ID: id}, "192.0.2.1", func() {})
				want := ratchet.Code("")
				switch {
				case len(places) == total:
					want = ratchet.CodeUnavailable
				case held[id] == perCaller:
					want = ratchet.CodeRateLimited
				default:
					places, of = append(places, p), append(of, id)
					held[id]++
				}
				if ratchet.CodeOf(err) != want {
					t.Fatalf("%v, want %q", err, want)
				}
			},
			"move": func(t *rapid.T) {
				if len(places) == 0 {
					t.Skip()
				}
				i, id := rapid.IntRange(0, len(places)-1).Draw(t, "which"), who.Draw(t, "to")
				err := places[i].Move(ratchet.Principal{ID: id})
				if full := of[i] != id && held[id] == perCaller; full != (err != nil) {
					t.Fatalf("full %v: %v", full, err)
				}
				if err == nil {
					held[of[i]]--
					held[id]++
					of[i] = id
				}
			},
			"leave": func(t *rapid.T) {
				if len(places) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(places)-1).Draw(t, "which")
				places[i].Leave()
				places[i].Leave() // is harmless
				held[of[i]]--
				places, of = append(places[:i], places[i+1:]...), append(of[:i], of[i+1:]...)
			},
			"": func(t *rapid.T) {
				if s.Open() != len(places) {
					t.Fatalf("%d are open, not %d", s.Open(), len(places))
				}
			},
		})
	})
}
