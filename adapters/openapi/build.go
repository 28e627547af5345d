package openapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ratchet/registry"
)

// prefix is where the surface of tools begins.
const prefix = "/api/v1"

// Document writes the OpenAPI 3.1 document of cfg as JSON.
func Document(cfg Config) ([]byte, error) {
	b := &builder{cfg: cfg, doc: document{
		OpenAPI: "3.1.0",
		Info: info{
			Title: "Ratchet", Summary: "Write, test and run JavaScript tasks", Description: intro, Version: cmp.Or(cfg.Version, "dev"),
			License: license{Name: "MIT", Identifier: "MIT"},
		},
		Servers: []serverURL{{URL: "/", Description: "this server"}},
		Paths:   newOrdered[*pathItem](),
		Components: components{
			Schemas: newOrdered[json.RawMessage](), Responses: newOrdered[response](), Parameters: newOrdered[parameter](),
			Headers: newOrdered[parameter](), SecuritySchemes: newOrdered[scheme](),
		},
	}}
	b.shared()
	b.auth()
	if err := b.operations(); err != nil {
		return nil, fmt.Errorf("describe the HTTP surface: %w", err)
	}
	b.tags()
	text, err := json.Marshal(b.doc)
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return text, nil
}

const intro = `Everything an agent can do over MCP, as HTTP.

Every tool is ` + "`POST /api/v1/tools/{name}`" + ` with its arguments as body; the resource routes are other ways to the same tools.
Answers are ` + "`{data, meta}`" + `, errors ` + "`{error, statusCode, message}`" + `. Names are in camelCase; what is inside inputs, outputs, schemas and metadata of tasks stays as it is.`

type builder struct {
	cfg  Config
	doc  document
	ids  map[string]bool // of operations
	used map[string]bool // tags
}

// added is one operation with its place, for sorting.
type added struct {
	path, method string
	op           *operation
}

// operations writes all paths, sorted.
func (b *builder) operations() error {
	var list []added
	for _, t := range b.cfg.Tools.List() {
		b.schemas(t)
		list = append(list, added{prefix + "/tools/" + t.Name, "POST", b.call(t)})
		for _, r := range t.Routes {
			if r.Method == "" {
				continue
			}
			op, err := b.route(t, r)
			if err != nil {
				return fmt.Errorf("%s %s of %s: %w", r.Method, r.Path, t.Name, err)
			}
			list = append(list, added{prefix + camelPath(r.Path), r.Method, op})
		}
	}
	for _, o := range b.cfg.Operations {
		list = append(list, added{o.Path, o.Method, b.plain(o)})
	}
	slices.SortStableFunc(list, func(x, y added) int { return strings.Compare(x.path, y.path) })
	b.ids, b.used = map[string]bool{}, map[string]bool{}
	for _, a := range list {
		item, ok := b.doc.Paths.Get(a.path)
		if !ok {
			item = &pathItem{}
			b.doc.Paths.Set(a.path, item)
		}
		if !item.set(a.method, a.op) {
			return fmt.Errorf("%s %s is there twice, or OpenAPI knows no such method", a.method, a.path)
		}
		if b.ids[a.op.OperationID] {
			return fmt.Errorf("%s %s: the id %s is there twice", a.method, a.path, a.op.OperationID)
		}
		b.ids[a.op.OperationID] = true
		for _, t := range a.op.Tags {
			b.used[t] = true
		}
	}
	return nil
}

// tags lists the tags in use: resources first, then the toolsets.
func (b *builder) tags() {
	about := map[string]string{}
	for _, set := range registry.Toolsets() {
		about[toolTag(set)] = "Every tool of the toolset " + set + " by its name."
	}
	for name := range b.used {
		b.doc.Tags = append(b.doc.Tags, tag{Name: name, Description: about[name]})
	}
	slices.SortFunc(b.doc.Tags, func(x, y tag) int {
		return cmp.Or(cmp.Compare(len(about[x.Name]), len(about[y.Name])), strings.Compare(x.Name, y.Name))
	})
}

func toolTag(toolset string) string { return "Tools: " + toolset }

// auth writes the ways to be let in.
func (b *builder) auth() {
	schemes := b.doc.Components.SecuritySchemes
	schemes.Set("apiKey", scheme{Type: "apiKey", In: "header", Name: "X-API-Key", Description: "A key that begins with rk_. `Authorization: ApiKey KEY` and `Authorization: Bearer KEY` do too."})
	schemes.Set("bearer", scheme{Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The accessToken of a login, or a token of a configured issuer."})
	schemes.Set("session", scheme{Type: "apiKey", In: "cookie", Name: "ratchet_session", Description: "The cookie of a browser's login; writes need the X-CSRF-Token header too."})
	b.doc.Security = []requirement{{"apiKey": {}}, {"bearer": {}}, {"session": {}}}
	if b.cfg.Auth.Issuer != "" {
		schemes.Set("openId", scheme{
			Type: "openIdConnect", OpenIDConnectURL: strings.TrimSuffix(b.cfg.Auth.Issuer, "/") + "/.well-known/openid-configuration",
			Description: "A token of this issuer.",
		})
		b.doc.Security = append(b.doc.Security, requirement{"openId": {}})
	}
	if !b.cfg.Auth.Required {
		b.doc.Security = append(b.doc.Security, requirement{})
	}
}

// shared writes what many operations refer to.
func (b *builder) shared() {
	c := &b.doc.Components
	c.Schemas.Set("Error", errorSchema())
	c.Schemas.Set("Meta", json.RawMessage(`{"type":"object","description":"About the response. Further metadata of a list, such as chain and export of the audit, is here too.","required":["requestId","timestamp"],"properties":{"requestId":{"type":"string"},"timestamp":{"type":"string","format":"date-time"},"pagination":{"$ref":"#/components/schemas/Pagination"}}}`))
	c.Schemas.Set("Pagination", json.RawMessage(`{"type":"object","required":["limit","total","totalPages","hasNext","hasPrevious"],"properties":{`+
		`"page":{"type":"integer","description":"from 1; absent after a cursor"},"limit":{"type":"integer"},"total":{"type":"integer"},"totalIsLowerBound":{"type":"boolean","description":"true: total and totalPages are at least this"},"totalPages":{"type":"integer"},`+
		`"hasNext":{"type":"boolean"},"hasPrevious":{"type":"boolean"},"offset":{"type":"integer","description":"absent after a cursor"},"nextCursor":{"type":"string","description":"absent on the last page"}}}`))
	c.Schemas.Set("Document", json.RawMessage(`{"type":"object","required":["text"],"properties":{"text":{"type":"string","description":"Markdown"}}}`))
	for _, h := range []struct{ key, about, schema string }{
		{"RequestID", "Id of the request: the one that was sent, or a new one.", `{"type":"string"}`},
		{"RetryAfter", "Seconds to wait.", `{"type":"string"}`},
		{"ETag", "Version of the entity, for If-Match and If-None-Match.", `{"type":"string"}`},
		{"Location", "Path of what was made.", `{"type":"string"}`},
		{"TotalCount", "Items on all pages.", `{"type":"integer"}`},
		{"TotalIsLowerBound", "true: X-Total-Count is at least this; else absent.", `{"type":"string"}`},
		{"ContentRange", "What part of the list this is, e.g. tasks 0-24/311; * when the total is a lower bound.", `{"type":"string"}`},
		{"Link", "Links to the next, previous, first and last page.", `{"type":"string"}`},
	} {
		c.Headers.Set(h.key, parameter{Description: h.about, Schema: json.RawMessage(h.schema)})
	}
	addResponses(c)
	for _, p := range sharedParameters() {
		c.Parameters.Set(p.key, p.parameter)
	}
}
