package graphql

import (
	"encoding/json"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/ast"

	"ratchet"
)

// introspectionBudget bounds the values of one answer about the schema: small
// documents can ask for very large ones. The usual question takes a tenth.
const introspectionBudget = 300_000

// introspect answers __schema and __type.
func (h *Handler) introspect(who ratchet.Principal, op *gql.OperationContext, f gql.CollectedField, fail func(ast.Path, error)) json.RawMessage {
	path := ast.Path{ast.PathName(f.Alias)}
	if op.DisableIntrospection || !h.mayLook(who) {
		fail(path, ratchet.Errorf(ratchet.CodeDenied, "introspection is switched off").
			WithHint("switch on graphql_api.introspection, or be an admin"))
		return json.RawMessage("null")
	}
	w := describer{op: op, budget: introspectionBudget}
	if f.Name == "__schema" {
		w.write(introspection.WrapSchema(h.schema.ast), f.Selections)
	} else {
		name, _ := f.ArgumentMap(op.Variables)["name"].(string)
		w.write(introspection.WrapTypeFromDef(h.schema.ast, h.schema.ast.Types[name]), f.Selections)
	}
	if w.budget < 0 {
		fail(path, ratchet.Errorf(ratchet.CodeTooLarge, "the answer about the schema has more than %d values", introspectionBudget).
			WithHint("ask for less: name a type with __type, and leave out aliases"))
		return json.RawMessage("null")
	}
	return w.out
}

// mayLook says whether who may see the schema and the page.
func (h *Handler) mayLook(who ratchet.Principal) bool {
	return !h.cfg.AdminOnly || who.Role == ratchet.RoleAdmin
}

// describer writes the schema's description of itself.
type describer struct {
	op     *gql.OperationContext
	out    []byte
	budget int
}

// write appends v, which is one of the library's types or a scalar.
func (w *describer) write(v any, set ast.SelectionSet) {
	if w.budget--; w.budget < 0 {
		return
	}
	switch v := v.(type) {
	case string:
		w.out = appendString(w.out, v)
	case *string:
		if v == nil {
			w.out = append(w.out, "null"...)
			return
		}
		w.out = appendString(w.out, *v)
	case bool:
		if v {
			w.out = append(w.out, "true"...)
		} else {
			w.out = append(w.out, "false"...)
		}
	case []string:
		writeAll(w, v, set)
	case []introspection.Type:
		writeAll(w, v, set)
	case []introspection.Field:
		writeAll(w, v, set)
	case []introspection.InputValue:
		writeAll(w, v, set)
	case []introspection.EnumValue:
		writeAll(w, v, set)
	case []introspection.Directive:
		writeAll(w, v, set)
	case *introspection.Schema:
		w.object("__Schema", set, func(f gql.CollectedField) any { return schemaField(v, f.Name) })
	case introspection.Type:
		w.write(&v, set)
	case *introspection.Type:
		if v == nil {
			w.out = append(w.out, "null"...)
			return
		}
		w.object("__Type", set, func(f gql.CollectedField) any { return typeField(v, f.Name, w.deprecated(f)) })
	case introspection.Field:
		w.object("__Field", set, func(f gql.CollectedField) any { return fieldField(&v, f.Name, w.deprecated(f)) })
	case introspection.InputValue:
		w.object("__InputValue", set, func(f gql.CollectedField) any { return inputField(&v, f.Name) })
	case introspection.EnumValue:
		w.object("__EnumValue", set, func(f gql.CollectedField) any { return enumField(&v, f.Name) })
	case introspection.Directive:
		w.object("__Directive", set, func(f gql.CollectedField) any { return directiveField(&v, f.Name, w.deprecated(f)) })
	}
}

func (w *describer) deprecated(f gql.CollectedField) bool {
	yes, _ := f.ArgumentMap(w.op.Variables)["includeDeprecated"].(bool)
	return yes
}

func writeAll[T any](w *describer, list []T, set ast.SelectionSet) {
	w.out = append(w.out, '[')
	for i, v := range list {
		if w.budget < 0 {
			break
		}
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.write(v, set)
	}
	w.out = append(w.out, ']')
}

func (w *describer) object(name string, set ast.SelectionSet, get func(gql.CollectedField) any) {
	w.out = append(w.out, '{')
	for i, f := range gql.CollectFields(w.op, set, []string{name}) {
		if w.budget < 0 {
			break
		}
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(appendString(w.out, f.Alias), ':')
		if f.Name == "__typename" {
			w.write(name, nil)
			continue
		}
		w.write(get(f), f.Selections)
	}
	w.out = append(w.out, '}')
}

func schemaField(s *introspection.Schema, name string) any {
	switch name {
	case "description":
		return s.Description()
	case "types":
		return s.Types()
	case "queryType":
		return s.QueryType()
	case "mutationType":
		return s.MutationType()
	case "subscriptionType":
		return s.SubscriptionType()
	default:
		return s.Directives()
	}
}

func typeField(t *introspection.Type, name string, deprecated bool) any {
	switch name {
	case "kind":
		return t.Kind()
	case "name":
		return t.Name()
	case "description":
		return t.Description()
	case "specifiedByURL":
		return t.SpecifiedByURL()
	case "isOneOf":
		return t.IsOneOf()
	case "ofType":
		return t.OfType()
	}
	// Lists that a kind of type does not have are null.
	kind := t.Kind()
	switch {
	case name == "fields" && (kind == "OBJECT" || kind == "INTERFACE"):
		return t.Fields(deprecated)
	case name == "interfaces" && (kind == "OBJECT" || kind == "INTERFACE"):
		return t.Interfaces()
	case name == "possibleTypes" && (kind == "INTERFACE" || kind == "UNION"):
		return t.PossibleTypes()
	case name == "enumValues" && kind == "ENUM":
		return t.EnumValues(deprecated)
	case name == "inputFields" && kind == "INPUT_OBJECT":
		return t.VisibleInputFields(deprecated)
	}
	return (*string)(nil)
}

func fieldField(f *introspection.Field, name string, deprecated bool) any {
	switch name {
	case "name":
		return f.Name
	case "description":
		return f.Description()
	case "args":
		return f.VisibleArgs(deprecated)
	case "type":
		return f.Type
	case "isDeprecated":
		return f.IsDeprecated()
	default:
		return f.DeprecationReason()
	}
}

func inputField(v *introspection.InputValue, name string) any {
	switch name {
	case "name":
		return v.Name
	case "description":
		return v.Description()
	case "type":
		return v.Type
	case "defaultValue":
		return v.DefaultValue
	case "isDeprecated":
		return v.IsDeprecated()
	default:
		return v.DeprecationReason()
	}
}

func enumField(v *introspection.EnumValue, name string) any {
	switch name {
	case "name":
		return v.Name
	case "description":
		return v.Description()
	case "isDeprecated":
		return v.IsDeprecated()
	default:
		return v.DeprecationReason()
	}
}

func directiveField(d *introspection.Directive, name string, deprecated bool) any {
	switch name {
	case "name":
		return d.Name
	case "description":
		return d.Description()
	case "locations":
		return d.Locations
	case "args":
		return d.VisibleArgs(deprecated)
	default:
		return d.IsRepeatable
	}
}
