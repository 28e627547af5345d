package graphql

import (
	"github.com/vektah/gqlparser/v2/ast"

	"ratchet"
)

// What a document may ask of validation. Validation compares each two fields
// that share a response name, with all that is selected below them, and each
// two fragments; it walks every operation with its fragments.
const (
	mostSteps      = 10_000 // comparisons of fields and of their arguments
	mostSelected   = 4000   // fields of all operations, with their fragments expanded
	mostSameName   = 50     // fields of one selection that share a response name
	mostFragments  = 100
	mostOperations = 50
	mostVariables  = 200
	mostDirectives = 500 // directives
	longestName    = 256 // bytes: names that are not known are compared with those that are
)

// work counts what the validation of a document will do, before it is done.
type work struct {
	shape    *shape
	expanded map[string]int  // selections of fragments, with theirs
	open     map[string]bool // fragments being counted
	steps    int
	selected int
	marks    int // directives
	fault    *ratchet.Error
	at       *ast.Position
}

// excess is why a document is refused before it is validated; nil when it is not.
func (s *shape) excess() (*ratchet.Error, *ast.Position) {
	w := &work{shape: s, expanded: map[string]int{}, open: map[string]bool{}}
	if n := len(s.doc.Fragments); n > mostFragments {
		w.refuse(s.doc.Fragments[mostFragments].Position, "the document has %d fragments, at most %d are taken", n, mostFragments)
	}
	if n := len(s.doc.Operations); n > mostOperations {
		w.refuse(s.doc.Operations[mostOperations].Position, "the document has %d operations, at most %d are taken", n, mostOperations)
	}
	for _, op := range s.doc.Operations {
		if n := len(op.VariableDefinitions); n > mostVariables {
			w.refuse(op.Position, "the operation declares %d variables, at most %d are taken", n, mostVariables)
		}
		w.name(op.Name, op.Position)
		w.directives(op.Directives)
		for _, v := range op.VariableDefinitions {
			w.name(v.Variable, v.Position)
			w.directives(v.Directives)
			w.typ(v.Type, v.Position)
		}
		w.selected += w.count(op.SelectionSet)
	}
	for _, f := range s.doc.Fragments {
		w.name(f.Name, f.Position)
		w.name(f.TypeCondition, f.Position)
		w.directives(f.Directives)
		w.fragment(f.Name, f.Position)
	}
	if w.selected > mostSelected {
		w.refuse(nil, "the document selects more than %d fields, counting fragments each time they are used", mostSelected)
	}
	for _, op := range s.doc.Operations {
		w.within(op.SelectionSet)
	}
	for _, f := range s.doc.Fragments {
		w.within(f.SelectionSet)
	}
	return w.fault, w.at
}

func (w *work) refuse(at *ast.Position, format string, args ...any) {
	if w.fault == nil {
		w.fault, w.at = ratchet.Errorf(ratchet.CodeInvalid, format, args...).
			WithHint("ask for less in one document, and for each field once"), at
	}
}

func (w *work) name(name string, at *ast.Position) {
	if len(name) > longestName {
		w.refuse(at, "a name has %d characters, at most %d are taken", len(name), longestName)
	}
}

func (w *work) typ(t *ast.Type, at *ast.Position) {
	for ; t != nil; t = t.Elem {
		w.name(t.NamedType, at)
	}
}

func (w *work) directives(list ast.DirectiveList) {
	for _, d := range list {
		w.name(d.Name, d.Position)
		w.arguments(d.Arguments)
		if w.marks++; w.marks > mostDirectives {
			w.refuse(d.Position, "the document has more than %d directives", mostDirectives)
		}
	}
}

func (w *work) arguments(list ast.ArgumentList) {
	for _, a := range list {
		w.name(a.Name, a.Position)
		w.value(a.Value)
	}
}

func (w *work) value(v *ast.Value) {
	if v == nil {
		return
	}
	if v.Kind == ast.Variable || v.Kind == ast.EnumValue {
		w.name(v.Raw, v.Position)
	}
	for _, child := range v.Children {
		w.name(child.Name, v.Position)
		w.value(child.Value)
	}
}

// count is how many selections a set has with its fragments. It looks at each
// part of the document once.
func (w *work) count(set ast.SelectionSet) int {
	n := 0
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			w.name(sel.Name, sel.Position)
			w.name(sel.Alias, sel.Position)
			w.directives(sel.Directives)
			w.arguments(sel.Arguments)
			n += 1 + w.count(sel.SelectionSet)
		case *ast.InlineFragment:
			w.name(sel.TypeCondition, sel.Position)
			w.directives(sel.Directives)
			n += 1 + w.count(sel.SelectionSet)
		case *ast.FragmentSpread:
			w.name(sel.Name, sel.Position)
			w.directives(sel.Directives)
			n += 1 + w.fragment(sel.Name, sel.Position)
		}
		n = min(n, beyond)
	}
	return n
}

func (w *work) fragment(name string, at *ast.Position) int {
	if n, known := w.expanded[name]; known {
		return n
	}
	if w.open[name] {
		w.refuse(at, "Cannot spread fragment %q within itself", clip(name))
		return 0
	}
	f := w.shape.doc.Fragments.ForName(name)
	if f == nil {
		return 0 // validation says so
	}
	w.open[name] = true
	n := w.count(f.SelectionSet)
	delete(w.open, name)
	w.expanded[name] = n
	return n
}

// within counts the comparisons of a selection and of those below it.
func (w *work) within(set ast.SelectionSet) {
	if w.fault != nil || len(set) == 0 {
		return
	}
	for _, same := range w.byName(set) {
		if len(same) > mostSameName {
			w.refuse(same[mostSameName].Position, "the field %s is selected %d times in one selection, at most %d are taken",
				clip(same[0].Alias), len(same), mostSameName)
			return
		}
		for i, a := range same {
			for _, b := range same[i+1:] {
				w.between(a, b)
			}
		}
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			w.within(sel.SelectionSet)
		case *ast.InlineFragment:
			w.within(sel.SelectionSet)
		}
	}
}

// between counts the comparison of two fields.
func (w *work) between(a, b *ast.Field) {
	if w.fault != nil {
		return
	}
	if !w.step(1+len(a.Arguments)*len(b.Arguments), b.Position) || len(a.SelectionSet) == 0 || len(b.SelectionSet) == 0 {
		return
	}
	left, right := w.byName(a.SelectionSet), w.byName(b.SelectionSet)
	for name, fields := range left {
		for _, x := range fields {
			for _, y := range right[name] {
				w.between(x, y)
			}
		}
	}
}

// byName are the fields of a selection, with its fragments, by response name.
func (w *work) byName(set ast.SelectionSet) map[string][]*ast.Field {
	out := map[string][]*ast.Field{}
	w.shape.flatten(set, map[string]bool{}, func(f *ast.Field) { out[f.Alias] = append(out[f.Alias], f) })
	return out
}

func (w *work) step(n int, at *ast.Position) bool {
	if w.steps += n; w.steps > mostSteps {
		w.refuse(at, "the document selects the same fields too often: comparing them takes more than %d steps", mostSteps)
	}
	return w.fault == nil
}
