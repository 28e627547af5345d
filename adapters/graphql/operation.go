package graphql

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ratchet/registry"

	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/casing"
)

// operation is a root field of Query or Mutation: one way to call a tool.
type operation struct {
	tool   registry.Tool
	args   map[string]*entry // by name in GraphQL
	whole  bool              // one argument holds all of the tool's
	set    []setting         // arguments this field fixes
	doc    bool              // the result is a document
	one    string            // the result is the first item of the list under this key; empty = the whole
	list   *listing          // the result is a list; nil = it is not
	result *value
}

// setting is an argument whose value is fixed.
type setting struct {
	key   string
	value json.RawMessage
}

// builder makes a schema from the tools.
type builder struct {
	types      *types
	in         *inputs
	out        *outputs
	roots      map[ast.Operation]*ast.Definition
	operations map[string]*operation // by root type and field, e.g. Query.task
	words      vocabulary
}

func newBuilder() *builder {
	t := newTypes()
	return &builder{
		types: t, in: &inputs{types: t}, out: &outputs{types: t, objects: map[string]*object{}},
		roots: map[ast.Operation]*ast.Definition{
			ast.Query:        {Kind: ast.Object, Name: "Query", Description: "What can be read."},
			ast.Mutation:     {Kind: ast.Object, Name: "Mutation", Description: "What changes something or runs task code."},
			ast.Subscription: {Kind: ast.Object, Name: "Subscription", Description: "What can be followed live."},
		},
		operations: map[string]*operation{}, words: vocabulary{},
	}
}

// add offers a tool: by the field named like it, then by those of its routes.
func (b *builder) add(t registry.Tool) error {
	b.words.learn(t.Args())
	b.words.learn(t.Result())
	own := fieldOf(t.Name)
	if err := b.field(t, registry.Route{Field: own}); err != nil {
		return err
	}
	for _, r := range t.Routes {
		if r.Field == "" || (r.Field == own && r.Set == nil && !r.One) {
			continue
		}
		if err := b.field(t, r); err != nil {
			return err
		}
	}
	return nil
}

// field adds one root field.
func (b *builder) field(t registry.Tool, r registry.Route) error {
	kind := ast.Mutation
	if readsOnly(t) {
		kind = ast.Query
	}
	root := b.roots[kind]
	if !validName(r.Field) || root.Fields.ForName(r.Field) != nil {
		return fmt.Errorf("%s: the GraphQL field %s.%s is no name or taken", t.Name, root.Name, r.Field)
	}
	op := &operation{tool: t}
	def := &ast.FieldDefinition{Name: r.Field, Description: fieldDoc(t, r)}
	if err := op.fix(r.Set); err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	own := r.Field == fieldOf(t.Name)
	items := pageKey(t)
	switch {
	case items != "" && !own && !r.One:
		b.list(op, def, t, items)
	default:
		b.arguments(op, def, t, r, own)
		b.result(op, t, r.One)
		def.Type = op.result.typ(false)
	}
	root.Fields = append(root.Fields, def)
	b.operations[root.Name+"."+r.Field] = op
	return nil
}

func fieldDoc(t registry.Tool, r registry.Route) string {
	if r.Doc != "" {
		return shortDoc(r.Doc)
	}
	return t.Title + ". " + shortDoc(t.Doc)
}

func (op *operation) fix(set json.RawMessage) error {
	if set == nil {
		return nil
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(set, &values); err != nil {
		return fmt.Errorf("read the fixed arguments: %w", err)
	}
	for key, v := range values {
		op.set = append(op.set, setting{key, v})
	}
	slices.SortFunc(op.set, func(a, b setting) int { return bytes.Compare([]byte(a.key), []byte(b.key)) })
	return nil
}

func (op *operation) fixes(key string) bool {
	return slices.ContainsFunc(op.set, func(s setting) bool { return s.key == key })
}

// arguments declares the arguments of a field. The argument that is the id of
// what the field is named after is called id, or uuid: task(id). A field of one
// thing takes nothing but what names it.
func (b *builder) arguments(op *operation, def *ast.FieldDefinition, t registry.Tool, r registry.Route, own bool, without ...string) {
	named := r.Variables()
	op.args = map[string]*entry{}
	for _, f := range t.Args().Fields {
		if !validName(f.Camel) {
			op.whole = true
			op.args["arguments"] = &entry{input: &input{name: "JSON"}}
			def.Arguments = ast.ArgumentDefinitionList{{
				Name: "arguments", Type: ast.NonNullNamedType("JSON", nil), Description: "The arguments, as the tool's schema wants them.",
			}}
			return
		}
	}
	stem := typeStem(t.Name)
	for _, f := range t.Args().Fields {
		key, s := f.Name, f.Type
		if slices.Contains(without, key) || op.fixes(key) || key == "fields" || // selections choose the fields
			r.One && !slices.Contains(named, key) {
			continue
		}
		name := f.Camel
		switch {
		case r.One && len(named) == 1, key == casing.Snake(r.Field)+"_id" && !own:
			name = "id"
		case key == strings.TrimSuffix(casing.Snake(r.Field), "_by_uuid")+"_id" && !own:
			name = "uuid" // taskByUuid(uuid)
		}
		in := b.in.input(stem+casing.Pascal(key), key, s)
		op.args[name] = &entry{key: key, input: in}
		other := alias(t.Also, key)
		required := name == "id" || name == "uuid" || (f.Required && s.Default == nil && !s.Nullable && in.name != "JSON")
		if in.name == "JSON" && f.Required && s.Kind == "object" {
			required = true
		}
		def.Arguments = append(def.Arguments, &ast.ArgumentDefinition{
			Name: name, Type: in.typ(required && other == ""), DefaultValue: in.literal(s.Default), Directives: deprecated(s),
			Description: describe(key, s.Description),
		})
		if other != "" {
			op.args[other] = &entry{key: key, input: in}
			def.Arguments = append(def.Arguments, &ast.ArgumentDefinition{Name: other, Type: in.typ(false), Description: "Another name of " + name + "."})
		}
	}
}

// alias is the further name that names has for key, in camelCase; empty = it has none.
func alias(names map[string]string, key string) string {
	for _, other := range slices.Sorted(maps.Keys(names)) {
		if names[other] == key {
			return casing.Camel(other)
		}
	}
	return ""
}

// result decides how a field's result is shown.
func (b *builder) result(op *operation, t registry.Tool, one bool) {
	b.out.also = t.Shows
	defer func() { b.out.also = nil }()
	stem := typeStem(t.Name)
	switch {
	case t.Result() == nil && t.IsDocument():
		op.doc = true
		op.result = b.out.object("Document", document())
	case t.Result() == nil:
		op.result = &value{kind: kindJSON, name: "JSON"}
	case one && rowsKey(t) != "":
		op.one = rowsKey(t)
		op.result = b.out.value(stem+casing.Pascal(singular(op.one)), singular(op.one), t.Result().Field(op.one).Type.Items)
	default:
		op.result = b.out.value(stem+"Result", "", t.Result())
	}
}

// pageKey is the key of the rows in a result that comes in pages; empty for
// other tools.
func pageKey(t registry.Tool) string {
	if t.Result().Field("pagination") == nil {
		return ""
	}
	return rowsKey(t)
}

// rowsKey is the key of the list in a result; empty when there is none.
func rowsKey(t registry.Tool) string {
	if f := t.Result().Rows(); f != nil {
		return f.Name
	}
	return ""
}
