package ratchet

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func seqs(events []Event) []int64 {
	var list []int64
	for _, e := range events {
		list = append(list, e.Seq)
	}
	return list
}

func TestSubscribeFrom(t *testing.T) {
	var b Bus
	for _, id := range []string{"a", "b", "a", "a"} {
		b.Publish(Event{ID: id})
	}
	s := b.SubscribeFrom(1, 0, func(e *Event) bool { return e.ID == "a" })
	defer s.Close()
	b.Publish(Event{ID: "a"})
	b.Publish(Event{ID: "b"})
	events, dropped := s.Take()
	if diff := cmp.Diff([]int64{3, 4, 5}, seqs(events)); diff != "" || dropped != 0 {
		t.Errorf("dropped %d; %s", dropped, diff)
	}
	if b.Newest() != 6 {
		t.Errorf("newest %d", b.Newest())
	}
}

func TestSubscribeFromSaysWhatIsGone(t *testing.T) {
	var b Bus
	for range recentCount + 10 {
		b.Publish(Event{})
	}
	s := b.SubscribeFrom(3, 2*recentCount, nil)
	defer s.Close()
	events, dropped := s.Take()
	if len(events) != recentCount || events[0].Seq != 11 || dropped != 7 {
		t.Errorf("%d events from %d, %d dropped; want %d from 11, 7 dropped", len(events), events[0].Seq, dropped, recentCount)
	}
	foreign := b.SubscribeFrom(1<<40, 2*recentCount, nil)
	defer foreign.Close()
	if events, dropped := foreign.Take(); len(events) != recentCount || dropped == 0 {
		t.Errorf("another process's number: %d events, %d dropped", len(events), dropped)
	}
}

func TestRecentEventsAreBoundedInBytes(t *testing.T) {
	var b Bus
	big := &Execution{Output: make(json.RawMessage, recentBytes/4)}
	for range 20 {
		b.Publish(Event{Data: big})
	}
	if b.recent.bytes > recentBytes || b.recent.count >= 4 {
		t.Errorf("%d events with %d bytes are kept", b.recent.count, b.recent.bytes)
	}
	b.Publish(Event{Data: &Execution{Output: make(json.RawMessage, 2*recentBytes)}})
	if b.recent.count != 1 {
		t.Errorf("%d events are kept beside one that is too big", b.recent.count)
	}
}

// Whoever comes back with the number of the last event it saw misses none that
// is kept and sees none twice.
func TestSubscribeFromHasNoGapsAndNoDoubles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b Bus
		var seen int64
		for range rapid.IntRange(1, 20).Draw(t, "visits") {
			for range rapid.IntRange(0, 5).Draw(t, "away") {
				b.Publish(Event{})
			}
			s := b.SubscribeFrom(seen, 0, nil)
			for range rapid.IntRange(0, 5).Draw(t, "here") {
				b.Publish(Event{})
			}
			events, dropped := s.Take()
			s.Close()
			if dropped != 0 {
				t.Fatalf("%d dropped", dropped)
			}
			for _, e := range events {
				if seen++; e.Seq != seen {
					t.Fatalf("event %d after %d", e.Seq, seen-1)
				}
			}
		}
		if seen != b.Newest() {
			t.Fatalf("saw %d of %d", seen, b.Newest())
		}
	})
}

func BenchmarkPublish(b *testing.B) {
	var bus Bus
	x := &Execution{}
	b.ReportAllocs()
	for b.Loop() {
		bus.Publish(Event{Kind: "execution.updated", Data: x})
	}
}
