package runtime

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/dop251/goja/ast"
	"golang.org/x/text/unicode/rangetable"
)

// expandLiterals prepares the tree's regular expressions for the engine.
func (src *parsed) expandLiterals() error {
	var failed error
	walk(src.tree.Body, func(n ast.Node) bool {
		re, ok := n.(*ast.RegExpLiteral)
		if !ok {
			return true
		}
		if bad := unsupportedFlag(re.Flags); bad != "" && failed == nil {
			failed = src.errorAt(re, "UNSUPPORTED_SYNTAX", bad)
		}
		pattern, err := preparePattern(re.Pattern, re.Flags)
		if err != nil {
			if failed == nil {
				failed = src.errorAt(re, "UNSUPPORTED_SYNTAX", err.Error())
			}
			return true
		}
		src.marked = src.marked || pattern != re.Pattern
		re.Pattern = pattern
		return true
	})
	return failed
}

// unsupportedFlag explains a flag the engine lacks; empty when all are fine.
func unsupportedFlag(flags string) string {
	if i := strings.IndexAny(flags, "dv"); i >= 0 {
		return fmt.Sprintf("the regular expression flag %q is not available", flags[i:i+1])
	}
	return ""
}

// errorAt places a finding at a node of the tree.
func (src *parsed) errorAt(n ast.Node, code, message string) *compileError {
	pos := src.tree.File.Position(int(n.Idx0()) - src.tree.File.Base())
	e := &compileError{code: code, message: message, file: pos.Filename, line: pos.Line, column: pos.Column}
	if pos.Line == 1 && pos.Filename == src.name {
		e.column -= src.shift
	}
	return e
}

// expandPattern writes out \p{…} and \P{…} as plain ranges, which the engine
// would otherwise never match, without a word. Patterns without the flag u
// stay as they are: there \p is the letter p. Flags d and v are refused.
func expandPattern(pattern, flags string) (string, error) {
	if bad := unsupportedFlag(flags); bad != "" {
		return "", fmt.Errorf("%s", bad)
	}
	if !strings.Contains(flags, "u") || !strings.Contains(pattern, `\p`) && !strings.Contains(pattern, `\P`) {
		return pattern, nil
	}
	var b strings.Builder
	class := false
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '[' && !class:
			class = true
		case c == ']' && class:
			class = false
		case c == '\\' && i+1 < len(pattern):
			if next := pattern[i+1]; next != 'p' && next != 'P' {
				b.WriteString(pattern[i : i+2])
				i++
				continue
			}
			name, ok := strings.CutPrefix(pattern[i+2:], "{")
			end := strings.IndexByte(name, '}')
			if !ok || end < 0 {
				return "", fmt.Errorf("invalid property name in regular expression /%s/%s", pattern, flags)
			}
			table, err := propertyTable(name[:end])
			if err != nil {
				return "", err
			}
			writeRanges(&b, table, class, pattern[i+1] == 'P')
			i += 2 + 1 + end
			continue
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// propertyTable finds the characters of a Unicode property as it stands
// between the braces.
func propertyTable(property string) (*unicode.RangeTable, error) {
	name, value, pair := strings.Cut(property, "=")
	switch {
	case pair && (name == "Script" || name == "sc"):
		if t, ok := unicode.Scripts[value]; ok {
			return t, nil
		}
	case pair && (name == "General_Category" || name == "gc"):
		if t, ok := category(value); ok {
			return t, nil
		}
	case !pair:
		if t, ok := category(name); ok {
			return t, nil
		}
		if t := binaryProperty(name); t != nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf(`the character class \p{%s} is not available; available are general categories, Script= and common binary properties such as Alphabetic, White_Space and ID_Start`, property)
}

func category(name string) (*unicode.RangeTable, bool) {
	if alias, ok := unicode.CategoryAliases[name]; ok {
		name = alias
	}
	t, ok := unicode.Categories[name]
	return t, ok
}

func binaryProperty(name string) *unicode.RangeTable {
	p := unicode.Properties
	switch name {
	case "Any":
		return &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0, Hi: 0xffff, Stride: 1}}, R32: []unicode.Range32{{Lo: 0x10000, Hi: 0x10ffff, Stride: 1}}}
	case "ASCII":
		return &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0, Hi: 0x7f, Stride: 1}}}
	case "Alphabetic", "Alpha":
		return rangetable.Merge(unicode.L, unicode.Nl, p["Other_Alphabetic"])
	case "Uppercase", "Upper":
		return rangetable.Merge(unicode.Lu, p["Other_Uppercase"])
	case "Lowercase", "Lower":
		return rangetable.Merge(unicode.Ll, p["Other_Lowercase"])
	case "ID_Start", "IDS":
		return rangetable.Merge(unicode.L, unicode.Nl, p["Other_ID_Start"])
	case "ID_Continue", "IDC":
		return rangetable.Merge(unicode.L, unicode.Nl, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, p["Other_ID_Start"], p["Other_ID_Continue"])
	case "White_Space", "space":
		return unicode.White_Space
	}
	exact := []string{"ASCII_Hex_Digit", "Hex_Digit", "Dash", "Diacritic", "Extender", "Ideographic", "Quotation_Mark", "Variation_Selector", "Unified_Ideograph", "Radical", "Join_Control", "Noncharacter_Code_Point", "Pattern_Syntax", "Pattern_White_Space", "Regional_Indicator", "Sentence_Terminal", "Soft_Dotted", "Terminal_Punctuation"}
	if slices.Contains(exact, name) {
		return p[name]
	}
	return nil
}

// writeRanges writes a table's ranges as a class, or as part of the class
// around it.
func writeRanges(b *strings.Builder, t *unicode.RangeTable, inClass, negate bool) {
	ranges := tableRanges(t)
	if negate {
		ranges = complement(ranges)
	}
	if !inClass {
		b.WriteByte('[')
		defer b.WriteByte(']')
	}
	for _, r := range ranges {
		fmt.Fprintf(b, `\u{%x}`, r[0])
		if r[1] > r[0] {
			fmt.Fprintf(b, `-\u{%x}`, r[1])
		}
	}
}

// tableRanges returns sorted ranges, both ends included, neighbours joined.
func tableRanges(t *unicode.RangeTable) [][2]rune {
	var out [][2]rune
	add := func(lo, hi rune) {
		if n := len(out); n > 0 && out[n-1][1]+1 >= lo {
			out[n-1][1] = max(out[n-1][1], hi)
			return
		}
		out = append(out, [2]rune{lo, hi})
	}
	each := func(lo, hi, stride rune) {
		if stride == 1 {
			add(lo, hi)
			return
		}
		for r := lo; r <= hi; r += stride {
			add(r, r)
		}
	}
	for _, r := range t.R16 {
		each(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		each(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return out
}

func complement(ranges [][2]rune) [][2]rune {
	var out [][2]rune
	next := rune(0)
	for _, r := range ranges {
		if r[0] > next {
			out = append(out, [2]rune{next, r[0] - 1})
		}
		next = r[1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, [2]rune{next, unicode.MaxRune})
	}
	return out
}
