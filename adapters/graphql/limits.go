package graphql

import (
	"context"
	"errors"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"ratchet"
)

// limits refuses documents that ask for too much: those that are large, deep
// or full of aliases before they are validated, those that cost too much
// before they are run.
type limits struct {
	Limits
	documents *cache[*ast.QueryDocument] // were checked already
}

var (
	_ gql.HandlerExtension          = limits{}
	_ gql.OperationParameterMutator = limits{}
	_ gql.OperationContextMutator   = limits{}
)

// ExtensionName names the extension to the library.
func (limits) ExtensionName() string { return "Limits" }

// Validate accepts every schema.
func (limits) Validate(gql.ExecutableSchema) error { return nil }

// MutateOperationParameters checks the document's shape.
func (l limits) MutateOperationParameters(ctx context.Context, p *gql.RawParams) *gqlerror.Error {
	if len(p.Query) > l.DocumentBytes {
		return refused(ratchet.Errorf(ratchet.CodeTooLarge, "the document has %d bytes, at most %d are taken", len(p.Query), l.DocumentBytes).
			WithHint("pass values as variables"), nil)
	}
	if err := ctx.Err(); err != nil { // the client has gone: the document is not looked at
		return refused(ratchet.AsError(err), nil)
	}
	if _, known := l.documents.Get(ctx, p.Query); known {
		return nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: p.Query}, l.Tokens)
	if err != nil {
		var g *gqlerror.Error
		if !errors.As(err, &g) {
			g = gqlerror.Wrap(err)
		}
		errcode.Set(g, errcode.ParseFailed)
		return g
	}
	if at := loneSurrogate(p.Query); at >= 0 {
		return refused(ratchet.Errorf(ratchet.CodeInvalid, "the document has half a character, %s, at byte %d", p.Query[at:at+6], at).
			WithHint(`write a character beyond \uFFFF as itself, as \u{1F600}, or as two escapes, such as \uD83D\uDE00`), nil)
	}
	s := shape{doc: doc, depths: map[string]int{}, open: map[string]bool{}}
	if fault, at := s.excess(); fault != nil {
		return refused(fault, at)
	}
	for _, op := range doc.Operations {
		if depth := s.depth(op.SelectionSet); depth > l.Depth {
			return refused(ratchet.Errorf(ratchet.CodeInvalid, "the document is %d fields deep, at most %d are taken", depth, l.Depth).
				WithHint("ask for the inner parts in a document of their own"), op.Position)
		}
	}
	name, n, at := s.aliases(l.Aliases)
	if s.wide != nil {
		return refused(ratchet.Errorf(ratchet.CodeInvalid, "a selection has more than %d fields", widest), s.wide)
	}
	if n > 0 {
		return refused(ratchet.Errorf(ratchet.CodeInvalid, "the field %s is asked for under %d names in one selection, at most %d are taken", name, n, l.Aliases), at)
	}
	return nil
}

// MutateOperationContext checks what the operation costs.
func (l limits) MutateOperationContext(ctx context.Context, op *gql.OperationContext) *gqlerror.Error {
	if c := callFrom(ctx); op.Operation.Operation == ast.Subscription && !c.streams && c.socket == nil {
		return refused(ratchet.Errorf(ratchet.CodeInvalid, "a subscription is answered as a stream, this request takes one answer").
			WithHint("send Accept: text/event-stream, or use a WebSocket with graphql-transport-ws"), op.Operation.Position)
	}
	c := costs{vars: op.Variables, fragments: map[string]cost{}}
	total := c.selection(op.Operation.SelectionSet).total()
	if c.unset != nil {
		return refused(ratchet.Errorf(ratchet.CodeInvalid, "@%s wants true or false, the variable is null", c.unset.Name), c.unset.Position)
	}
	if total > l.Complexity {
		return refused(ratchet.Errorf(ratchet.CodeInvalid, "the operation costs %d, at most %d is taken", total, l.Complexity).
			WithHint("pass a smaller limit, or ask for fewer fields"), op.Operation.Position)
	}
	return nil
}

// shape measures a document that is not validated yet.
type shape struct {
	doc    *ast.QueryDocument
	depths map[string]int  // of fragments
	open   map[string]bool // fragments being measured: a cycle, which validation refuses
	wide   *ast.Position   // of a field of a selection with too many
}

// widest is how many fields a selection may have with its fragments: validation
// compares each with each.
const widest = 500

func (s *shape) depth(set ast.SelectionSet) int {
	deepest := 0
	for _, sel := range set {
		d := 0
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Name == "__schema" || sel.Name == "__type" {
				continue // has limits of its own
			}
			d = 1 + s.depth(sel.SelectionSet)
		case *ast.InlineFragment:
			d = s.depth(sel.SelectionSet)
		case *ast.FragmentSpread:
			d = s.fragment(sel.Name)
		}
		deepest = max(deepest, d)
	}
	return deepest
}

func (s *shape) fragment(name string) int {
	if d, known := s.depths[name]; known {
		return d
	}
	f := s.doc.Fragments.ForName(name)
	if f == nil || s.open[name] {
		return 0
	}
	s.open[name] = true
	d := s.depth(f.SelectionSet)
	delete(s.open, name)
	s.depths[name] = d
	return d
}

// aliases finds a selection that asks for one field under more than most names.
func (s *shape) aliases(most int) (name string, n int, at *ast.Position) {
	var search func(set ast.SelectionSet) bool
	search = func(set ast.SelectionSet) bool {
		names, width := map[string]map[string]bool{}, 0
		s.flatten(set, map[string]bool{}, func(f *ast.Field) {
			if width++; width > widest {
				s.wide = f.Position
			}
			if names[f.Name] == nil {
				names[f.Name] = map[string]bool{}
			}
			names[f.Name][f.Alias] = true
			if len(names[f.Name]) > max(most, n) {
				name, n, at = f.Name, len(names[f.Name]), f.Position
			}
		})
		if n > 0 || s.wide != nil {
			return true
		}
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if search(sel.SelectionSet) {
					return true
				}
			case *ast.InlineFragment:
				if search(sel.SelectionSet) {
					return true
				}
			}
		}
		return false
	}
	for _, op := range s.doc.Operations {
		if search(op.SelectionSet) {
			return name, n, at
		}
	}
	for _, f := range s.doc.Fragments {
		if search(f.SelectionSet) {
			return name, n, at
		}
	}
	return "", 0, nil
}

// flatten calls yield for the fields of a selection, fragments included.
func (s *shape) flatten(set ast.SelectionSet, seen map[string]bool, yield func(*ast.Field)) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			yield(sel)
		case *ast.InlineFragment:
			s.flatten(sel.SelectionSet, seen, yield)
		case *ast.FragmentSpread:
			if f := s.doc.Fragments.ForName(sel.Name); f != nil && !seen[sel.Name] {
				seen[sel.Name] = true
				s.flatten(f.SelectionSet, seen, yield)
			}
		}
	}
}
