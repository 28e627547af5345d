package runtime

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The engine matches most patterns with Go's linear-time matcher and hands those
// it cannot express to a backtracking one. Some that it can express mean
// something else there: captures outlive their iteration, iterations may match
// nothing, ^ and $ know one kind of line end, and case folding goes beyond what
// JavaScript does. Those are sent to the backtracking matcher by engineMark, an
// assertion that always holds and that only it understands.
const engineMark = "(?=(?:))"

// choose puts the mark before patterns that need it.
func choose(pattern, flags string) string {
	if strings.HasPrefix(pattern, engineMark) {
		return pattern
	}
	s := patternScan{
		text: pattern, unicode: strings.Contains(flags, "u"),
		fold: strings.Contains(flags, "i"), lines: strings.Contains(flags, "m"),
	}
	s.alternatives()
	if !s.marked {
		return pattern
	}
	return engineMark + pattern
}

// patternScan reads a pattern and looks for what the matchers disagree on.
// Invalid patterns are read somehow: the engine refuses them later.
type patternScan struct {
	text                 string
	at                   int
	unicode, fold, lines bool
	marked               bool
}

// part is what matters of a piece of a pattern.
type part struct {
	nullable  bool // can match nothing
	captures  bool // has capture groups
	skippable bool // has capture groups that a match may pass by
}

func (s *patternScan) more() bool { return s.at < len(s.text) }

// accept moves behind one of chars.
func (s *patternScan) accept(chars string) bool {
	if s.more() && strings.IndexByte(chars, s.text[s.at]) >= 0 {
		s.at++
		return true
	}
	return false
}

// alternatives reads up to the closing parenthesis or the end.
func (s *patternScan) alternatives() part {
	whole := s.sequence()
	several := false
	for s.accept("|") {
		several = true
		next := s.sequence()
		whole.nullable = whole.nullable || next.nullable
		whole.captures = whole.captures || next.captures
		whole.skippable = whole.skippable || next.skippable
	}
	whole.skippable = whole.skippable || several && whole.captures
	return whole
}

func (s *patternScan) sequence() part {
	whole := part{nullable: true}
	for s.more() && s.text[s.at] != '|' && s.text[s.at] != ')' {
		next := s.term()
		whole.nullable = whole.nullable && next.nullable
		whole.captures = whole.captures || next.captures
		whole.skippable = whole.skippable || next.skippable
	}
	return whole
}

// term reads an atom with its quantifier.
func (s *patternScan) term() part {
	group := s.text[s.at] == '('
	p := s.atom()
	least, most, ok := s.quantifier()
	if !ok {
		return p
	}
	if most > 1 && p.skippable || group && p.nullable {
		s.marked = true
	}
	p.nullable = p.nullable || least == 0
	p.skippable = p.skippable || least == 0 && p.captures
	return p
}

func (s *patternScan) quantifier() (least, most int, ok bool) {
	switch {
	case s.accept("*"):
		most, ok = 2, true
	case s.accept("+"):
		least, most, ok = 1, 2, true
	case s.accept("?"):
		most, ok = 1, true
	case s.more() && s.text[s.at] == '{':
		end := strings.IndexByte(s.text[s.at:], '}')
		if end < 0 {
			return 0, 0, false
		}
		low, high, ranged := strings.Cut(s.text[s.at+1:s.at+end], ",")
		n, err := strconv.Atoi(low)
		if err != nil {
			return 0, 0, false
		}
		least, most, ok = n, n, true
		if ranged {
			most = 2
			if m, err := strconv.Atoi(high); err == nil {
				most = m
			}
		}
		s.at += end + 1
	}
	if ok {
		s.accept("?")
	}
	return least, most, ok
}

func (s *patternScan) atom() part {
	c := s.text[s.at]
	s.at++
	switch c {
	case '(':
		return s.group()
	case '[':
		s.class()
		return part{}
	case '^', '$':
		s.marked = s.marked || s.lines
		return part{nullable: true}
	case '\\':
		return part{nullable: s.escape(false)}
	}
	s.at--
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += size
	s.letter(r)
	return part{}
}

// group reads behind its opening parenthesis.
func (s *patternScan) group() part {
	captures, nullable := true, false
	if s.accept("?") {
		switch {
		case s.accept(":"):
			captures = false
		case s.accept("=!"):
			captures, nullable = false, true
		case s.accept("<"):
			if s.accept("=!") {
				captures, nullable = false, true
			} else if end := strings.IndexByte(s.text[s.at:], '>'); end >= 0 {
				s.at += end + 1
				s.marked = s.marked || s.unicode // the linear matcher forgets the names there
			}
		}
	}
	p := s.alternatives()
	s.accept(")")
	p.captures = p.captures || captures
	p.nullable = p.nullable || nullable
	return p
}

// class reads behind its opening bracket. Ranges fold too far.
func (s *patternScan) class() {
	s.marked = s.marked || s.fold && !s.unicode
	s.accept("^")
	for s.more() && !s.accept("]") {
		if s.accept("\\") {
			s.escape(true)
			continue
		}
		_, size := utf8.DecodeRuneInString(s.text[s.at:])
		s.at += size
	}
}

// escape reads behind the backslash and says whether it can match nothing.
func (s *patternScan) escape(inClass bool) (nullable bool) {
	if !s.more() {
		return false
	}
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += size
	switch {
	case strings.ContainsRune("wWxuc", r):
		s.marked = s.marked || s.fold && !s.unicode
	case strings.ContainsRune("dDsSnrtfv0", r):
	case !inClass && strings.ContainsRune("bBk123456789", r):
		return true
	default:
		s.letter(r)
	}
	return false
}

// letter looks at a character that stands for itself. The two ASCII letters
// that the linear matcher folds with others are k and s.
func (s *patternScan) letter(r rune) {
	if s.fold && !s.unicode && (r >= utf8.RuneSelf || strings.ContainsRune("kKsS", r)) {
		s.marked = true
	}
}
