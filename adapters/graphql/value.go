package graphql

import "github.com/vektah/gqlparser/v2/ast"

// kind says how a JSON value is shown.
type kind int

const (
	kindLeaf   kind = iota // string, number or boolean: as it is
	kindInt                // number that has to fit 32 bits
	kindJSON               // anything, as it is
	kindList               // list of elem
	kindObject             // object of declared keys
)

// value is a type of results: how their JSON becomes an answer.
type value struct {
	kind   kind
	name   string  // of the leaf's or object's type
	elem   *value  // of a list
	object *object // of an object
}

// object is an output type of the schema.
type object struct {
	name   string
	fields map[string]*member // by name in GraphQL
	order  []string
}

// member is a field of an object.
type member struct {
	key      string // in the tool's JSON
	value    *value
	required bool
}

// typ is the type of a place that holds v.
func (v *value) typ(required bool) *ast.Type {
	t := ast.NamedType(v.name, nil)
	if v.kind == kindList {
		t = ast.ListType(v.elem.typ(true), nil)
	}
	t.NonNull = required
	return t
}

// input is a type of arguments: how an argument becomes the tool's JSON.
type input struct {
	name   string            // of the leaf's or object's type
	elem   *input            // of a list; nil = no list
	fields map[string]*entry // of an object with declared keys, by name in GraphQL; nil = none
}

// entry is a field of an input.
type entry struct {
	key   string
	input *input
}

func (in *input) typ(required bool) *ast.Type {
	t := ast.NamedType(in.name, nil)
	if in.elem != nil {
		t = ast.ListType(in.elem.typ(true), nil)
	}
	t.NonNull = required
	return t
}
