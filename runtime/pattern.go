package runtime

import (
	"github.com/dop251/goja/ast"

	"ratchet/runtime/regex"
)

// expandLiterals prepares the tree's regular expressions for the engine.
func (src *parsed) expandLiterals() error {
	var failed error
	src.own = map[*ast.RegExpLiteral]int{}
	walk(src.tree.Body, func(n ast.Node) bool {
		re, ok := n.(*ast.RegExpLiteral)
		if !ok {
			return true
		}
		prepared, err := preparePattern(re.Pattern, re.Flags)
		if err != nil {
			if failed == nil {
				failed = src.errorAt(re, "SYNTAX_ERROR", err.Error())
			}
			return true
		}
		src.marked = src.marked || prepared.pattern != re.Pattern
		if prepared.own != nil {
			src.own[re] = len(src.patterns)
			prepared.pattern = ownSource(len(src.patterns))
			src.patterns = append(src.patterns, prepared.own)
			src.marked = true
		}
		re.Pattern, re.Flags = prepared.pattern, prepared.flags
		return true
	})
	return failed
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

// ownPattern is a regular expression that package regex matches.
type ownPattern struct {
	source, flags string
	program       *regex.Program
}

// prepared is a regular expression as the engine gets it.
type prepared struct {
	pattern, flags string
	own            *ownPattern // nil = the engine matches it
}

// preparePattern decides who matches a pattern. What the engine would read
// wrongly goes to package regex; of the rest, what its linear matcher would
// misread is marked for its other one. An invalid pattern is an error.
func preparePattern(pattern, flags string) (prepared, error) {
	program, err := regex.Compile(pattern, flags)
	if err != nil {
		return prepared{}, err
	}
	if program.Hard {
		return prepared{flags: engineFlags(flags), own: &ownPattern{pattern, flags, program}}, nil
	}
	return prepared{pattern: choose(pattern, flags), flags: flags}, nil
}
