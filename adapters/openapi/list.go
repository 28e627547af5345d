package openapi

import (
	"encoding/json"
	"fmt"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/casing"
)

// paging is how many of the shared parameters are those of lists.
const paging = 7

type named struct {
	key string
	parameter
}

// sharedParameters are those that many operations take.
func sharedParameters() []named {
	query := func(key, name, about, schema string) named {
		return named{key, parameter{Name: name, In: "query", Description: about, Schema: json.RawMessage(schema)}}
	}
	return []named{
		query("Start", "_start", "First item wanted, from 0; with _end.", `{"type":"integer","minimum":0}`),
		query("End", "_end", "Item after the last one wanted, at most 100 after _start.", `{"type":"integer","minimum":1}`),
		query("Page", "page", "Page wanted, from 1.", `{"type":"integer","minimum":1}`),
		query("Limit", "limit", "Items of a page.", `{"type":"integer","minimum":1,"maximum":100,"default":25}`),
		query("Cursor", "cursor", "meta.pagination.nextCursor of the page before; excludes page and _start.", `{"type":"string"}`),
		query("Sort", "_sort", "Fields to sort by, joined by commas.", `{"type":"string"}`),
		query("Order", "_order", "ASC or DESC for each field of _sort, joined by commas; ASC where it is missing.", `{"type":"string"}`),
		{"IdempotencyKey", parameter{Name: "Idempotency-Key", In: "header", Description: "A repeated key returns the first answer.", Schema: json.RawMessage(`{"type":"string","minLength":1,"maxLength":255}`)}},
		{"IfMatch", parameter{Name: "If-Match", In: "header", Description: "The ETag that the change is meant for.", Schema: json.RawMessage(`{"type":"string"}`)}},
	}
}

// listArguments are the tool's arguments that the parameters of lists stand for.
func listArguments() []string {
	return []string{"page", "limit", "offset", "cursor", "sort_by", "sort_order", "sort", "filters"}
}

// suffixes are how a query spells the operators; no suffix = equal.
func suffixes() map[ratchet.Operator]string {
	return map[ratchet.Operator]string{
		ratchet.OpNE: "_ne", ratchet.OpContains: "_like", ratchet.OpStartsWith: "_starts_with", ratchet.OpEndsWith: "_ends_with",
		ratchet.OpGT: "_gt", ratchet.OpGTE: "_gte", ratchet.OpLT: "_lt", ratchet.OpLTE: "_lte", ratchet.OpIn: "_in", ratchet.OpNotIn: "_not_in",
	}
}

// listParameters are paging, sorting and one parameter per filter field. The
// operators of a field are in its description: one parameter each would be
// hundreds.
func listParameters(t registry.Tool) []parameter {
	var list []parameter
	for _, p := range sharedParameters()[:paging] {
		list = append(list, parameter{Ref: "#/components/parameters/" + p.key})
	}
	for _, f := range t.Filters() {
		if t.Args().Field(f.Name) != nil {
			continue // the argument of that name is in the query
		}
		list = append(list, parameter{Name: casing.Camel(f.Name), In: "query", Description: filterDoc(f), Schema: filterSchema(f)})
	}
	return list
}

func filterDoc(f ratchet.FilterField) string {
	var spelled []string
	for _, op := range f.Operators {
		if s := suffixes()[op]; s != "" {
			spelled = append(spelled, s)
		}
	}
	text := fmt.Sprintf("Items whose %s is this", strings.ReplaceAll(f.Name, "_", " "))
	if len(spelled) > 0 {
		text += "; other comparisons by a suffix of the name: " + strings.Join(spelled, ", ")
	}
	return text + "."
}

func filterSchema(f ratchet.FilterField) json.RawMessage {
	switch f.Type {
	case ratchet.FilterInt:
		return json.RawMessage(`{"type":"integer"}`)
	case ratchet.FilterFloat:
		return json.RawMessage(`{"type":"number"}`)
	case ratchet.FilterBool:
		return json.RawMessage(`{"type":"boolean"}`)
	case ratchet.FilterTime:
		return json.RawMessage(`{"type":"string","format":"date-time"}`)
	default:
		return json.RawMessage(`{"type":"string"}`)
	}
}
