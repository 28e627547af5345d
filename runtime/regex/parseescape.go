package regex

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

func (p *parser) hex(n int) (rune, bool) {
	value := rune(0)
	for i := range n {
		d := strings.IndexRune("0123456789abcdef", unicode.ToLower(p.peek(i)))
		if d < 0 {
			return 0, false
		}
		value = value<<4 | rune(d)
	}
	p.at += n
	return value, true
}

// unicodeEscape reads behind \u.
func (p *parser) unicodeEscape(full bool) (rune, bool) {
	from := p.at
	if full && p.eat("{") {
		value, any := rune(0), false
		for p.more() && p.peek(0) != '}' {
			d, ok := p.hex(1)
			if value = value<<4 | d; !ok || value > lastRune {
				p.at = from
				return 0, false
			}
			any = true
		}
		if any && p.eat("}") {
			return value, true
		}
		p.at = from
		return 0, false
	}
	high, ok := p.hex(4)
	if !ok {
		p.at = from
		return 0, false
	}
	if full && 0xd800 <= high && high < 0xdc00 {
		behind := p.at
		if p.eat(`\u`) {
			if low, ok := p.hex(4); ok && 0xdc00 <= low && low < 0xe000 {
				return utf16.DecodeRune(high, low), true
			}
		}
		p.at = behind
	}
	return high, true
}

// escape reads an atom that begins with a backslash.
func (p *parser) escape() node {
	p.at++
	if !p.more() {
		p.fail(`\ at end of pattern`)
	}
	c := p.text[p.at]
	switch {
	case c == 'k' && (p.unicode || p.named):
		p.at++
		if !p.eat("<") {
			p.fail("Invalid named reference")
		}
		return backNode{name: p.name()}
	case '1' <= c && c <= '9':
		if n, ok := p.reference(); ok {
			return backNode{index: n}
		}
	}
	if s, ok := p.classEscape(); ok {
		return classNode{set: s}
	}
	return charNode{p.character(false)}
}

// reference reads the number of a group.
func (p *parser) reference() (int, bool) {
	end := p.at
	for end < len(p.text) && '0' <= p.text[end] && p.text[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(p.text[p.at:end]))
	if err != nil {
		n = 1 << 30
	}
	if n > p.total {
		if p.unicode {
			p.fail("Invalid escape")
		}
		return 0, false
	}
	p.at = end
	return n, true
}

// classEscape reads d, w, s, p and their opposites behind a backslash.
func (p *parser) classEscape() (set, bool) {
	c := p.peek(0)
	var s set
	switch c {
	case 'd', 'D':
		s = digits
	case 's', 'S':
		s = spaces
	case 'w', 'W':
		if s = wordSet; p.unicode && p.ignoreCase {
			s = foldedWord
		}
	case 'p', 'P':
		if !p.unicode {
			return nil, false
		}
		p.at++
		return p.property(c == 'P'), true
	default:
		return nil, false
	}
	p.at++
	if c < 'a' {
		return s.complement(), true
	}
	return s, true
}

func (p *parser) property(not bool) set {
	end := slices.Index(p.text[p.at:], '}')
	if p.peek(0) != '{' || end < 0 {
		p.fail("Invalid property name")
	}
	s, ok := propertySet(string(p.text[p.at+1 : p.at+end]))
	if !ok {
		p.fail("Invalid property name")
	}
	p.at += end + 1
	p.hard = true
	if p.sets && p.ignoreCase {
		s = s.closed(true)
	}
	if not {
		return s.complement()
	}
	return s
}

const syntaxCharacters = `^$\.*+?()[]{}|/`

// character reads an escape of one character behind its backslash.
func (p *parser) character(inClass bool) rune {
	c := p.text[p.at]
	p.at++
	if i := strings.IndexRune("fnrtv", c); i >= 0 {
		return rune("\f\n\r\t\v"[i])
	}
	switch {
	case c == 'b' && inClass:
		return '\b'
	case c == '-' && inClass && p.unicode:
		return c
	case c == 'c':
		if l := p.peek(0); 'a' <= l && l <= 'z' || 'A' <= l && l <= 'Z' || inClass && !p.unicode && (l == '_' || '0' <= l && l <= '9') {
			p.at++
			return l % 32
		}
		if p.unicode {
			p.fail("Invalid Unicode escape")
		}
		p.at-- // the backslash stands for itself
		return '\\'
	case c == 'x':
		if r, ok := p.hex(2); ok {
			return r
		}
		if p.unicode {
			p.fail("Invalid escape")
		}
		return c
	case c == 'u':
		if r, ok := p.unicodeEscape(p.unicode); ok {
			return r
		}
		if p.unicode {
			p.fail("Invalid Unicode escape")
		}
		return c
	case c == '0' && (p.peek(0) < '0' || p.peek(0) > '9'):
		return 0
	case '0' <= c && c <= '9':
		return p.legacyOctal(c, inClass)
	}
	if p.unicode && !strings.ContainsRune(syntaxCharacters, c) {
		p.fail("Invalid escape")
	}
	if c == 'k' && p.named {
		p.fail("Invalid named reference")
	}
	return c
}

func (p *parser) legacyOctal(c rune, inClass bool) rune {
	if p.unicode {
		if inClass {
			p.fail("Invalid class escape")
		}
		p.fail("Invalid decimal escape")
	}
	if c > '7' {
		return c
	}
	value := c - '0'
	for range 2 {
		if d := p.peek(0); '0' <= d && d <= '7' && value*8+d-'0' <= 0o377 {
			value = value*8 + d - '0'
			p.at++
		}
	}
	return value
}
