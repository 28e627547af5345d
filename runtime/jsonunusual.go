package runtime

import (
	"strings"
	"unicode/utf8"
)

// The engine's JSON.parse refuses numbers beyond the range of a double and
// loses surrogates without a partner. Texts with either are read by jsonReader.

// unusualJSON says whether a text may hold one of them: a number with an exponent
// from 100 on or with 300 digits in a row, an escaped surrogate, or a character
// that stands for what is no text. It looks at each byte once: every text that a
// task parses goes through here.
func unusualJSON(text string) bool {
	digits := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if '0' <= c && c <= '9' {
			if digits++; digits == 300 {
				return true
			}
			continue
		}
		digits = 0
		switch c {
		case 'e', 'E':
			if largeExponent(text[i+1:]) {
				return true
			}
		case '\\':
			if rest := text[i+1:]; len(rest) > 2 && rest[0] == 'u' && rest[1]|0x20 == 'd' && strings.IndexByte("89abcdefABCDEF", rest[2]) >= 0 {
				return true
			}
		case '\xEF':
			if strings.HasPrefix(text[i:], "\uFFFD") {
				return true
			}
		}
	}
	return !utf8.ValidString(text)
}

// largeExponent says whether what follows an e is an exponent from 100 on.
func largeExponent(rest string) bool {
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "+"), "0")
	if len(rest) < 3 {
		return false
	}
	for _, c := range []byte(rest[:3]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
