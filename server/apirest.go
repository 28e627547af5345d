package server

import (
	"encoding/json"
	"net/http"

	"ratchet/adapters/openapi"
)

// restOperations are those of the REST surface that are no tools.
func restOperations(prefix string) []openapi.Operation {
	stream := func(path, id, summary, about string, parameters ...openapi.Parameter) openapi.Operation {
		return openapi.Operation{
			Method: http.MethodGet, Path: prefix + path, ID: id, Tag: "Live events", Summary: summary, Description: about,
			Parameters: append(parameters, openapi.Parameter{
				Name: "Last-Event-ID", In: "header", Description: "Go on after the event with this id.", Schema: json.RawMessage(aString),
			}),
			Answers: []openapi.Answer{{Status: http.StatusOK, Description: "Server-sent events, until the client goes away.", Kind: "text/event-stream"}},
			Errors:  []int{400, 401, 403, 404, 429, 503},
		}
	}
	execution := openapi.Parameter{Name: "executionId", In: "path", Description: "UUID or number", Schema: json.RawMessage(aString)}
	listed := object("name!", aString, "title!", aString, "description!", aString, "toolset!", aString, "category!", aString,
		"effect!", `{"enum":["reads","writes","destroys"]}`, "executes!", aBoolean, "routes!", `{"type":"array","items":{"type":"string"}}`,
		"inputSchema!", `{"type":"object"}`, "outputSchema!", `{"type":["object","null"]}`)
	answer := object("index!", aNumber, "tool!", aString, "status!", `{"type":"integer","description":"as the call alone would have answered; 0 = skipped"}`,
		"skipped", aBoolean, "valid", aBoolean, "data", `{}`, "error", `{"$ref":"#/components/schemas/Error/properties/error"}`)
	return []openapi.Operation{
		{
			Method: http.MethodGet, Path: prefix + "/tools", ID: "listTools", Tag: "Tools", Summary: "The tools that the caller may call",
			Parameters: []openapi.Parameter{
				{Name: "toolset", In: "query", Schema: json.RawMessage(aString)}, {Name: "category", In: "query", Schema: json.RawMessage(aString)},
			},
			Answers: []openapi.Answer{{Status: http.StatusOK, Description: "The tools.", Schema: json.RawMessage(`{"type":"array","items":` + string(listed) + `}`)}},
			Errors:  []int{400, 401, 403, 429, 500, 503},
		},
		{
			Method: http.MethodPost, Path: prefix + "/bulk", ID: "bulk", Tag: "Tools", Summary: "Call several tools, one after the other",
			Description: "One failing call undoes none of the others.",
			Body: object("calls!", `{"type":"array","minItems":1,"maxItems":100,"items":`+string(object("tool!", aString, "arguments", `{"type":["object","null"]}`))+`}`,
				"dryRun", `{"type":"boolean","description":"check the calls and make none"}`, "stopOnError", `{"type":"boolean","description":"skip what stands behind the first failure"}`),
			BodyExample: json.RawMessage(`{"calls":[{"tool":"ratchet_list_available_tasks","arguments":{"limit":5}}]}`),
			Answers: []openapi.Answer{{Status: http.StatusOK, Description: "The answers, in the order of the calls.", Schema: object(
				"results!", `{"type":"array","items":`+string(answer)+`}`, "total!", aNumber, "succeeded!", aNumber, "failed!", aNumber, "skipped!", aNumber, "dryRun!", aBoolean)}},
			Errors: []int{400, 401, 403, 413, 415, 429, 500, 503},
		},
		stream("/events", "events", "All live events", "Executions, their logs and progress, tasks and workers, as they happen."),
		stream("/executions/{executionId}/events", "executionEvents", "The live events of one execution", "Its states, logs and progress; the stream ends with it.", execution),
	}
}
