package openapi

import (
	"encoding/json"

	orderedmap "github.com/pb33f/ordered-map/v2"
)

// ordered is a JSON object whose keys keep the order in which they were set.
type ordered[V any] = orderedmap.OrderedMap[string, V]

func newOrdered[V any]() *ordered[V] { return orderedmap.New[string, V]() }

// document is an OpenAPI 3.1 document, in the order of its reading.
type document struct {
	OpenAPI    string              `json:"openapi"`
	Info       info                `json:"info"`
	Servers    []serverURL         `json:"servers"`
	Security   []requirement       `json:"security,omitempty"`
	Tags       []tag               `json:"tags"`
	Paths      *ordered[*pathItem] `json:"paths"`
	Components components          `json:"components"`
}

type info struct {
	Title       string  `json:"title"`
	Summary     string  `json:"summary,omitempty"`
	Description string  `json:"description"`
	Version     string  `json:"version"`
	License     license `json:"license"`
}

type license struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

type serverURL struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
}

// requirement is one way to be let in: the empty one is everybody's.
type requirement map[string][]string

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

type pathItem struct {
	Get    *operation `json:"get,omitempty"`
	Put    *operation `json:"put,omitempty"`
	Post   *operation `json:"post,omitempty"`
	Delete *operation `json:"delete,omitempty"`
	Patch  *operation `json:"patch,omitempty"`
}

type operation struct {
	Tags        []string           `json:"tags"`
	Summary     string             `json:"summary"`
	Description string             `json:"description,omitempty"`
	OperationID string             `json:"operationId"`
	Parameters  []parameter        `json:"parameters,omitempty"`
	RequestBody *body              `json:"requestBody,omitempty"`
	Responses   *ordered[response] `json:"responses"`
	Security    *[]requirement     `json:"security,omitempty"`
	Tool        string             `json:"x-ratchet-tool,omitempty"`
}

type parameter struct {
	Ref         string          `json:"$ref,omitempty"`
	Name        string          `json:"name,omitempty"`
	In          string          `json:"in,omitempty"`
	Description string          `json:"description,omitempty"`
	Required    bool            `json:"required,omitempty"`
	Style       string          `json:"style,omitempty"`
	Explode     *bool           `json:"explode,omitempty"`
	Schema      json.RawMessage `json:"schema,omitempty"`
}

type body struct {
	Description string          `json:"description,omitempty"`
	Required    bool            `json:"required,omitempty"`
	Content     *ordered[media] `json:"content"`
}

type media struct {
	Schema   json.RawMessage   `json:"schema,omitempty"`
	Examples *ordered[example] `json:"examples,omitempty"`
}

type example struct {
	Summary string          `json:"summary,omitempty"`
	Value   json.RawMessage `json:"value"`
}

type response struct {
	Ref         string              `json:"$ref,omitempty"`
	Description string              `json:"description,omitempty"`
	Headers     *ordered[parameter] `json:"headers,omitempty"`
	Content     *ordered[media]     `json:"content,omitempty"`
}

type components struct {
	Schemas         *ordered[json.RawMessage] `json:"schemas"`
	Responses       *ordered[response]        `json:"responses"`
	Parameters      *ordered[parameter]       `json:"parameters"`
	Headers         *ordered[parameter]       `json:"headers"`
	SecuritySchemes *ordered[scheme]          `json:"securitySchemes,omitempty"`
}

type scheme struct {
	Type             string `json:"type"`
	Description      string `json:"description,omitempty"`
	Name             string `json:"name,omitempty"`
	In               string `json:"in,omitempty"`
	Scheme           string `json:"scheme,omitempty"`
	BearerFormat     string `json:"bearerFormat,omitempty"`
	OpenIDConnectURL string `json:"openIdConnectUrl,omitempty"`
}

// set puts an operation at a method of a path; false = the method is none that
// OpenAPI knows here, or is taken.
func (p *pathItem) set(method string, op *operation) bool {
	slot := map[string]**operation{"GET": &p.Get, "PUT": &p.Put, "POST": &p.Post, "DELETE": &p.Delete, "PATCH": &p.Patch}[method]
	if slot == nil || *slot != nil {
		return false
	}
	*slot = op
	return true
}

// content is a body of one media type.
func content(kind string, m media) *ordered[media] {
	c := newOrdered[media]()
	c.Set(kind, m)
	return c
}

// ref is a schema that points to a component.
func ref(name string) json.RawMessage {
	return json.RawMessage(`{"$ref":"#/components/schemas/` + name + `"}`)
}

// marshal writes a value that always can be written.
func marshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("openapi: " + err.Error())
	}
	return raw
}
