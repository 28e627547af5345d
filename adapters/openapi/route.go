package openapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet/casing"
	"ratchet/schema"
)

var variable = regexp.MustCompile(`\{(\w+)\}`)

// camelPath is a path with its variables in camelCase.
func camelPath(path string) string {
	return variable.ReplaceAllStringFunc(path, casing.Camel)
}

// described is what a route does, in words of routes. What the tool says of itself does not
// hold where the route fixes arguments of it: there the summary says it all.
func (b *builder) described(t registry.Tool, r registry.Route) string {
	if len(r.Set) > 0 {
		return ""
	}
	return b.cfg.Tools.InRoutes(t.Doc, func(_ string, to registry.Route) string {
		return "`" + to.Method + " " + prefix + camelPath(to.Path) + "`"
	})
}

// route describes a further route of a tool.
func (b *builder) route(t registry.Tool, r registry.Route) (*operation, error) {
	args, answer, properties := t.Args(), t.Answer(r), schema.Properties(t.In)
	op := &operation{
		Tags: []string{resource(r.Path)}, Summary: t.Title, Description: b.described(t, r), OperationID: routeID(r), Tool: t.Name, Responses: newOrdered[response](),
	}
	if r.Doc != "" {
		op.Summary = strings.TrimSuffix(r.Doc, ".")
	}
	var elsewhere []string
	for _, name := range r.Variables() {
		f := args.Field(name)
		if f == nil {
			return nil, fmt.Errorf("the tool has no argument %s", name)
		}
		elsewhere = append(elsewhere, name)
		op.Parameters = append(op.Parameters, parameter{
			Name: f.Camel, In: "path", Required: true, Description: f.Type.Description, Schema: spelled(property(properties, name)),
		})
	}
	for name := range fixed(r.Set) {
		elsewhere = append(elsewhere, name)
	}
	switch r.Method {
	case http.MethodGet, http.MethodDelete:
		if answer.List {
			op.Parameters = append(op.Parameters, listParameters(t)...)
			elsewhere = append(elsewhere, listArguments()...)
		}
		if !r.One {
			op.Parameters = append(op.Parameters, query(t, properties, elsewhere)...)
		}
	default:
		if len(args.Fields) > len(elsewhere) {
			op.RequestBody = b.argumentsBody(t, b.rest(t, r, properties, elsewhere), elsewhere)
		}
	}
	data := output(t)
	if answer.List || r.One {
		if answer.Rows == "" {
			return nil, fmt.Errorf("the result holds no list")
		}
		item := spelled(schema.Items(property(schema.Properties(t.Out), answer.Rows)))
		if data = item; answer.List {
			data = json.RawMessage(`{"type":"array","items":` + string(item) + `}`)
		}
	}
	b.answers(op, t, r, answer, data)
	return op, nil
}

// rest is the schema of the arguments that are not given elsewhere.
func (b *builder) rest(t registry.Tool, r registry.Route, all []schema.Property, elsewhere []string) json.RawMessage {
	if len(elsewhere) == 0 {
		return ref(typeName(t) + "Input")
	}
	properties := slices.DeleteFunc(slices.Clone(all), func(p schema.Property) bool { return slices.Contains(elsewhere, p.Name) })
	var required []string
	for _, p := range properties {
		if t.Args().Field(p.Name).Required {
			required = append(required, p.Name)
		}
	}
	name := casing.Pascal(routeID(r)) + "Body"
	b.doc.Components.Schemas.Set(name, spelled(schema.Object(properties, required)))
	return ref(name)
}

// property is the schema of a member; nil when there is none of the name.
func property(list []schema.Property, name string) json.RawMessage {
	for _, p := range list {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}

// query are the arguments of a tool as parameters of the query.
func query(t registry.Tool, properties []schema.Property, elsewhere []string) []parameter {
	var list []parameter
	for _, f := range t.Args().Fields {
		if slices.Contains(elsewhere, f.Name) {
			continue
		}
		p := parameter{Name: f.Camel, In: "query", Required: f.Required, Description: f.Type.Description, Schema: spelled(property(properties, f.Name))}
		if f.Type.Kind == "array" {
			off := false
			p.Style, p.Explode = "form", &off
		}
		list = append(list, p)
	}
	return list
}

func fixed(set json.RawMessage) map[string]json.RawMessage {
	var values map[string]json.RawMessage
	_ = json.Unmarshal(set, &values) // nil fixes nothing
	return values
}

// resource is the tag of a path: its first part, e.g. Tasks, API keys.
func resource(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	name := strings.ReplaceAll(first, "-", " ")
	switch name {
	case "":
		return "Server"
	case "mcp", "api keys":
		return strings.ToUpper(name[:3]) + name[3:]
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// routeID names a route: getTasksByTaskId, postTasksByTaskIdExecute.
func routeID(r registry.Route) string {
	words := []string{strings.ToLower(r.Method)}
	for _, part := range strings.Split(r.Path, "/") {
		if m := variable.FindStringSubmatch(part); m != nil {
			part = "by_" + casing.Snake(m[1])
		}
		if part != "" {
			words = append(words, strings.ReplaceAll(part, "-", "_"))
		}
	}
	return casing.Camel(strings.Join(words, "_"))
}
