//go:build race

package main

// underRace says that the race detector watches: everything is ten times as slow.
const underRace = true
