package rest

import (
	"encoding/json"
	"net/http"
	"strings"

	"ratchet/casing"
	"ratchet/endpoint"
)

// own is an endpoint of the surface that is not a tool.
type own struct {
	endpoint.Operation // whose path begins with Prefix
	serve              func(*requestContext) error
}

// Operations describes what the surface serves beside tools.
func Operations() []endpoint.Operation {
	var list []endpoint.Operation
	for _, e := range (*Handler)(nil).endpoints() {
		list = append(list, e.Operation)
	}
	return list
}

// pathOf is the path of an operation as routes have it: below Prefix, with variables named
// as arguments of tools are.
func pathOf(o endpoint.Operation) string {
	parts := strings.Split(strings.TrimPrefix(o.Path, Prefix), "/")
	for i, part := range parts {
		if name, ok := variableName(part); ok {
			parts[i] = "{" + casing.Snake(name) + "}"
		}
	}
	return strings.Join(parts, "/")
}

// endpoints are those of the surface that are not tools. They are described without a
// handler too.
func (h *Handler) endpoints() []own {
	stream := func(serve func(*requestContext) error, path, id, summary, about string, parameters ...endpoint.Parameter) own {
		return own{serve: serve, Operation: endpoint.Operation{
			Method: http.MethodGet, Path: Prefix + path, ID: id, Tag: "Live events", Summary: summary, Description: about,
			Parameters: append(parameters, endpoint.Parameter{
				Name: "Last-Event-ID", In: "header", Description: "Go on after the event with this id.", Schema: json.RawMessage(endpoint.String),
			}),
			Answers: []endpoint.Answer{{Status: http.StatusOK, Description: "Server-sent events, until the client goes away.", Kind: "text/event-stream"}},
			Errors:  []int{400, 401, 403, 404, 429, 503},
		}}
	}
	execution := endpoint.Parameter{Name: "executionId", In: "path", Description: "UUID or number", Schema: json.RawMessage(endpoint.String)}
	listed := endpoint.Object("name!", endpoint.String, "title!", endpoint.String, "description!", endpoint.String, "toolset!", endpoint.String, "category!", endpoint.String,
		"effect!", `{"enum":["reads","writes","destroys"]}`, "executes!", endpoint.Boolean, "routes!", endpoint.Strings,
		"inputSchema!", `{"type":"object"}`, "outputSchema!", endpoint.ObjectOrNull)
	answer := endpoint.Object("index!", endpoint.Number, "tool!", endpoint.String, "status!", `{"type":"integer","description":"as the call alone would have answered; 0 = skipped"}`,
		"skipped", endpoint.Boolean, "valid", endpoint.Boolean, "data", `{}`, "error", `{"$ref":"#/components/schemas/Error/properties/error"}`)
	return []own{
		{serve: h.listTools, Operation: endpoint.Operation{
			Method: http.MethodGet, Path: Prefix + "/tools", ID: "listTools", Tag: "Tools", Summary: "The tools that the caller may call",
			Parameters: []endpoint.Parameter{
				{Name: "toolset", In: "query", Schema: json.RawMessage(endpoint.String)}, {Name: "category", In: "query", Schema: json.RawMessage(endpoint.String)},
			},
			Answers: []endpoint.Answer{{Status: http.StatusOK, Description: "The tools.", Schema: json.RawMessage(`{"type":"array","items":` + string(listed) + `}`)}},
			Errors:  []int{400, 401, 403, 429, 500, 503},
		}},
		{serve: h.bulk, Operation: endpoint.Operation{
			Method: http.MethodPost, Path: Prefix + "/bulk", ID: "bulk", Tag: "Tools", Summary: "Call several tools, one after the other",
			Description: "One failing call undoes none of the others.",
			Body: endpoint.Object("calls!", `{"type":"array","minItems":1,"maxItems":100,"items":`+string(endpoint.Object("tool!", endpoint.String, "arguments", endpoint.ObjectOrNull))+`}`,
				"dryRun", `{"type":"boolean","description":"check the calls and make none"}`, "stopOnError", `{"type":"boolean","description":"skip what stands behind the first failure"}`),
			BodyExample: json.RawMessage(`{"calls":[{"tool":"ratchet_list_available_tasks","arguments":{"limit":5}}]}`),
			Answers: []endpoint.Answer{{Status: http.StatusOK, Description: "The answers, in the order of the calls.", Schema: endpoint.Object(
				"results!", `{"type":"array","items":`+string(answer)+`}`, "total!", endpoint.Number, "succeeded!", endpoint.Number, "failed!", endpoint.Number, "skipped!", endpoint.Number, "dryRun!", endpoint.Boolean)}},
			Errors: []int{400, 401, 403, 413, 415, 429, 500, 503},
		}},
		stream(h.allEvents, "/events", "events", "All live events", "Executions, their logs and progress, tasks and workers, as they happen."),
		stream(h.executionEvents, "/executions/{executionId}/events", "executionEvents", "The live events of one execution", "Its states, logs and progress; the stream ends with it.", execution),
	}
}
