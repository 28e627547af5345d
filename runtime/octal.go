package runtime

import (
	"regexp"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/unistring"
)

var highOctal = regexp.MustCompile(`\\[4-7][0-7][0-7]`)

// octal reads the legacy escapes \400 to \777 as two digits and a character,
// which the engine reads as one escape.
func octal(n *ast.StringLiteral) {
	if len(n.Literal) > 2 && highOctal.MatchString(n.Literal) {
		n.Value = stringOf(unquote(n.Literal[1 : len(n.Literal)-1]))
	}
}

// stringOf is a string of the engine's parser.
func stringOf(units []uint16) unistring.String {
	for _, u := range units {
		if u >= utf8.RuneSelf {
			return unistring.FromUtf16(append([]uint16{unistring.BOM}, units...))
		}
	}
	return unistring.String(string(utf16.Decode(units)))
}

// unquote decodes the text between the quotes of a valid string literal.
func unquote(s string) []uint16 {
	var out []uint16
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r != '\\' {
			out, s = utf16.AppendRune(out, r), s[size:]
			continue
		}
		var unit []uint16
		unit, s = escapeIn(s[1:])
		out = append(out, unit...)
	}
	return out
}

var simpleEscapes = map[rune]uint16{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// escapeIn decodes the escape that s begins with, behind its backslash.
func escapeIn(s string) (value []uint16, rest string) {
	r, size := utf8.DecodeRuneInString(s)
	hex := func(from, to int) []uint16 {
		n, _ := strconv.ParseUint(s[from:to], 16, 32)
		return utf16.AppendRune(nil, rune(n)) //nolint:gosec // at most 0x10FFFF in a valid literal
	}
	switch {
	case r == 'x':
		return hex(1, 3), s[3:]
	case r == 'u' && s[1] == '{':
		end := 2
		for s[end] != '}' {
			end++
		}
		return hex(2, end), s[end+1:]
	case r == 'u':
		n, _ := strconv.ParseUint(s[1:5], 16, 16)
		return []uint16{uint16(n)}, s[5:]
	case '0' <= r && r <= '7':
		end, most := 1, 3
		if r >= '4' {
			most = 2
		}
		for end < most && end < len(s) && '0' <= s[end] && s[end] <= '7' {
			end++
		}
		n, _ := strconv.ParseUint(s[:end], 8, 16)
		return []uint16{uint16(n)}, s[end:]
	case r == '\r' && len(s) > 1 && s[1] == '\n':
		return nil, s[2:]
	case r == '\n', r == '\r', r == '\u2028', r == '\u2029':
		return nil, s[size:]
	}
	if unit, ok := simpleEscapes[r]; ok {
		return []uint16{unit}, s[size:]
	}
	return utf16.AppendRune(nil, r), s[size:]
}
