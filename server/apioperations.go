package server

import (
	"encoding/json"
	"net/http"
	"net/url"

	"ratchet/adapters/openapi"
	"ratchet/adapters/rest"
)

// operations describes what is served and is no tool.
func (s *Server) operations(mux *http.ServeMux) []openapi.Operation {
	list := s.rootOperations()
	if s.rest != nil {
		list = append(list, restOperations(rest.Prefix)...)
	}
	if s.graphql != nil {
		list = append(list, graphQLOperations(s.cfg.GraphQL.Playground)...)
	}
	for _, o := range loginOperations(rest.Prefix) {
		if mounted(mux, o) {
			list = append(list, o)
		}
	}
	return list
}

// mounted says whether mux has a pattern for just this operation: which of
// the logins there are depends on the configuration.
func mounted(mux *http.ServeMux, o openapi.Operation) bool {
	_, pattern := mux.Handler(&http.Request{Method: o.Method, Host: "localhost", URL: &url.URL{Path: o.Path}})
	return pattern == o.Method+" "+o.Path
}

// object is the schema of an object by the schemas of its members; those with
// a ! at the end of their name are always there.
func object(members ...string) json.RawMessage {
	properties, required := map[string]json.RawMessage{}, []string{}
	for i := 0; i+1 < len(members); i += 2 {
		name := members[i]
		if last := len(name) - 1; name[last] == '!' {
			name = name[:last]
			required = append(required, name)
		}
		properties[name] = json.RawMessage(members[i+1])
	}
	raw, _ := json.Marshal(map[string]any{"type": "object", "properties": properties, "required": required})
	return raw
}

const (
	aString  = `{"type":"string"}`
	aNumber  = `{"type":"number"}`
	aTime    = `{"type":"string","format":"date-time"}`
	aBoolean = `{"type":"boolean"}`
	orNull   = `{"type":["string","null"]}`
)

// read is a GET that answers one JSON body without an envelope.
func read(path, id, tag, summary string, schema json.RawMessage, more ...openapi.Answer) openapi.Operation {
	return openapi.Operation{
		Method: http.MethodGet, Path: path, ID: id, Tag: tag, Summary: summary, Open: true,
		Answers: append([]openapi.Answer{{Status: http.StatusOK, Description: summary + ".", Schema: schema, Whole: true}}, more...),
	}
}

// rootOperations are those outside /api/v1.
func (s *Server) rootOperations() []openapi.Operation {
	ready := object("status!", aString, "reason", aString, "cause", aString)
	health := object("status!", aString, "reason", aString, "cause", aString, "timestamp!", aTime, "version!", aString)
	list := []openapi.Operation{
		read("/", "index", "Server", "What this server is and offers",
			object("service!", aString, "version!", aString, "status!", aString, "isolation!", aString, "endpoints!", `{"type":"object","additionalProperties":{"type":"string"}}`),
			openapi.Answer{Status: http.StatusOK, Description: "The same as a page, for browsers.", Kind: "text/html"}),
		read("/live", "live", "Health", "Whether the process lives", object("status!", aString)),
		read("/ready", "ready", "Health", "Whether the server takes requests", ready,
			openapi.Answer{Status: http.StatusServiceUnavailable, Description: "It does not; reason names the part, cause says why.", Schema: ready, Whole: true}),
		read("/health", "health", "Health", "Whether the server is well", health,
			openapi.Answer{Status: http.StatusServiceUnavailable, Description: "It is not.", Schema: health, Whole: true}),
		{
			Method: http.MethodGet, Path: "/api-docs/openapi.json", ID: "openapiJson", Tag: "Server", Summary: "This document as JSON", Open: true,
			Answers: []openapi.Answer{{Status: 200, Description: "OpenAPI 3.1.", Schema: json.RawMessage(`{"type":"object"}`), Whole: true}},
		},
		{
			Method: http.MethodGet, Path: "/api-docs/openapi.yaml", ID: "openapiYaml", Tag: "Server", Summary: "This document as YAML", Open: true,
			Answers: []openapi.Answer{{Status: 200, Description: "OpenAPI 3.1.", Kind: "application/yaml"}},
		},
		{
			Method: http.MethodGet, Path: "/docs", ID: "docs", Tag: "Server", Summary: "This document as a page", Open: true,
			Answers: []openapi.Answer{{Status: 200, Description: "A page that needs no other server.", Kind: "text/html"}},
		},
	}
	if s.cfg.MCP.Enabled && !s.cfg.MCP.SeparateListener {
		list = append(list, read(s.cfg.MCP.Endpoint+"/health", "mcpHealth", "Health", "How the MCP endpoint is", object(
			"status!", aString, "transport!", aString, "endpoint!", aString, "capacity!", aNumber, "active!", aNumber, "calls!", aNumber,
			"session_timeout_minutes!", aNumber, "protocol_versions!", `{"type":"array","items":{"type":"string"}}`)),
			document(s.cfg.MCP.Endpoint+cardPath, "mcpServerCard", "The card of the MCP endpoint", cardType), document(catalogPath, "aiCatalog", "Where the card is", catalogType))
	}
	return append(list, s.insideOperations()...)
}

// document is the reading of a document about the server.
func document(path, id, summary, kind string) openapi.Operation {
	return openapi.Operation{
		Method: http.MethodGet, Path: path, ID: id, Tag: "Server", Summary: summary, Open: true,
		Answers: []openapi.Answer{{Status: http.StatusOK, Description: "For clients that are not connected.", Kind: kind}},
	}
}

// insideOperations show the inside of the server, so they want to know who asks.
func (s *Server) insideOperations() []openapi.Operation {
	inside := func(o openapi.Operation) openapi.Operation {
		o.Open, o.Errors = false, []int{401, 403, 429}
		return o
	}
	text := func(path, id, kind string) openapi.Operation {
		o := read(path, id, "Health", "The server's counters", nil)
		o.Answers = []openapi.Answer{{Status: http.StatusOK, Description: "In Prometheus' text format.", Kind: kind}}
		return inside(o)
	}
	detailed := object("status!", aString, "timestamp!", aTime, "version!", aString)
	return []openapi.Operation{
		text("/metrics", "metrics", "text/plain"), text("/metrics/prometheus", "metricsText", "text/plain"),
		inside(read("/metrics/json", "metricsJson", "Health", "The server's counters as JSON", json.RawMessage(`{"type":"object"}`))),
		inside(read("/health/detailed", "healthDetailed", "Health", "How each part of the server is", detailed,
			openapi.Answer{Status: http.StatusServiceUnavailable, Description: "A critical part is not well.", Schema: detailed, Whole: true})),
	}
}

// graphQLOperations are those of the GraphQL surface.
func graphQLOperations(playground bool) []openapi.Operation {
	result := object("data", `{"type":["object","null"]}`, "errors", `{"type":"array","items":{"type":"object"}}`, "extensions", `{"type":"object"}`)
	answers := []openapi.Answer{{Status: http.StatusOK, Description: "The result of the operation.", Schema: result, Whole: true}}
	list := []openapi.Operation{
		{
			Method: http.MethodPost, Path: "/graphql", ID: "graphql", Tag: "GraphQL", Summary: "Run a GraphQL operation", Answers: answers, Errors: []int{400, 401, 403, 413, 415, 429},
			Body:        object("query", aString, "operationName", orNull, "variables", `{"type":["object","null"]}`, "extensions", `{"type":["object","null"]}`),
			BodyExample: json.RawMessage(`{"query":"{ __typename }"}`),
		},
		{
			Method: http.MethodGet, Path: "/graphql", ID: "graphqlQuery", Tag: "GraphQL", Summary: "Run a GraphQL query", Answers: answers, Errors: []int{400, 401, 403, 429},
			Description: "A WebSocket (graphql-transport-ws) subscribes here too.",
			Parameters: []openapi.Parameter{
				{Name: "query", In: "query", Schema: json.RawMessage(aString)},
				{Name: "operationName", In: "query", Schema: json.RawMessage(aString)},
				{Name: "variables", In: "query", Description: "a JSON object", Schema: json.RawMessage(aString)},
				{Name: "extensions", In: "query", Description: "a JSON object", Schema: json.RawMessage(aString)},
			},
		},
	}
	if playground {
		list = append(list, openapi.Operation{
			Method: http.MethodGet, Path: "/playground", ID: "playground", Tag: "GraphQL", Summary: "A page to write GraphQL on", Open: true,
			Answers: []openapi.Answer{{Status: http.StatusOK, Description: "A page that needs no other server.", Kind: "text/html"}},
		})
	}
	return list
}
