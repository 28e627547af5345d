package runtime

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestUnusualJSON: the scan finds what the expression that says it finds.
func TestUnusualJSON(t *testing.T) {
	says := regexp.MustCompile(`[eE]\+?0*[1-9]\d\d|\d{300}|\\u[dD][89a-fA-F]|\x{FFFD}`)
	part := rapid.SampledFrom([]string{
		"1", "0", "00", "99", "e", "E", "+", "-", ".", "\\", "u", "d", "D", "8", "a", "F", "7", "é", "\uFFFD", "\xEF", "\xFF", " ", `"`,
		strings.Repeat("3", 150), strings.Repeat("4", 299),
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(part, 0, 12).Draw(t, "parts"), "")
		if got, want := unusualJSON(text), says.MatchString(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	})
}
