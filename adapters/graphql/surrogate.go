package graphql

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// loneSurrogate finds an escape in the strings of a document, which parses,
// that names half a character: the parser would put another character in its
// place. at is where it begins, in bytes; -1 = there is none.
func loneSurrogate(document string) (at int) {
	for i := 0; i < len(document); {
		rest := document[i:]
		switch {
		case rest[0] == '#':
			i += untilLine(rest)
		case strings.HasPrefix(rest, `"""`):
			i += blockString(rest)
		case rest[0] == '"':
			end, lone := quotedString(rest)
			if lone >= 0 {
				return i + lone
			}
			i += end
		default:
			i++
		}
	}
	return -1
}

// untilLine is how long a comment is.
func untilLine(rest string) int {
	if n := strings.IndexAny(rest, "\r\n"); n >= 0 {
		return n
	}
	return len(rest)
}

// blockString is how long the block string at the start of rest is. It has no
// escapes but that of its own end.
func blockString(rest string) int {
	for i := 3; i < len(rest); i++ {
		if strings.HasPrefix(rest[i:], `\"""`) {
			i += 3
		} else if strings.HasPrefix(rest[i:], `"""`) {
			return i + 3
		}
	}
	return len(rest)
}

// quotedString is how long the string at the start of rest is, and where in it
// a lone surrogate is; -1 = nowhere.
func quotedString(rest string) (end, lone int) {
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			return i + 1, -1
		case '\\':
			first := escaped(rest[i:])
			switch {
			case !utf16.IsSurrogate(first):
				i++ // the next character is no end of the string
			case utf16.DecodeRune(first, escaped(rest[i+6:])) == '\uFFFD':
				return i, i
			default:
				i += 11
			}
		}
	}
	return len(rest), -1
}

// escaped is the code unit that \uXXXX at the start of text names; 0 = it is
// another escape or none.
func escaped(text string) rune {
	if len(text) < 6 || text[:2] != `\u` {
		return 0
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}
