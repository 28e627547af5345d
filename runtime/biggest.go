package runtime

import (
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/unistring"
)

// The engine's parser panics at the escape of the last code point, \u{10FFFF}.
// It is given the escape of a neighbour that the source does not use, which has
// the same length, so that every position stays; the tree gets the right one back.
var lastRune = regexp.MustCompile(`\\+u\{0*10[fF]{4}\}`)

// parseTree parses a script; positions are the text's.
func parseTree(name, text string) (*ast.Program, error) {
	escaped, digit := escapeLastRune(text)
	tree, err := parser.ParseFile(nil, name, escaped, 0, parser.WithDisableSourceMaps)
	if err != nil {
		tree, err = parseHiding(name, escaped, err)
	}
	if err == nil && digit != 0 {
		restoreLastRune(tree, digit)
	}
	return tree, err
}

// escapeLastRune replaces the last digit of the escape, and returns it in upper
// case; 0 = there was nothing to replace, or no neighbour is free.
func escapeLastRune(text string) (escaped string, digit byte) {
	if !lastRune.MatchString(text) {
		return text, 0
	}
	lower := strings.ToLower(text)
	for _, d := range []byte("EDCBA") {
		small := string(d | 0x20)
		own := string(rune(0x10FFF0) + rune(d-'A'+10))
		if strings.Contains(lower, "10fff"+small) || strings.Contains(lower, "dff"+small) || strings.Contains(text, own) {
			continue
		}
		return lastRune.ReplaceAllStringFunc(text, func(m string) string {
			if strings.Count(m, `\`)%2 == 0 { // the backslash itself is escaped
				return m
			}
			n := len(m) - 2
			return m[:n] + string(d|m[n]&0x20) + "}"
		}), d
	}
	return text, 0
}

// restoreLastRune puts the last code point back where its neighbour stands.
func restoreLastRune(tree *ast.Program, digit byte) {
	neighbour := string(rune(0x10FFF0) + rune(digit-'A'+10))
	value := func(s unistring.String) unistring.String {
		return unistring.NewFromString(strings.ReplaceAll(s.String(), neighbour, "\U0010FFFF"))
	}
	shown := regexp.MustCompile(`(?i)(\\u\{0*10fff)` + string(digit) + `\}`)
	text := func(s string) string {
		return shown.ReplaceAllStringFunc(s, func(m string) string {
			n := len(m) - 2
			return m[:n] + string('F'|m[n]&0x20) + "}"
		})
	}
	walk(tree.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StringLiteral:
			if strings.Contains(n.Value.String(), neighbour) {
				n.Value = value(n.Value)
			}
			n.Literal = text(n.Literal)
		case *ast.TemplateElement:
			if strings.Contains(n.Parsed.String(), neighbour) {
				n.Parsed = value(n.Parsed)
			}
			n.Literal = text(n.Literal)
		case *ast.RegExpLiteral:
			n.Literal, n.Pattern = text(n.Literal), text(n.Pattern)
		case *ast.FunctionLiteral:
			n.Source = text(n.Source)
		case *ast.ArrowFunctionLiteral:
			n.Source = text(n.Source)
		case *ast.ClassLiteral:
			n.Source = text(n.Source)
		}
		return true
	})
}
