package ratchet

import (
	"strings"
	"unicode/utf8"
)

// Clip keeps what a caller sent short in a message: it returns s, or its first n
// bytes and "…" when it is longer. A character is not cut in two.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Article is a noun with the article that it takes: a task, an object.
func Article(noun string) string {
	if noun != "" && strings.ContainsRune("AEIOaeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
