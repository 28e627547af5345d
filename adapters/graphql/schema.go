package graphql

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ratchet/registry"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"ratchet/schema"
)

// gqlSchema is what a registry offers in GraphQL.
type gqlSchema struct {
	ast        *ast.Schema
	sdl        string
	operations map[string]*operation // by root type and field
	objects    map[string]*object    // output types
	streams    map[string]*stream    // fields of Subscription
}

// newSchema makes the schema of the tools. Tools of the set that never changes
// (core) name their types first, so that further tools cannot rename them.
func newSchema(r *registry.Registry) (*gqlSchema, error) {
	b := newBuilder()
	list := slices.Clone(r.List())
	slices.SortStableFunc(list, func(a, c registry.Tool) int {
		return turn(a) - turn(c)
	})
	for _, t := range list {
		if err := b.add(t); err != nil {
			return nil, fmt.Errorf("make the GraphQL schema: %w", err)
		}
	}
	live := b.subscriptions(r)
	sdl := b.sdl()
	parsed, err := gqlparser.LoadSchema(&ast.Source{Name: "ratchet.graphql", Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("make the GraphQL schema: %w", err)
	}
	return &gqlSchema{ast: parsed, sdl: sdl, operations: b.operations, objects: b.out.objects, streams: live}, nil
}

// turn is when a tool names its types.
func turn(t registry.Tool) int {
	return slices.Index(registry.Toolsets(), cmp.Or(t.TypesWith, t.Toolset))
}

// sdl writes the schema in the schema definition language, sorted by name.
func (b *builder) sdl() string {
	doc := &ast.SchemaDocument{}
	for _, kind := range []ast.Operation{ast.Query, ast.Mutation, ast.Subscription} {
		root := b.roots[kind]
		if len(root.Fields) == 0 {
			continue
		}
		slices.SortFunc(root.Fields, func(a, c *ast.FieldDefinition) int { return strings.Compare(a.Name, c.Name) })
		doc.Definitions = append(doc.Definitions, root)
	}
	doc.Definitions = append(doc.Definitions, b.types.sorted()...)
	for _, def := range doc.Definitions {
		b.words.speak(def)
	}
	var out strings.Builder
	formatter.NewFormatter(&out, formatter.WithIndent("  ")).FormatSchemaDocument(doc)
	return out.String()
}

// SDL is the schema in the schema definition language.
func (h *Handler) SDL() string { return h.schema.sdl }

// document describes registry.Markdown.
func document() *schema.Type {
	text := &schema.Field{Name: "text", Camel: "text", Required: true, Type: &schema.Type{Kind: "string", Description: "Markdown"}}
	return &schema.Type{Kind: "object", Title: "Document", Description: "A document for people.", Fields: []*schema.Field{text}}
}
