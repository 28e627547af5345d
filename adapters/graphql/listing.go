package graphql

import (
	"github.com/vektah/gqlparser/v2/ast"

	"ratchet/registry"

	"ratchet"
	"ratchet/casing"
)

// listing is a root field that answers {items, meta}.
type listing struct {
	items   string // key of the rows in the tool's result
	filters *input // nil = the list has no filters
	sort    *input // nil = the list cannot be sorted
}

// list makes a field a list: filters, sort, limit, offset and cursor instead
// of the tool's own arguments for these.
func (b *builder) list(op *operation, def *ast.FieldDefinition, t registry.Tool, items string) {
	op.list = &listing{items: items}
	b.arguments(op, def, t, registry.Route{Field: def.Name}, false, "page", "limit", "offset", "cursor", "sort_by", "sort_order", "sort", "filters", "fields")
	row := b.out.value(typeStem(t.Name)+casing.Pascal(singular(items)), singular(items), t.Result().Field(items).Type.Items)
	name := row.name
	if row.kind == kindList || row.kind == kindJSON {
		name = casing.Pascal(singular(items))
	}
	if t.Filters != nil {
		op.list.filters = b.filters(name, t.Filters())
		def.Arguments = append(def.Arguments, &ast.ArgumentDefinition{
			Name: "filters", Type: op.list.filters.typ(false), Description: "Conditions, joined by AND.",
		})
	}
	if by := t.Args().Field("sort_by"); by != nil && len(words(by.Type)) > 0 {
		op.list.sort = b.sort(name, words(by.Type))
		def.Arguments = append(def.Arguments, &ast.ArgumentDefinition{
			Name: "sort", Type: op.list.sort.typ(false), Description: "Order of the items, by at most five fields. Ties are broken by id.",
		})
	}
	integer := func(name, fallback, doc string) {
		arg := &ast.ArgumentDefinition{Name: name, Type: ast.NamedType("Int", nil), Description: doc}
		if fallback != "" {
			arg.DefaultValue = &ast.Value{Raw: fallback, Kind: ast.IntValue}
		}
		def.Arguments = append(def.Arguments, arg)
	}
	integer("limit", "50", "Most items in the answer, 1 to 1000.")
	integer("offset", "", "Items to skip; excludes cursor.")
	def.Arguments = append(def.Arguments, &ast.ArgumentDefinition{
		Name: "cursor", Type: ast.NamedType("String", nil), Description: "meta.nextCursor of the page before; excludes offset.",
	})
	op.result = b.listType(name, row)
	def.Type = op.result.typ(false)
}

// listType is the type of a list's answer.
func (b *builder) listType(name string, row *value) *value {
	meta := b.meta()
	rows := &value{kind: kindList, elem: row}
	def := &ast.Definition{
		Kind: ast.Object, Description: "One page of a list.",
		Fields: ast.FieldList{
			{Name: "items", Type: rows.typ(true), Description: "The items of this page."},
			{Name: "meta", Type: meta.typ(true), Description: "Where this page is in the list."},
		},
	}
	obj := &object{order: []string{"items", "meta"}, fields: map[string]*member{
		"items": {key: "items", value: rows, required: true},
		"meta":  {key: "meta", value: meta, required: true},
	}}
	obj.name = b.types.add(name+"List", name+"Page", def)
	b.out.objects[obj.name] = obj
	return &value{kind: kindObject, name: obj.name, object: obj}
}

// meta is the type ListMeta.
func (b *builder) meta() *value {
	if known, ok := b.out.objects["ListMeta"]; ok {
		return &value{kind: kindObject, name: "ListMeta", object: known}
	}
	obj := &object{name: "ListMeta", fields: map[string]*member{}}
	def := &ast.Definition{Kind: ast.Object, Name: "ListMeta", Description: "Where a page is in its list."}
	field := func(name string, v *value, required bool, doc string) {
		obj.fields[name], obj.order = &member{key: name, value: v, required: required}, append(obj.order, name)
		def.Fields = append(def.Fields, &ast.FieldDefinition{Name: name, Type: v.typ(required), Description: doc})
	}
	field("totalCount", &value{name: "Long"}, true, "All items that match, on whatever page.")
	field("totalIsLowerBound", &value{name: "Boolean"}, true, "Whether more items than totalCount may match.")
	field("limit", &value{kind: kindInt, name: "Int"}, true, "Most items on a page.")
	field("offset", &value{name: "Long"}, false, "Items before this page; null when a cursor was given.")
	field("hasNext", &value{name: "Boolean"}, true, "Whether a page follows.")
	field("hasPrevious", &value{name: "Boolean"}, true, "Whether a page is before this one.")
	field("nextCursor", &value{name: "String"}, false, "Cursor of the page that follows; null when there is none.")
	field("note", &value{name: "String"}, false, "Why there is nothing or less than limit on this page; else null.")
	b.types.add("ListMeta", "ListMeta", def)
	b.out.objects["ListMeta"] = obj
	return &value{kind: kindObject, name: "ListMeta", object: obj}
}

// sort is the type of the argument sort.
func (b *builder) sort(name string, words []string) *input {
	field := b.types.add(name+"SortField", name+"SortField", enumOf("What a list can be sorted by.", words))
	order := b.types.add("SortOrder", "ListSortOrder", enumOf("Choice of: asc, desc.", []string{"asc", "desc"}))
	in := &input{fields: map[string]*entry{
		"field": {key: "field", input: &input{name: field}},
		"order": {key: "order", input: &input{name: order}},
	}}
	in.name = b.types.add(name+"Sort", name+"Order", &ast.Definition{
		Kind: ast.InputObject, Description: "Order of a list.",
		Fields: ast.FieldList{
			{Name: "field", Type: ast.NonNullNamedType(field, nil), Description: "What to sort by."},
			{Name: "order", Type: ast.NamedType(order, nil), Description: "Direction; asc when absent.", DefaultValue: &ast.Value{Raw: "asc", Kind: ast.EnumValue}},
		},
	})
	return &input{elem: in}
}

func enumOf(doc string, words []string) *ast.Definition {
	def := &ast.Definition{Kind: ast.Enum, Description: doc}
	for _, w := range words {
		def.EnumValues = append(def.EnumValues, &ast.EnumValueDefinition{Name: w, Description: "The value " + w + "."})
	}
	return def
}

// filters is the type of the argument filters: one input for each field.
func (b *builder) filters(name string, fields []ratchet.FilterField) *input {
	in := &input{fields: map[string]*entry{}}
	def := &ast.Definition{Kind: ast.InputObject, Description: "Conditions on a list, joined by AND."}
	for _, f := range fields {
		field := casing.Camel(f.Name)
		sub := b.filter(f)
		in.fields[field] = &entry{key: f.Name, input: sub}
		def.Fields = append(def.Fields, &ast.FieldDefinition{
			Name: field, Type: sub.typ(false), Description: describe(f.Name, ""),
		})
	}
	in.name = b.types.add(name+"Filter", name+"Filters", def)
	return in
}

// filter is the input of one filter field: an entry for each operator.
func (b *builder) filter(f ratchet.FilterField) *input {
	leaf := map[ratchet.FilterType]string{
		ratchet.FilterText: "String", ratchet.FilterInt: "Long", ratchet.FilterFloat: "Float", ratchet.FilterTime: "DateTime",
		ratchet.FilterBool: "Boolean", ratchet.FilterStatus: "String", ratchet.FilterID: "ID", ratchet.FilterRowID: "ID",
	}[f.Type]
	in := &input{fields: map[string]*entry{}}
	def := &ast.Definition{Kind: ast.InputObject, Description: "Condition on a value of type " + string(f.Type) + "."}
	for _, op := range f.Operators {
		name, doc := operatorName(op)
		sub := &input{name: leaf}
		if op == ratchet.OpIn || op == ratchet.OpNotIn {
			sub = &input{elem: sub}
		}
		in.fields[name] = &entry{key: string(op), input: sub}
		def.Fields = append(def.Fields, &ast.FieldDefinition{Name: name, Type: sub.typ(false), Description: doc})
	}
	ending := "Filter"
	if len(f.Operators) == 1 {
		ending = "ExactFilter"
	}
	name := casing.Pascal(string(f.Type)) + ending
	in.name = b.types.add(name, name+"Of", def)
	return in
}

func operatorName(op ratchet.Operator) (name, doc string) {
	docs := map[ratchet.Operator]string{
		ratchet.OpEQ: "Is this value.", ratchet.OpNE: "Is not this value.", ratchet.OpContains: "Holds this text, whatever the case.",
		ratchet.OpStartsWith: "Starts with this text, whatever the case.", ratchet.OpEndsWith: "Ends with this text, whatever the case.",
		ratchet.OpGT: "Is more than this.", ratchet.OpGTE: "Is this or more.", ratchet.OpLT: "Is less than this.",
		ratchet.OpLTE: "Is this or less.", ratchet.OpIn: "Is one of these.", ratchet.OpNotIn: "Is none of these.",
	}
	lower := []byte(op)
	for i := range lower {
		if lower[i] >= 'A' && lower[i] <= 'Z' {
			lower[i] += 'a' - 'A'
		}
	}
	return casing.Camel(string(lower)), docs[op]
}
