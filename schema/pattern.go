package schema

import (
	"regexp/syntax"

	"ratchet"
)

// maxPattern bounds the instructions of a regular expression, and of all of a
// schema: counted repetition makes a short one large, and what compiles in a
// moment alone takes hundreds of MiB a hundred times.
const maxPattern = 10_000

// CheckPattern refuses a regular expression whose program would be too large.
// One that is not valid passes: who compiles it says what is wrong.
func CheckPattern(pattern string) error {
	if n := patternSize(pattern); n > maxPattern {
		return ratchet.Errorf(ratchet.CodeInvalid, "the pattern is too large: counted repetitions multiply, at most %d steps are allowed", maxPattern).
			WithHint("repeat less often, or check the length with maxLength")
	}
	return nil
}

// patternSize is about how many instructions a pattern has; more than
// maxPattern is too many, by whatever amount.
func patternSize(pattern string) int {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	return sizeOfPattern(re)
}

func sizeOfPattern(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)/2
	for _, sub := range re.Sub {
		n += sizeOfPattern(sub)
		if n > maxPattern {
			return n
		}
	}
	if re.Op == syntax.OpRepeat {
		n = 1 + (n-1)*max(re.Max, re.Min+1, 1)
	}
	return n
}
