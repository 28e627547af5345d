package mask

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// A text that is searched piece by piece comes out as one that is searched
// whole, wherever the pieces end.
func TestValues_Reader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfN(rapid.StringMatching(`[ab]{3,9}`), 1, 3).Draw(t, "secrets")
		const window = 4 << 10
		v := NewValues("***", secrets...)
		var b strings.Builder
		for i := range rapid.IntRange(0, 6).Draw(t, "pieces") {
			filler := rapid.IntRange(0, 3*window/2).Draw(t, "filler")
			b.WriteString(strings.Repeat("xyz.", filler/4))
			b.WriteString(rapid.SampledFrom(append(secrets, "ab", "-")).Draw(t, "text"))
			if i == 3 { // dense around the end of a window
				b.WriteString(strings.Repeat(secrets[0], 2*window/len(secrets[0])))
			}
		}
		text := b.String()
		got, err := io.ReadAll(&reader{values: v, r: iotest.HalfReader(strings.NewReader(text)), window: window})
		if err != nil || string(got) != v.Text(text) {
			t.Fatalf("%d bytes, want %d; %v", len(got), len(v.Text(text)), err)
		}
	})
}
