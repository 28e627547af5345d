package auth

import (
	"fmt"
	"testing"
	"time"
)

// bell is a clock that the test moves.
type bell struct{ at time.Time }

func (b *bell) now() time.Time { return b.at }

// try makes an attempt that ends as said and returns what it had to wait for.
func try(t *testing.T, a *attempts, forced, failed bool, s ...subject) time.Duration {
	t.Helper()
	ended, wait := a.admit(forced, s...)
	if (ended == nil) != (wait > 0 && !forced) {
		t.Fatalf("admitted: %v, wait: %v", ended != nil, wait)
	}
	if ended != nil {
		ended(failed)
	}
	return wait
}

// TestDelaysGrow: after the limit each further failure doubles the wait, and a
// quarter of an hour without one ends it.
func TestDelaysGrow(t *testing.T) {
	clock := &bell{time.Unix(1_000_000, 0)}
	a := newAttempts(clock.now)
	pair := subject{"pair", perPair}
	for range perPair {
		if wait := try(t, a, false, true, pair); wait != 0 {
			t.Fatalf("a wait of %v before the limit", wait)
		}
	}
	for _, want := range []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute} {
		if wait := try(t, a, false, true, pair); wait != want {
			t.Fatalf("wait %v, want %v", wait, want)
		}
		clock.at = clock.at.Add(want)
		if wait := try(t, a, false, true, pair); wait != 0 {
			t.Fatalf("still %v to wait", wait)
		}
	}
	clock.at = clock.at.Add(slowFor)
	if wait := try(t, a, false, true, pair); wait != 0 || a.held["pair"].delays != 0 {
		t.Errorf("wait %v after a quiet quarter of an hour", wait)
	}
}

// TestLongestDelay: the wait has an end however many failures there were.
func TestLongestDelay(t *testing.T) {
	clock := &bell{time.Unix(1_000_000, 0)}
	a := newAttempts(clock.now)
	pair := subject{"pair", perPair}
	for range 5000 {
		try(t, a, true, true, pair)
	}
	if wait := try(t, a, false, true, pair); wait != maxDelay {
		t.Errorf("wait %v, want %v", wait, maxDelay)
	}
}

// TestManyAtOnce: attempts whose end is not known count as failed.
func TestManyAtOnce(t *testing.T) {
	a := newAttempts((&bell{time.Unix(1_000_000, 0)}).now)
	open := 0
	for range 50 {
		if ended, _ := a.admit(false, subject{"pair", perPair}); ended != nil {
			open++
		}
	}
	if open != perPair {
		t.Errorf("%d attempts are under way, want %d", open, perPair)
	}
}

// TestSuccessClearsThePair alone: the address is still counted.
func TestSuccessClearsThePair(t *testing.T) {
	a := newAttempts((&bell{time.Unix(1_000_000, 0)}).now)
	address := subject{"address", perAddress}
	for i := range perAddress {
		if wait := try(t, a, false, true, subject{fmt.Sprint(i), perPair}, address); wait != 0 {
			t.Fatalf("failure %d had to wait %v", i, wait)
		}
		if i%3 == 0 && i < perAddress-1 {
			try(t, a, false, false, subject{"own", perPair}, address)
		}
	}
	if wait := try(t, a, false, true, subject{"own", perPair}, address); wait == 0 {
		t.Error("logins of one's own hide guesses of others")
	}
}

// TestFamiliarIsBounded: what is remembered is bounded, the newest stays.
func TestFamiliarIsBounded(t *testing.T) {
	var f familiar
	at := time.Unix(1_000_000, 0)
	for i := range maxAddresses + 10 {
		f.remember("ada", fmt.Sprint(i), at.Add(time.Duration(i)))
	}
	if len(f.addresses) != maxAddresses || f.address("0") || !f.knows("ada", fmt.Sprint(maxAddresses+9)) {
		t.Errorf("%d addresses", len(f.addresses))
	}
	for i := range maxResidents + 10 {
		f.remember(fmt.Sprint(i), "home", at.Add(time.Duration(i)))
	}
	if len(f.addresses["home"].users) != maxResidents || f.knows("0", "home") || !f.knows("500", "home") {
		t.Errorf("%d users at home", len(f.addresses["home"].users))
	}
}
