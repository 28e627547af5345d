package regex

import (
	"slices"
	"sort"
	"unicode"
)

// span is a range of characters, both ends included.
type span struct{ lo, hi rune }

// set is a set of characters: sorted spans that do not touch.
type set []span

const lastRune = 0x10FFFF

func single(r rune) set { return set{{r, r}} }

func (s set) has(r rune) bool {
	i := sort.Search(len(s), func(i int) bool { return s[i].hi >= r })
	return i < len(s) && s[i].lo <= r
}

func (s set) union(o set) set {
	all := append(slices.Clone(s), o...)
	slices.SortFunc(all, func(a, b span) int { return int(a.lo - b.lo) })
	var out set
	for _, r := range all {
		if n := len(out); n > 0 && out[n-1].hi+1 >= r.lo {
			out[n-1].hi = max(out[n-1].hi, r.hi)
			continue
		}
		out = append(out, r)
	}
	return out
}

func (s set) complement() set {
	var out set
	next := rune(0)
	for _, r := range s {
		if r.lo > next {
			out = append(out, span{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= lastRune {
		out = append(out, span{next, lastRune})
	}
	return out
}

func (s set) intersect(o set) set { return s.complement().union(o.complement()).complement() }
func (s set) minus(o set) set     { return s.intersect(o.complement()) }

var (
	digits     = set{{'0', '9'}}
	wordSet    = set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	spaces     = set{{'\t', '\r'}, {' ', ' '}, {0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}}
	lineEnds   = set{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}
	foldedWord = set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {0x17f, 0x17f}, {0x212a, 0x212a}}
)

// next is the next character that is the same when case is ignored, in a cycle.
// Three pairs are younger than the tables of the standard library.
func next(r rune) rune {
	switch r {
	case 0x390, 0x1fd3:
		return 0x390 + 0x1fd3 - r
	case 0x3b0, 0x1fe3:
		return 0x3b0 + 0x1fe3 - r
	case 0xfb05, 0xfb06:
		return 0xfb05 + 0xfb06 - r
	}
	return unicode.SimpleFold(r)
}

// fold is the form that a character is compared in when case is ignored.
func fold(r rune, unicodeMode bool) rune {
	if unicodeMode {
		least := r
		for f := next(r); f != r; f = next(f) {
			least = min(least, f)
		}
		return least
	}
	up := unicode.ToUpper(r)
	if r >= 128 && up < 128 || severalUpper(r) || up > 0xffff {
		return r
	}
	return up
}

// severalUpper says that the upper case of a character is several.
func severalUpper(r rune) bool {
	switch {
	case 0x1f80 <= r && r <= 0x1faf, r == 0x1fb3, r == 0x1fbc, r == 0x1fc3, r == 0x1fcc, r == 0x1ff3, r == 0x1ffc:
		return true
	}
	return false
}

// folded says whether the set has a character that folds as r does.
func (s set) folded(r rune, unicodeMode bool) bool {
	if s.has(r) {
		return true
	}
	want := fold(r, unicodeMode)
	for f := next(r); f != r; f = next(f) {
		if s.has(f) && fold(f, unicodeMode) == want {
			return true
		}
	}
	return false
}

// closed adds what folds as members do.
func (s set) closed(unicodeMode bool) set {
	var more set
	for _, p := range s {
		for r := p.lo; r <= min(p.hi, 0x1e943); r++ { // no letter with a case is behind it
			for f := next(r); f != r; f = next(f) {
				if fold(f, unicodeMode) == fold(r, unicodeMode) {
					more = append(more, span{f, f})
				}
			}
		}
	}
	return s.union(more)
}
