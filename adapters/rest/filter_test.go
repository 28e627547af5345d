package rest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ratchet"
	"ratchet/casing"
)

// spelled are the suffixes of operators; more than one says the same.
var spelled = map[ratchet.Operator][]string{
	ratchet.OpEQ: {""}, ratchet.OpNE: {"_ne"}, ratchet.OpContains: {"_like", "_contains"}, ratchet.OpStartsWith: {"_starts_with"}, ratchet.OpEndsWith: {"_ends_with"},
	ratchet.OpGT: {"_gt"}, ratchet.OpGTE: {"_gte"}, ratchet.OpLT: {"_lt"}, ratchet.OpLTE: {"_lte"}, ratchet.OpIn: {"_in"}, ratchet.OpNotIn: {"_not_in"},
}

// TestEveryFilterSuffix asks every list by every field with every suffix, for
// values that rows have, in both spellings, and holds the counts to the laws
// of comparison.
func TestEveryFilterSuffix(t *testing.T) {
	l := serve(t, "mcp.toolsets", "all")
	for i, name := range []string{"alpha", "beta", "gamma"} {
		l.task(name)
		l.must(201, nil, "POST", "/executions", fmt.Sprintf(`{"taskId":%q,"input":{"n":%d}}`, name, i))
		l.must(201, nil, "POST", "/users", fmt.Sprintf(`{"username":%q,"email":"%s@example.org"}`, name, name))
		l.must(201, nil, "POST", "/api-keys", fmt.Sprintf(`{"name":%q}`, name))
		l.must(201, nil, "POST", "/secrets", fmt.Sprintf(`{"name":%q,"value":"value of %s","taskPatterns":["%s*"],"hosts":["%s.example.org"]}`, name, name, name, name))
	}
	asked, met := 0, 0
	for _, tool := range l.server.Registry().Whole().List() {
		if tool.Filters == nil || len(tool.Routes) == 0 || tool.Routes[0].Method != "GET" || strings.Contains(tool.Routes[0].Path, "{") {
			continue
		}
		path := tool.Routes[0].Path
		var rows []map[string]any
		l.must(200, &rows, "GET", path+"?limit=3", "")
		if len(rows) == 0 {
			t.Errorf("%s has no rows", path)
			continue
		}
		for _, f := range tool.Filters() {
			value := valueOf(rows[0], f)
			n := map[ratchet.Operator]int{}
			for _, op := range f.Operators {
				for _, suffix := range spelled[op] {
					for _, name := range []string{f.Name + suffix, casing.Camel(f.Name + suffix)} {
						a := l.send("GET", path+"?"+name+"="+url.QueryEscape(value), "")
						total, err := strconv.Atoi(a.Header.Get("X-Total-Count"))
						if a.Status != 200 || err != nil {
							t.Errorf("%s %s=%s: %d %s", path, name, value, a.Status, a.Raw)
						}
						if before, again := n[op]; again && before != total && tool.Name != "ratchet_query_audit" {
							t.Errorf("%s %s=%s: %d rows, in another spelling %d", path, name, value, total, before)
						}
						n[op] = total
						asked++
					}
				}
			}
			if n[ratchet.OpEQ] > 0 {
				met++
			}
			if tool.Name != "ratchet_query_audit" { // our own calls add to it
				laws(t, path+" "+f.Name+"="+value, f, n)
			}
		}
	}
	if asked < 300 || met < 30 {
		t.Errorf("%d questions, %d fields met a row: the test says too little", asked, met)
	}
}

// valueOf is a value that the first row has for a field, or one of its kind.
func valueOf(row map[string]any, f ratchet.FilterField) string {
	if v, ok := row[casing.Camel(f.Name)]; ok {
		switch v := v.(type) {
		case string:
			if v != "" { // an empty argument is none
				return v
			}
		case bool, float64, json.Number:
			return fmt.Sprint(v)
		}
	}
	for _, guess := range []struct{ part, value string }{
		{"_after", "2020-01-01T00:00:00Z"}, {"_before", "2999-01-01T00:00:00Z"}, {"_at", "2020-01-01T00:00:00Z"}, {"time", "2020-01-01T00:00:00Z"}, {"status", "completed"}, {"origin", "test"},
	} {
		if strings.HasSuffix(f.Name, guess.part) {
			return guess.value
		}
	}
	if !slices.Contains(f.Operators, ratchet.OpGT) && !slices.Contains(f.Operators, ratchet.OpContains) {
		return "true"
	}
	return "1"
}

// laws relate the numbers of rows that operators find for one value.
func laws(t *testing.T, what string, f ratchet.FilterField, n map[ratchet.Operator]int) {
	t.Helper()
	has := func(ops ...ratchet.Operator) bool {
		return !slices.ContainsFunc(ops, func(op ratchet.Operator) bool { return !slices.Contains(f.Operators, op) })
	}
	for law, broken := range map[string]bool{
		"in = eq":                 has(ratchet.OpIn) && n[ratchet.OpIn] != n[ratchet.OpEQ],
		"not in = ne":             has(ratchet.OpNotIn, ratchet.OpNE) && n[ratchet.OpNotIn] != n[ratchet.OpNE],
		"gte - gt = eq":           has(ratchet.OpGT, ratchet.OpGTE) && n[ratchet.OpGTE]-n[ratchet.OpGT] != n[ratchet.OpEQ],
		"lte - lt = eq":           has(ratchet.OpLT, ratchet.OpLTE) && n[ratchet.OpLTE]-n[ratchet.OpLT] != n[ratchet.OpEQ],
		"gt + lte = lt + gte":     has(ratchet.OpGT, ratchet.OpLT) && n[ratchet.OpGT]+n[ratchet.OpLTE] != n[ratchet.OpLT]+n[ratchet.OpGTE],
		"eq <= starts, ends with": has(ratchet.OpStartsWith) && min(n[ratchet.OpStartsWith], n[ratchet.OpEndsWith]) < n[ratchet.OpEQ],
		"contains >= both":        has(ratchet.OpContains) && n[ratchet.OpContains] < max(n[ratchet.OpStartsWith], n[ratchet.OpEndsWith]),
	} {
		if broken {
			t.Errorf("%s breaks %s: %v", what, law, n)
		}
	}
}
