//go:build race

package ratchet_test

// underRace says that the race detector watches.
const underRace = true
