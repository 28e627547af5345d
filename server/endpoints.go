package server

import (
	"encoding/json"
	"net/http"

	"ratchet/adapters/graphql"
	"ratchet/adapters/rest"
	"ratchet/endpoint"
)

// operations describes what is served besides tools.
func (s *Server) operations() []endpoint.Operation {
	list := endpoint.Operations(s.endpoints())
	if s.rest != nil {
		list = append(list, rest.Operations()...)
	}
	if s.graphql != nil {
		list = append(list, graphql.Operations(s.cfg.GraphQL.Playground)...)
	}
	if s.auth != nil {
		list = append(list, endpoint.Operations(s.auth.Endpoints(apiPrefix))...)
	}
	return list
}

// endpoints are the server's own on the main listener, outside of /api/v1.
func (s *Server) endpoints() []endpoint.Endpoint {
	index := endpoint.Endpoint{Handler: http.HandlerFunc(s.index), Operation: endpoint.Read("/", "index", "Server", "What this server is and offers",
		endpoint.Object("service!", endpoint.String, "version!", endpoint.String, "status!", endpoint.String, "isolation!", endpoint.String,
			"endpoints!", `{"type":"object","additionalProperties":{"type":"string"}}`),
		endpoint.Answer{Status: http.StatusOK, Description: "The same as a page, for browsers.", Kind: "text/html"})}
	list := append([]endpoint.Endpoint{index}, s.healthEndpoints()...)
	list = append(list, s.docsEndpoints()...)
	if s.cfg.MCP.Enabled && !s.cfg.MCP.SeparateListener {
		list = append(list, s.mcpEndpoints()...)
	}
	return append(list, s.metricsEndpoints()...)
}

// healthEndpoints are those that an orchestrator asks.
func (s *Server) healthEndpoints() []endpoint.Endpoint {
	ready := endpoint.Object("status!", endpoint.String, "reason", endpoint.String, "cause", endpoint.String)
	health := endpoint.Object("status!", endpoint.String, "reason", endpoint.String, "cause", endpoint.String, "timestamp!", endpoint.Time, "version!", endpoint.String)
	return []endpoint.Endpoint{
		{Handler: http.HandlerFunc(s.live), Operation: endpoint.Read("/live", "live", "Health", "Whether the process lives", endpoint.Object("status!", endpoint.String))},
		{Handler: http.HandlerFunc(s.ready), Operation: endpoint.Read("/ready", "ready", "Health", "Whether the server takes requests", ready,
			endpoint.Answer{Status: http.StatusServiceUnavailable, Description: "It does not; reason names the part, cause says why.", Schema: ready, Whole: true})},
		{Handler: http.HandlerFunc(s.health), Operation: endpoint.Read("/health", "health", "Health", "Whether the server is well", health,
			endpoint.Answer{Status: http.StatusServiceUnavailable, Description: "It is not.", Schema: health, Whole: true})},
	}
}

// mcpEndpoints are those beside the MCP endpoint, which speaks no OpenAPI.
func (s *Server) mcpEndpoints() []endpoint.Endpoint {
	const about = "For clients that are not connected."
	return []endpoint.Endpoint{
		{Handler: http.HandlerFunc(s.mcpHealth), Operation: endpoint.Read(s.cfg.MCP.Endpoint+"/health", "mcpHealth", "Health", "How the MCP endpoint is", endpoint.Object(
			"status!", endpoint.String, "transport!", endpoint.String, "endpoint!", endpoint.String, "capacity!", endpoint.Number, "active!", endpoint.Number,
			"calls!", endpoint.Number, "session_timeout_minutes!", endpoint.Number, "protocol_versions!", endpoint.Strings))},
		{Handler: http.HandlerFunc(s.card), Operation: endpoint.Document(s.cfg.MCP.Endpoint+cardPath, "mcpServerCard", "Server", "The card of the MCP endpoint", cardType, about)},
		{Handler: http.HandlerFunc(s.catalog), Operation: endpoint.Document(catalogPath, "aiCatalog", "Server", "Where the card is", catalogType, about)},
	}
}

// metricsEndpoints show the inside of the server, so they require authentication.
func (s *Server) metricsEndpoints() []endpoint.Endpoint {
	inside := func(o endpoint.Operation, h http.Handler) endpoint.Endpoint {
		o.Open, o.Errors = false, []int{401, 403, 429}
		return endpoint.Endpoint{Operation: o, Handler: s.onlyReaders(h)}
	}
	text := func(path, id string, h http.Handler) endpoint.Endpoint {
		return inside(endpoint.Document(path, id, "Health", "The server's counters", "text/plain", "In Prometheus' text format."), h)
	}
	detailed := endpoint.Object("status!", endpoint.String, "timestamp!", endpoint.Time, "version!", endpoint.String)
	return []endpoint.Endpoint{
		text("/metrics", "metrics", s.metrics.Handler()), text("/metrics/prometheus", "metricsText", s.metrics.Text()),
		inside(endpoint.Read("/metrics/json", "metricsJson", "Health", "The server's counters as JSON", json.RawMessage(endpoint.AnyObject)), s.metrics.JSON()),
		inside(endpoint.Read("/health/detailed", "healthDetailed", "Health", "How each part of the server is", detailed,
			endpoint.Answer{Status: http.StatusServiceUnavailable, Description: "A critical part is not well.", Schema: detailed, Whole: true}),
			s.onlyUnscoped(http.HandlerFunc(s.healthDetailed))),
	}
}
