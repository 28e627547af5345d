package runtime

import (
	"sync"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/go-sourcemap/sourcemap"
)

// placed are the nodes of a program that errors speak of, by where the engine
// says that they are.
type placed struct {
	tree    *ast.Program
	callees map[file.Position]ast.Expression // of calls
	made    map[file.Position]ast.Expression // callees of new
	sources map[file.Position]ast.Expression // what is spread, destructured or looped over
	into    map[file.Position]ast.Node       // the pattern that a source, or the arguments of a function, go into
	loops   map[file.Position]bool           // of sources: it is that of a loop
	names   map[file.Position]string         // identifiers
}

// placesOf parses a source again, when it is asked for first: few programs fail.
func (src *parsed) placesOf() func() *placed {
	name, text, consumer := src.name, src.text, src.consumer
	if src.built {
		name = bundleName
	}
	return sync.OnceValue(func() *placed { return placedIn(name, text, consumer) })
}

func placedIn(name, text string, consumer *sourcemap.Consumer) *placed {
	p := &placed{
		callees: map[file.Position]ast.Expression{}, made: map[file.Position]ast.Expression{}, sources: map[file.Position]ast.Expression{},
		into: map[file.Position]ast.Node{}, loops: map[file.Position]bool{}, names: map[file.Position]string{},
	}
	tree, err := parseTree(name, text)
	if err != nil {
		return p
	}
	if consumer != nil {
		tree.File.SetSourceMap(consumer)
	}
	p.tree = tree
	walk(tree.Body, func(n ast.Node) bool { p.note(n); return true })
	return p
}

func (p *placed) at(i file.Idx) file.Position {
	return p.tree.File.Position(int(i) - p.tree.File.Base())
}

func (p *placed) note(n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpression:
		p.callees[p.at(placeOf(n.Callee))] = n.Callee
		p.callees[p.at(n.LeftParenthesis)] = n.Callee
	case *ast.NewExpression:
		p.made[p.at(n.New)] = n.Callee
	case *ast.SpreadElement:
		p.sources[p.at(placeOf(n.Expression))] = n.Expression
	case *ast.ForOfStatement:
		at := p.at(placeOf(n.Source))
		p.sources[at], p.loops[at] = n.Source, true
		p.into[at] = forPattern(n.Into)
	case *ast.Binding:
		p.pattern(n.Target, n.Initializer)
	case *ast.AssignExpression:
		p.pattern(n.Left, n.Right)
	case *ast.FunctionLiteral:
		p.parameters(n.Function, n.ParameterList)
	case *ast.ArrowFunctionLiteral:
		p.parameters(n.Start, n.ParameterList)
	case *ast.Identifier:
		p.names[p.at(n.Idx)] = n.Name.String()
	}
}

func (p *placed) pattern(target, source ast.Expression) {
	switch target.(type) {
	case *ast.ObjectPattern, *ast.ArrayPattern:
		if source != nil {
			at := p.at(placeOf(source))
			p.sources[at], p.into[at] = source, target
		}
	}
}

// parameters notes the first parameter that is a pattern.
func (p *placed) parameters(at file.Idx, list *ast.ParameterList) {
	for _, b := range list.List {
		switch b.Target.(type) {
		case *ast.ObjectPattern, *ast.ArrayPattern:
			if b.Initializer == nil {
				p.into[p.at(at)] = b.Target
				return
			}
		}
	}
}

func forPattern(into ast.ForInto) ast.Node {
	switch n := into.(type) {
	case *ast.ForDeclaration:
		return n.Target
	case *ast.ForIntoVar:
		return n.Binding.Target
	case *ast.ForIntoExpression:
		return n.Expression
	}
	return nil
}

// firstKey is the first property that a pattern takes, if it has a plain name.
func firstKey(pattern ast.Node) (string, bool) {
	o, ok := pattern.(*ast.ObjectPattern)
	if !ok || len(o.Properties) == 0 {
		return "", false
	}
	switch p := o.Properties[0].(type) {
	case *ast.PropertyShort:
		return p.Name.Name.String(), true
	case *ast.PropertyKeyed:
		if key, ok := p.Key.(*ast.StringLiteral); ok && !p.Computed {
			return key.Value.String(), true
		}
	}
	return "", false
}

// innerPattern is the first object pattern inside another pattern.
func innerPattern(pattern ast.Node) ast.Node {
	var found ast.Node
	walk(pattern, func(n ast.Node) bool {
		if o, ok := n.(*ast.ObjectPattern); ok && n != pattern && found == nil {
			found = o
		}
		return found == nil
	})
	return found
}

// keyAfter is what the pattern takes first that follows a name in another pattern.
func (p *placed) keyAfter(at file.Position) string {
	for _, pattern := range p.into {
		passed, key := false, ""
		walk(pattern, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Identifier:
				passed = passed || p.at(n.Idx) == at
			case *ast.ObjectPattern:
				if passed && key == "" {
					key, _ = firstKey(n)
				}
			}
			return true
		})
		if key != "" {
			return key
		}
	}
	return ""
}
