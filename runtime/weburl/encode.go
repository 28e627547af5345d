package weburl

import (
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// percentSet says whether a byte below 0x80 is percent-encoded somewhere.
type percentSet func(byte) bool

func inControl(c byte) bool  { return c <= 0x1f || c > 0x7e }
func inFragment(c byte) bool { return inControl(c) || strings.IndexByte(" \"<>`", c) >= 0 }
func inQuery(c byte) bool    { return inControl(c) || strings.IndexByte(" \"#<>", c) >= 0 }
func inPath(c byte) bool     { return inQuery(c) || strings.IndexByte("?^`{}", c) >= 0 }
func inUserinfo(c byte) bool { return inPath(c) || strings.IndexByte("/:;=@[\\]|", c) >= 0 }

func inSpecialQuery(c byte) bool { return inQuery(c) || c == '\'' }

const upperHex = "0123456789ABCDEF"

// percentEncode encodes the bytes of s that are in the set or not ASCII.
func percentEncode(s string, set percentSet) string {
	first := 0
	for first < len(s) && s[first] < 0x80 && !set(s[first]) {
		first++
	}
	if first == len(s) {
		return s
	}
	b := make([]byte, first, len(s)+16)
	copy(b, s)
	for i := first; i < len(s); i++ {
		if c := s[i]; c >= 0x80 || set(c) {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// percentDecode decodes valid escapes and leaves the others alone.
func percentDecode(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			h, l := unhex(s[i+1]), unhex(s[i+2])
			if h >= 0 && l >= 0 {
				b = append(b, byte(h<<4|l))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// ParseForm reads application/x-www-form-urlencoded text as name, value, ….
func ParseForm(s string) []string {
	var list []string
	for part := range strings.SplitSeq(s, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		list = append(list, formDecode(name), formDecode(value))
	}
	return list
}

func formDecode(s string) string {
	bytes := percentDecode(strings.ReplaceAll(s, "+", " "))
	if text, err := unicode.UTF8.NewDecoder().String(bytes); err == nil {
		return text
	}
	return bytes
}

// EncodeForm writes name, value, … as application/x-www-form-urlencoded.
func EncodeForm(list []string) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteByte("&="[i%2])
		}
		for j := range len(s) {
			c := s[j]
			switch {
			case c == ' ':
				b.WriteByte('+')
			case isAlpha(rune(c)) || isDigit(rune(c)) || strings.IndexByte("*-._", c) >= 0:
				b.WriteByte(c)
			default:
				b.WriteByte('%')
				b.WriteByte(upperHex[c>>4])
				b.WriteByte(upperHex[c&15])
			}
		}
	}
	return b.String()
}

func isAlpha(r rune) bool { return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') }
func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func lower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// driveLetter is a letter and : or |; normalDrive a letter and :.
func driveLetter(s string) bool {
	return len(s) == 2 && isAlpha(rune(s[0])) && (s[1] == ':' || s[1] == '|')
}

func normalDrive(s string) bool { return driveLetter(s) && s[1] == ':' }

func singleDot(s string) bool { return s == "." || strings.EqualFold(s, "%2e") }

func doubleDot(s string) bool {
	switch len(s) {
	case 2:
		return s == ".."
	case 4:
		return strings.EqualFold(s, ".%2e") || strings.EqualFold(s, "%2e.")
	case 6:
		return strings.EqualFold(s, "%2e%2e")
	}
	return false
}
