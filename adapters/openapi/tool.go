package openapi

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ratchet/registry"

	"ratchet/casing"
	"ratchet/schema"
)

// typeName is the name of a tool in names of schemas: CreateTask.
func typeName(t registry.Tool) string {
	return casing.Pascal(strings.TrimPrefix(t.Name, "ratchet_"))
}

// schemas writes the schemas of a tool's arguments and result.
func (b *builder) schemas(t registry.Tool) {
	b.doc.Components.Schemas.Set(typeName(t)+"Input", spelled(t.In))
	if len(t.Out) > 0 {
		b.doc.Components.Schemas.Set(typeName(t)+"Output", spelled(t.Out))
	}
}

// spelled is a schema of a tool as the surface spells it.
func spelled(raw json.RawMessage) json.RawMessage { return schema.Open(schema.Camel(raw)) }

// output is the schema of a tool's result.
func output(t registry.Tool) json.RawMessage {
	if len(t.Out) == 0 {
		return ref("Document")
	}
	return ref(typeName(t) + "Output")
}

// call describes POST /api/v1/tools/{name}.
func (b *builder) call(t registry.Tool) *operation {
	op := &operation{
		Tags: []string{toolTag(t.Toolset)}, Summary: t.Title, Description: t.Doc, OperationID: t.Name, Tool: t.Name,
		RequestBody: b.argumentsBody(t, ref(typeName(t)+"Input"), nil),
		Responses:   newOrdered[response](),
	}
	route := registry.Route{Method: http.MethodPost}
	b.answers(op, t, route, t.Answer(route), output(t))
	return op
}

// argumentsBody is a body of arguments with the tool's examples, less those
// that are given elsewhere.
func (b *builder) argumentsBody(t registry.Tool, arguments json.RawMessage, elsewhere []string) *body {
	m := media{Schema: arguments}
	for _, ex := range t.Examples {
		value, err := t.Args().Camel(without(ex.Args, elsewhere))
		if err != nil {
			continue // an example that is no JSON fails the registry's own check
		}
		if m.Examples == nil {
			m.Examples = newOrdered[example]()
		}
		m.Examples.Set(exampleKey(ex.Title), example{Summary: ex.Title, Value: value})
	}
	return &body{Required: needed(t, elsewhere), Content: content("application/json", m)}
}

var notKey = regexp.MustCompile(`[^A-Za-z0-9]+`)

// exampleKey makes a key of a title, as components allow it.
func exampleKey(title string) string {
	return casing.Camel(strings.ToLower(strings.Trim(notKey.ReplaceAllString(title, "_"), "_")))
}

// without removes members of a JSON object.
func without(object json.RawMessage, names []string) json.RawMessage {
	if len(names) == 0 {
		return object
	}
	members := newOrdered[json.RawMessage]()
	if json.Unmarshal(object, members) != nil {
		return object
	}
	for _, name := range names {
		members.Delete(name)
	}
	return marshal(members)
}

// needed says whether an argument must be given that is not given elsewhere.
func needed(t registry.Tool, elsewhere []string) bool {
	return slices.ContainsFunc(t.Args().Fields, func(f *schema.Field) bool {
		return f.Required && !slices.Contains(elsewhere, f.Name)
	})
}

// answers writes the responses of a route of a tool.
func (b *builder) answers(op *operation, t registry.Tool, route registry.Route, a registry.Answer, data json.RawMessage) {
	r := response{Description: "The result.", Headers: newOrdered[parameter]()}
	if a.Status == http.StatusNoContent {
		r.Description = "Done; there is nothing to say."
	} else {
		r.Content = content("application/json", media{Schema: envelope(data)})
	}
	header := func(name, component string) { r.Headers.Set(name, parameter{Ref: "#/components/headers/" + component}) }
	header("X-Request-ID", "RequestID")
	if a.Revisions {
		header("ETag", "ETag")
	}
	switch {
	case a.List:
		header("X-Total-Count", "TotalCount")
		header("X-Total-Is-Lower-Bound", "TotalIsLowerBound")
		header("Content-Range", "ContentRange")
		header("Link", "Link")
	case a.Status == http.StatusCreated:
		header("Location", "Location")
	}
	op.Responses.Set(strconv.Itoa(a.Status), r)
	if a.Runs {
		running := r
		running.Description = "A run goes on; ask for its status."
		op.Responses.Set("202", running)
	}
	if a.Revisions && route.Method == http.MethodGet {
		op.Responses.Set("304", response{Description: "If-None-Match names the present version."})
	}
	statuses := []int{400, 401, 403, 404, 408, 409, 410}
	if t.Keyed() && route.Method == http.MethodPost {
		op.Parameters = append(op.Parameters, parameter{Ref: "#/components/parameters/IdempotencyKey"})
	}
	if t.Conditional() {
		op.Parameters = append(op.Parameters, parameter{Ref: "#/components/parameters/IfMatch"})
		statuses = append(statuses, 412)
	}
	if op.RequestBody != nil {
		statuses = append(statuses, 413, 415)
	}
	refusals(op.Responses, append(statuses, 429, 500, 503))
}

// envelope is {data, meta} around a schema.
func envelope(data json.RawMessage) json.RawMessage {
	return json.RawMessage(`{"type":"object","required":["data","meta"],"properties":{"data":` + string(data) + `,"meta":{"$ref":"#/components/schemas/Meta"}}}`)
}
