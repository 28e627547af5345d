package runtime

import (
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
)

// lastMatches are the properties of RegExp that tell of the last match anywhere.
var lastMatches = strings.Fields("$1 $2 $3 $4 $5 $6 $7 $8 $9 $_ lastMatch lastParen leftContext rightContext")

// lastMatch refuses to read what the engine does not keep.
func (r *rewriter) lastMatch(n *ast.DotExpression) {
	class, ok := n.Left.(*ast.Identifier)
	name := n.Identifier.Name.String()
	if !ok || class.Name != "RegExp" || !slices.Contains(lastMatches, name) || r.failed != nil {
		return
	}
	at := r.src.tree.File.Position(int(n.Idx0()) - r.src.tree.File.Base())
	r.failed = &compileError{
		code: "UNSUPPORTED_SYNTAX", message: "RegExp." + name + " is not available", hint: "Use the result of exec, match or replace.",
		file: at.Filename, line: at.Line, column: at.Column,
	}
}
