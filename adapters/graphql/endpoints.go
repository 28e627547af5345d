package graphql

import (
	"encoding/json"
	"net/http"

	"ratchet/endpoint"
)

// Operations describes the endpoints of the surface.
func Operations(playground bool) []endpoint.Operation {
	result := endpoint.Object("data", endpoint.ObjectOrNull, "errors", `{"type":"array","items":{"type":"object"}}`, "extensions", `{"type":"object"}`)
	answers := []endpoint.Answer{{Status: http.StatusOK, Description: "The result of the operation.", Schema: result, Whole: true}}
	list := []endpoint.Operation{
		{
			Method: http.MethodPost, Path: "/graphql", ID: "graphql", Tag: "GraphQL", Summary: "Run a GraphQL operation", Answers: answers, Errors: []int{400, 401, 403, 413, 415, 429},
			Body:        endpoint.Object("query", endpoint.String, "operationName", endpoint.StringOrNull, "variables", endpoint.ObjectOrNull, "extensions", endpoint.ObjectOrNull),
			BodyExample: json.RawMessage(`{"query":"{ __typename }"}`),
		},
		{
			Method: http.MethodGet, Path: "/graphql", ID: "graphqlQuery", Tag: "GraphQL", Summary: "Run a GraphQL query", Answers: answers, Errors: []int{400, 401, 403, 429},
			Description: "A WebSocket (graphql-transport-ws) subscribes here too.",
			Parameters: []endpoint.Parameter{
				{Name: "query", In: "query", Schema: json.RawMessage(endpoint.String)},
				{Name: "operationName", In: "query", Schema: json.RawMessage(endpoint.String)},
				{Name: "variables", In: "query", Description: "a JSON object", Schema: json.RawMessage(endpoint.String)},
				{Name: "extensions", In: "query", Description: "a JSON object", Schema: json.RawMessage(endpoint.String)},
			},
		},
	}
	if playground {
		list = append(list, endpoint.Operation{
			Method: http.MethodGet, Path: "/playground", ID: "playground", Tag: "GraphQL", Summary: "A page to write GraphQL on", Open: true,
			Answers: []endpoint.Answer{{Status: http.StatusOK, Description: "A page that needs no other server.", Kind: "text/html"}},
		})
	}
	return list
}
