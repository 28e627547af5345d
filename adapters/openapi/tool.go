package openapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ratchet/adapters/casing"
	"ratchet/tools"
)

// typeName is the name of a tool in names of schemas: CreateTask.
func typeName(t tools.Tool) string {
	return casing.Pascal(strings.TrimPrefix(t.Name, "ratchet_"))
}

// schemas writes the schemas of a tool's arguments and result.
func (b *builder) schemas(t tools.Tool) {
	b.doc.Components.Schemas.Set(typeName(t)+"Input", spelled(t.In))
	if len(t.Out) > 0 {
		b.doc.Components.Schemas.Set(typeName(t)+"Output", spelled(t.Out))
	}
}

// spelled is a schema of a tool as the surface spells it.
func spelled(schema json.RawMessage) json.RawMessage { return openObjects(casing.Schema(schema)) }

// output is the schema of a tool's result.
func output(t tools.Tool) json.RawMessage {
	if len(t.Out) == 0 {
		return ref("Document")
	}
	return ref(typeName(t) + "Output")
}

// call describes POST /api/v1/tools/{name}.
func (b *builder) call(t tools.Tool) *operation {
	op := &operation{
		Tags: []string{toolTag(t.Toolset)}, Summary: t.Title, Description: t.Doc, OperationID: t.Name, Tool: t.Name,
		RequestBody: b.argumentsBody(t, ref(typeName(t)+"Input"), nil),
		Responses:   newOrdered[response](),
	}
	b.answers(op, t, http.MethodPost, http.StatusOK, output(t), false)
	return op
}

// argumentsBody is a body of arguments with the tool's examples, less those
// that are given elsewhere.
func (b *builder) argumentsBody(t tools.Tool, schema json.RawMessage, elsewhere []string) *body {
	m := media{Schema: schema}
	for _, ex := range t.Examples {
		value, err := casing.Value(t.In, without(ex.Args, elsewhere))
		if err != nil {
			continue // an example that is no JSON fails the registry's own check
		}
		if m.Examples == nil {
			m.Examples = newOrdered[example]()
		}
		m.Examples.Set(exampleKey(ex.Title), example{Summary: ex.Title, Value: value})
	}
	return &body{Required: needed(schemaOf(t.In), elsewhere), Content: content("application/json", m)}
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

// shape is what of a tool's schema the routes need, in snake_case.
type shape struct {
	Properties *ordered[json.RawMessage] `json:"properties"`
	Required   []string                  `json:"required"`
}

func schemaOf(raw json.RawMessage) shape {
	s := shape{Properties: newOrdered[json.RawMessage]()}
	if err := json.Unmarshal(raw, &s); err != nil {
		panic(fmt.Sprintf("openapi: a tool's schema: %v", err)) // the registry compiled it
	}
	return s
}

// needed says whether an argument must be given that is not given elsewhere.
func needed(s shape, elsewhere []string) bool {
	return slices.ContainsFunc(s.Required, func(name string) bool { return !slices.Contains(elsewhere, name) })
}

// answers writes the responses of a tool's operation.
func (b *builder) answers(op *operation, t tools.Tool, method string, status int, data json.RawMessage, list bool) {
	r := response{Description: "The result.", Headers: newOrdered[parameter]()}
	if status == http.StatusNoContent {
		r.Description = "Done; there is nothing to say."
	} else {
		r.Content = content("application/json", media{Schema: envelope(data)})
	}
	header := func(name, component string) { r.Headers.Set(name, parameter{Ref: "#/components/headers/" + component}) }
	header("X-Request-ID", "RequestID")
	_, tagged := schemaOf(orEmpty(t.Out)).Properties.Get("checksum")
	if tagged && status != http.StatusNoContent && !list {
		header("ETag", "ETag")
	}
	switch {
	case list:
		header("X-Total-Count", "TotalCount")
		header("X-Total-Is-Lower-Bound", "TotalIsLowerBound")
		header("Content-Range", "ContentRange")
		header("Link", "Link")
	case status == http.StatusCreated:
		header("Location", "Location")
	}
	op.Responses.Set(strconv.Itoa(status), r)
	if t.Executes && method == http.MethodPost {
		running := r
		running.Description = "A run goes on; ask for its status."
		op.Responses.Set("202", running)
	}
	if tagged && method == http.MethodGet && !list {
		op.Responses.Set("304", response{Description: "If-None-Match names the present version."})
	}
	statuses := []int{400, 401, 403, 404, 408, 409, 410}
	if b.conditions(op, t, method) {
		statuses = append(statuses, 412)
	}
	if op.RequestBody != nil {
		statuses = append(statuses, 413, 415)
	}
	refusals(op.Responses, append(statuses, 429, 500, 503))
}

// conditions adds the headers that stand for arguments, and says whether one
// of them is If-Match.
func (b *builder) conditions(op *operation, t tools.Tool, method string) bool {
	in := schemaOf(t.In)
	if _, takes := in.Properties.Get("idempotency_key"); takes && method == http.MethodPost {
		op.Parameters = append(op.Parameters, parameter{Ref: "#/components/parameters/IdempotencyKey"})
	}
	_, takes := in.Properties.Get("expected_checksum")
	if takes {
		op.Parameters = append(op.Parameters, parameter{Ref: "#/components/parameters/IfMatch"})
	}
	return takes
}

// orEmpty is a schema, or that of no members where there is none.
func orEmpty(schema json.RawMessage) json.RawMessage {
	if len(schema) == 0 {
		return json.RawMessage(`{}`)
	}
	return schema
}

// envelope is {data, meta} around a schema.
func envelope(data json.RawMessage) json.RawMessage {
	return json.RawMessage(`{"type":"object","required":["data","meta"],"properties":{"data":` + string(data) + `,"meta":{"$ref":"#/components/schemas/Meta"}}}`)
}
