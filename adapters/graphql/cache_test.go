package graphql

import "testing"

func TestCacheStaysWithinItsWeight(t *testing.T) {
	c := newCache(160, func(_ string, v string) int { return len(v) })
	ten := "0123456789"
	for i := range 20 {
		c.Add(t.Context(), string(rune('a'+i)), ten)
	}
	kept := 0
	for i := range 20 {
		if _, ok := c.Get(t.Context(), string(rune('a'+i))); ok {
			kept++
		}
	}
	if kept != 16 || c.weight != 160 {
		t.Errorf("%d kept, weight %d", kept, c.weight)
	}
	c.Add(t.Context(), "heavy", ten+ten)
	if _, ok := c.Get(t.Context(), "heavy"); ok {
		t.Error("a heavy value was kept")
	}
	c.Add(t.Context(), "t", "x")
	if v, ok := c.Get(t.Context(), "t"); !ok || v != "x" || c.weight != 151 {
		t.Errorf("replaced: %q %v %d", v, ok, c.weight)
	}
}
