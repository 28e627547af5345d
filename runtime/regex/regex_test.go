package regex

import (
	"errors"
	"testing"
	"unicode/utf16"
)

func units(s string) []uint16 { return utf16.Encode([]rune(s)) }

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, flags, text string
		from                 int
		want                 string // "-" = no match
	}{
		{`a|ab`, "", "abc", 0, "a"},
		{`(?<=\p{Sc})\d+`, "u", "cost €42", 0, "42"},
		{`\p{L}`, "y", "1a", 0, "-"},
		{`\p{L}`, "uy", "1a", 1, "a"},
		{`(a+)+$`, "", "aaaa", 0, "aaaa"},
		{`[\p{L}--[a-z]]+`, "v", "abÇD", 0, "ÇD"},
		{`^[\q{ab|c}]$`, "v", "ab", 0, "ab"},
		{`.`, "u", "😀", 0, "😀"},
		{`\udf06`, "u", "𝌆", 0, "-"},
		{`(?:a{2}){2}`, "", "aaaaa", 0, "aaaa"},
		{`x*?$`, "", "xx", 0, "xx"},
	} {
		p, err := Compile(c.pattern, c.flags)
		if err != nil {
			t.Errorf("/%s/%s: %v", c.pattern, c.flags, err)
			continue
		}
		text := units(c.text)
		found, ok := p.Match(text, c.from, nil)
		got := "-"
		if found != nil {
			got = string(utf16.Decode(text[found[0]:found[1]]))
		}
		if !ok || got != c.want {
			t.Errorf("/%s/%s on %q: %q, %t; want %q", c.pattern, c.flags, c.text, got, ok, c.want)
		}
	}
}

// TestMatch_bounded sees that a match can be stopped, and that what it keeps
// to try is bounded.
func TestMatch_bounded(t *testing.T) {
	p, err := Compile(`^(a|a)*$`, "")
	if err != nil {
		t.Fatal(err)
	}
	type stop struct{}
	defer func() {
		if r := recover(); r != (stop{}) {
			t.Errorf("recovered %v", r)
		}
	}()
	long := make([]uint16, 3_000_000)
	for i := range long {
		long[i] = 'a'
	}
	if _, ok := p.Match(long, 0, nil); ok {
		t.Error("a match kept more than maxChoices")
	}
	calls := 0
	p.Match(append(long[:40:40], 'b'), 0, func() {
		if calls++; calls == 3 {
			panic(stop{})
		}
	})
	t.Error("check did not stop the match")
}

// TestCompile_cutOff reads every beginning of patterns that use all the syntax:
// a pattern that ends anywhere is compiled or refused with a *SyntaxError.
func TestCompile_cutOff(t *testing.T) {
	for _, pattern := range []string{
		`[\p{L}--[\q{ab|c}]&&[^x]a-z--\w\-]`,
		`[&&a]`, `[a--b]`, `[^--x]`, `[\q{a|\u{1f600}|}-z]`,
		`(?<name>a|b)\k<name>(?:c)(?=d)(?!e)(?<=f)(?<!g)\1`,
		`x{2,3}?y{4,}z{5}a*?b+?c??^$\b\B.`,
		`\u0041\u{41}\ud83d\ude00\x41\cA\0\t\d\S[\b\cA\0-\x41\]a-]`,
	} {
		for end := range len(pattern) + 1 {
			for _, flags := range []string{"", "u", "v", "vi", "i"} {
				_, err := Compile(pattern[:end], flags)
				var syntax *SyntaxError
				if err != nil && !errors.As(err, &syntax) {
					t.Errorf("/%s/%s: %v", pattern[:end], flags, err)
				}
			}
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`(?<a>[^\]]|\u{1f600}{2,3})*?$`, "imu", "😀a")
	f.Add(`[\p{L}--[\q{ab}]&&x]\k<a>\1{2,}`, "v", "ab")
	f.Add(`[a--`, "v", "a")
	f.Fuzz(func(_ *testing.T, pattern, flags, text string) {
		p, err := Compile(pattern, flags)
		if err != nil || len(text) > 20 {
			return
		}
		type stop struct{}
		defer func() {
			if r := recover(); r != nil && r != (stop{}) {
				panic(r)
			}
		}()
		p.Match(units(text), 0, func() { panic(stop{}) })
	})
}
