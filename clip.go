package ratchet

import "unicode/utf8"

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
