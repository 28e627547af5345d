package runtime

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// debugScope is one level of names of a program.
type debugScope struct {
	outer *debugScope
	kind  string // block, local or module
	fn    int    // function it belongs to
	this  bool   // this may be read here
	names []debugName
	seen  map[string]bool

	reader string // variable that reads from here outwards; empty = every statement has a reader of its own
	cases  bool   // of a switch statement: its lists are entered anywhere
}

// debugName is a name in the program and as the author wrote it.
type debugName struct{ code, shown string }

func (d *debugInstrumenter) scope(outer *debugScope, kind string) *debugScope {
	s := &debugScope{outer: outer, kind: kind, seen: map[string]bool{}}
	if outer != nil {
		s.fn, s.this = outer.fn, outer.this
	}
	return s
}

// sharedFrom is how many names a scope has at least for its statements to share
// one reader: their readers would be large.
const sharedFrom = 30

// maxNames bounds the names of one scope that a stop can read.
const maxNames = 2000

func (d *debugInstrumenter) declare(s *debugScope, id *ast.Identifier) {
	code := id.Name.String()
	if s.seen[code] || strings.HasPrefix(code, "$ratchet") {
		return
	}
	s.seen[code] = true
	shown, ok := d.authorName(code, id.Idx)
	if !ok || len(s.names) >= maxNames {
		return
	}
	s.names = append(s.names, debugName{code, shown})
}

var words = regexp.MustCompile(`[\p{L}_$][\p{L}\p{N}_$]*`)

var identifierText = regexp.MustCompile(`^[\p{L}_$][\p{L}\p{N}_$]*`)

// authorName finds how the author wrote a name that esbuild may have changed;
// false = the name is not the author's.
func (d *debugInstrumenter) authorName(code string, at file.Idx) (string, bool) {
	if !d.src.built {
		return code, true
	}
	p := d.place(at)
	if p.Line == 0 {
		return "", false
	}
	lines := d.lines(p.File)
	if p.Line <= len(lines) && p.Column <= len(lines[p.Line-1]) {
		if slices.Contains(words.FindAllString(lines[p.Line-1], -1), code) {
			return code, true
		}
		if own := identifierText.FindString(lines[p.Line-1][p.Column-1:]); own != "" && strings.HasPrefix(code, own) {
			return own, true
		}
	}
	return "", false
}

func (d *debugInstrumenter) lines(file string) []string {
	if _, ok := d.split[file]; !ok {
		d.split[file] = strings.Split(d.src.files[file], "\n")
	}
	return d.split[file]
}

// place is the author's position of an index; Line 0 = not in the author's files.
func (d *debugInstrumenter) place(at file.Idx) DebugPoint {
	if at <= 0 {
		return DebugPoint{}
	}
	pos := d.src.tree.File.Position(int(at) - d.src.tree.File.Base())
	if _, ok := d.src.files[pos.Filename]; !ok {
		return DebugPoint{}
	}
	if pos.Line == 1 {
		pos.Column = max(1, pos.Column-d.src.shift)
	}
	return DebugPoint{File: pos.Filename, Line: pos.Line, Column: pos.Column}
}

// pattern declares every name that a binding target binds.
func (d *debugInstrumenter) pattern(s *debugScope, target any) {
	switch t := target.(type) {
	case *ast.Identifier:
		if t != nil {
			d.declare(s, t)
		}
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			d.pattern(s, e)
		}
		d.pattern(s, t.Rest)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				d.declare(s, &p.Name)
			case *ast.PropertyKeyed:
				d.pattern(s, p.Value)
			}
		}
		d.pattern(s, t.Rest)
	case *ast.AssignExpression:
		d.pattern(s, t.Left)
	case *ast.Binding:
		d.pattern(s, t.Target)
	}
}

// lexical declares what a list of statements binds itself: let, const, class
// and functions.
func (d *debugInstrumenter) lexical(s *debugScope, list []ast.Statement) {
	for _, st := range list {
		switch st := st.(type) {
		case *ast.LexicalDeclaration:
			for _, b := range st.List {
				d.pattern(s, b.Target)
			}
		case *ast.ClassDeclaration:
			d.declare(s, st.Class.Name)
		case *ast.FunctionDeclaration:
			d.declare(s, st.Function.Name)
		}
	}
}

// hoisted declares the var names of a function body or program.
func (d *debugInstrumenter) hoisted(s *debugScope, list []ast.Statement) {
	walk(list, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.ClassLiteral:
			return false
		case *ast.VariableStatement:
			for _, b := range n.List {
				d.pattern(s, b.Target)
			}
		case *ast.ForLoopInitializerVarDeclList:
			for _, b := range n.List {
				d.pattern(s, b.Target)
			}
		case *ast.ForIntoVar:
			d.pattern(s, n.Binding.Target)
		}
		return true
	})
}

// owner is the scope that binds a name; nil = none of the program's.
func (s *debugScope) owner(name string) *debugScope {
	for ; s != nil; s = s.outer {
		if s.seen[name] {
			return s
		}
	}
	return nil
}
