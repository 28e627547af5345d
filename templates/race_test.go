//go:build race

package templates_test

// underRace says that the race detector watches: everything is ten times as slow.
const underRace = true
