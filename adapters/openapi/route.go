package openapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"ratchet/adapters/casing"
	"ratchet/tools"
)

var variable = regexp.MustCompile(`\{(\w+)\}`)

// camelPath is a path with its variables in camelCase.
func camelPath(path string) string {
	return variable.ReplaceAllStringFunc(path, casing.Camel)
}

// route describes a further route of a tool.
func (b *builder) route(t tools.Tool, r tools.Route) (*operation, error) {
	in := schemaOf(t.In)
	op := &operation{
		Tags: []string{resource(r.Path)}, Summary: t.Title, Description: t.Doc, OperationID: routeID(r), Tool: t.Name, Responses: newOrdered[response](),
	}
	if r.Doc != "" {
		op.Summary = strings.TrimSuffix(r.Doc, ".")
	}
	var elsewhere []string
	for _, name := range r.Variables() {
		schema, ok := in.Properties.Get(name)
		if !ok {
			return nil, fmt.Errorf("the tool has no argument %s", name)
		}
		elsewhere = append(elsewhere, name)
		op.Parameters = append(op.Parameters, parameter{
			Name: casing.Camel(name), In: "path", Required: true, Description: describedBy(schema), Schema: spelled(schema),
		})
	}
	for name := range fixed(r.Set) {
		elsewhere = append(elsewhere, name)
	}
	list := t.Filters != nil && r.Method == http.MethodGet && !r.One
	switch r.Method {
	case http.MethodGet, http.MethodDelete:
		if list {
			op.Parameters = append(op.Parameters, listParameters(t)...)
			elsewhere = append(elsewhere, listArguments()...)
		}
		if !r.One {
			op.Parameters = append(op.Parameters, query(in, elsewhere)...)
		}
	default:
		if in.Properties.Len() > len(elsewhere) {
			op.RequestBody = b.argumentsBody(t, b.rest(t, r, in, elsewhere), elsewhere)
		}
	}
	data := output(t)
	if list || r.One {
		item, err := items(t)
		if err != nil {
			return nil, err
		}
		if data = item; list {
			data = json.RawMessage(`{"type":"array","items":` + string(item) + `}`)
		}
	}
	b.answers(op, t, r.Method, status(r), data, list)
	return op, nil
}

// status is that of the answer when all is well.
func status(r tools.Route) int {
	switch {
	case r.Method == http.MethodDelete:
		return http.StatusNoContent
	case r.Created != "":
		return http.StatusCreated
	}
	return http.StatusOK
}

// rest is the schema of the arguments that are not given elsewhere.
func (b *builder) rest(t tools.Tool, r tools.Route, in shape, elsewhere []string) json.RawMessage {
	if len(elsewhere) == 0 {
		return ref(typeName(t) + "Input")
	}
	properties := newOrdered[json.RawMessage]()
	for pair := in.Properties.Oldest(); pair != nil; pair = pair.Next() {
		if !slices.Contains(elsewhere, pair.Key) {
			properties.Set(pair.Key, pair.Value)
		}
	}
	required := []string{}
	for _, name := range in.Required {
		if !slices.Contains(elsewhere, name) {
			required = append(required, name)
		}
	}
	name := casing.Pascal(routeID(r)) + "Body"
	b.doc.Components.Schemas.Set(name, spelled(marshal(map[string]any{
		"type": "object", "properties": properties, "required": required, "additionalProperties": false,
	})))
	return ref(name)
}

// query are the arguments of a tool as parameters of the query.
func query(in shape, elsewhere []string) []parameter {
	var list []parameter
	for pair := in.Properties.Oldest(); pair != nil; pair = pair.Next() {
		if slices.Contains(elsewhere, pair.Key) {
			continue
		}
		p := parameter{
			Name: casing.Camel(pair.Key), In: "query", Required: slices.Contains(in.Required, pair.Key),
			Description: describedBy(pair.Value), Schema: spelled(pair.Value),
		}
		if kind(pair.Value) == "array" {
			off := false
			p.Style, p.Explode = "form", &off
		}
		list = append(list, p)
	}
	return list
}

func kind(schema json.RawMessage) string {
	var s struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(schema, &s) // a list of types is none that matters here
	return s.Type
}

func describedBy(schema json.RawMessage) string {
	var s struct {
		Description string `json:"description"`
	}
	_ = json.Unmarshal(schema, &s) // true and false describe nothing
	return s.Description
}

func fixed(set json.RawMessage) map[string]json.RawMessage {
	var values map[string]json.RawMessage
	_ = json.Unmarshal(set, &values) // nil fixes nothing
	return values
}

// items is the schema of an item of a tool that answers a list: that of its
// only list of objects.
func items(t tools.Tool) (json.RawMessage, error) {
	out := schemaOf(spelled(t.Out))
	for pair := out.Properties.Oldest(); pair != nil; pair = pair.Next() {
		if pair.Key == "filters" || kind(pair.Value) != "array" {
			continue
		}
		var s struct {
			Items json.RawMessage `json:"items"`
		}
		if err := json.Unmarshal(pair.Value, &s); err == nil && len(s.Items) > 0 {
			return s.Items, nil
		}
	}
	return nil, fmt.Errorf("the result holds no list")
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
func routeID(r tools.Route) string {
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
