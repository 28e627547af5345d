package server

import (
	"encoding/json"
	"net/http"
	"sync"

	"ratchet/adapters/openapi"
	"ratchet/endpoint"
	"ratchet/reply"
)

// docsEndpoints serve the description of the HTTP surface and its page. It is written
// when it is first asked for: most servers are never asked.
func (s *Server) docsEndpoints() []endpoint.Endpoint {
	described := sync.OnceValues(func() (*openapi.Handler, error) { return openapi.New(s.described()) })
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		docs, err := described()
		if err != nil {
			s.access.Error("cannot describe the HTTP surface", "error", err)
			reply.Error(w, r, s.deps.Now(), err)
			return
		}
		docs.ServeHTTP(w, r)
	})
	asJSON := endpoint.Read("/api-docs/openapi.json", "openapiJson", "Server", "This document as JSON", json.RawMessage(endpoint.AnyObject))
	asJSON.Answers[0].Description = "OpenAPI 3.1."
	return []endpoint.Endpoint{
		{Handler: h, Operation: asJSON},
		{Handler: h, Operation: endpoint.Document("/api-docs/openapi.yaml", "openapiYaml", "Server", "This document as YAML", "application/yaml", "OpenAPI 3.1.")},
		{Handler: h, Operation: endpoint.Document("/docs", "docs", "Server", "This document as a page", "text/html", "A page that needs no other server.")},
	}
}

// described is what this server serves over HTTP.
func (s *Server) described() openapi.Config {
	return openapi.Config{
		Tools: s.registry.Whole(), Version: s.version, Operations: s.operations(),
		Auth: openapi.Auth{Required: s.cfg.RequiresLogin(), Issuer: s.cfg.Auth.OIDC.Issuer},
	}
}
