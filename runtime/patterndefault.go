package runtime

import (
	"errors"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/token"
)

// The engine's parser refuses defaults of the elements of an array pattern that
// has a default itself, inside an object pattern or an arrow function's
// parameters, as in ({ tags: [first = 0] = [] }) => first. Those defaults are
// hidden from it, read on their own at the place where they stand, and put into
// the tree.

// hiddenDefault is one of them.
type hiddenDefault struct {
	element int // offset of the element
	value   ast.Expression
}

const maxHidden = 1000

// parseHiding parses a text that the parser refused with err.
func parseHiding(name, text string, err error) (*ast.Program, error) {
	first := err
	var hidden []hiddenDefault
	for len(hidden) < maxHidden {
		at, ok := refusedElement(text, err)
		if !ok {
			return nil, first
		}
		h, shorter, ok := hideDefault(text, at)
		if !ok {
			return nil, first
		}
		hidden, text = append(hidden, h), shorter
		var tree *ast.Program
		if tree, err = parser.ParseFile(nil, name, text, 0, parser.WithDisableSourceMaps); err == nil {
			restoreDefaults(tree, hidden)
			return tree, nil
		}
	}
	return nil, first
}

// refusedElement is the offset of the element that the first error is about.
func refusedElement(text string, err error) (int, bool) {
	var list parser.ErrorList
	if !errors.As(err, &list) {
		return 0, false
	}
	i := slices.IndexFunc(list, func(e *parser.Error) bool {
		return strings.HasPrefix(e.Message, "Invalid destructuring binding target")
	})
	if i < 0 {
		return 0, false
	}
	at := 0
	for line := 1; line < list[i].Position.Line; line++ {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			return 0, false
		}
		at += end + 1
	}
	at += list[i].Position.Column - 1
	return at, at < len(text)
}

// hideDefault blanks the default of the element at an offset. The shortest text
// up to a comma or bracket that is an assignment is the element.
func hideDefault(text string, at int) (hiddenDefault, string, bool) {
	for end := at; end < len(text); end++ {
		if text[end] != ',' && text[end] != ']' {
			continue
		}
		e, ok := assignmentAt(text, at, end)
		if !ok {
			continue
		}
		from := int(e.Left.Idx1()) - 1 // offsets count from 0, positions from 1
		return hiddenDefault{at, e.Right}, text[:from] + blank(text[from:end]) + text[end:], true
	}
	return hiddenDefault{}, "", false
}

// assignmentAt parses an element where it stands, so that its nodes have the
// positions of the whole text.
func assignmentAt(text string, at, end int) (*ast.AssignExpression, bool) {
	for _, wrap := range [][2]string{{"(", ")"}, {"(async()=>", ")"}, {"(function*(){(", ")})"}} {
		if len(wrap[0]) > at {
			continue
		}
		whole := blank(text[:at-len(wrap[0])]) + wrap[0] + text[at:end] + wrap[1]
		tree, err := parser.ParseFile(nil, "", whole, 0, parser.WithDisableSourceMaps)
		if err != nil {
			continue
		}
		var found *ast.AssignExpression
		walk(tree.Body, func(n ast.Node) bool {
			if e, ok := n.(*ast.AssignExpression); ok && found == nil && e.Operator == token.ASSIGN {
				found = e
			}
			return found == nil
		})
		if found != nil && int(found.Idx0())-1 == at {
			return found, true
		}
	}
	return nil, false
}

// blank keeps the line ends of a text and its length.
func blank(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c != '\n' && c != '\r' {
			b[i] = ' '
		}
	}
	return string(b)
}

func restoreDefaults(tree *ast.Program, hidden []hiddenDefault) {
	byOffset := map[int]ast.Expression{}
	for _, h := range hidden {
		byOffset[h.element] = h.value
	}
	walk(tree.Body, func(n ast.Node) bool {
		p, ok := n.(*ast.ArrayPattern)
		if !ok {
			return true
		}
		for i, e := range p.Elements {
			if e == nil {
				continue
			}
			at := int(e.Idx0()) - tree.File.Base()
			if value, ok := byOffset[at]; ok {
				p.Elements[i] = &ast.AssignExpression{Operator: token.ASSIGN, Left: e, Right: value}
				delete(byOffset, at)
			}
		}
		return true
	})
}
