package runtime

import (
	"context"
	"encoding/json"
	"os"
	"testing"
)

// TestRegExpGolden compares matches, captures, replacements and splits with
// what Node.js 20 wrote down by: node cases.js > cases.golden.json
func TestRegExpGolden(t *testing.T) {
	source, err := os.ReadFile("testdata/regexp/cases.js")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/regexp/cases.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	out := Run(context.Background(), Job{Source: Source{Name: "main.js", Code: string(source)}}, Hooks{})
	if out.Err != nil {
		t.Fatalf("run: %+v", out.Err)
	}
	var got, want []string
	if err := json.Unmarshal(out.Output, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(golden, &want); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d results, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

// TestChoose keeps the linear matcher where it is right: a pattern that nests
// repetitions takes exponential time in the other one.
func TestChoose(t *testing.T) {
	for _, c := range []struct {
		pattern, flags string
		marked         bool
	}{
		{`^(a+)+$`, "", false},
		{`^(\d+)-(\d+)?$`, "g", false},
		{`^(?:[a-z]+,)*$`, "", false},
		{`^https?://`, "", false},
		{`^http:`, "i", false},
		{`[^\s@]+@[^\s@]+`, "g", false},
		{`a{2}|b{1,3}?`, "", false},
		{`\(a\)*`, "", false},
		{`[(]*`, "", false},
		{`^https:`, "i", true},
		{`[a-z]`, "i", true},
		{`[a-z]`, "iu", false},
		{`^a`, "m", true},
		{`(?:(a)|b)*`, "", true},
		{`(?:(a)|b)?`, "", false},
		{`(?:(a)?b){2}`, "", true},
		{`(\s*)?`, "", true},
		{`(?:a|\b)+`, "", true},
		{`(`, "", false},
		{`a{`, "", false},
		{`\`, "", false},
	} {
		if got := choose(c.pattern, c.flags) != c.pattern; got != c.marked {
			t.Errorf("/%s/%s: marked %t", c.pattern, c.flags, got)
		}
	}
}

func FuzzChoose(f *testing.F) {
	f.Add(`(?<a>[^\]]|\u{1f600}{2,3})*?$`, "imu")
	f.Fuzz(func(_ *testing.T, pattern, flags string) { choose(pattern, flags) })
}
