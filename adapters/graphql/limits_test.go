package graphql_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// refusal is a document that is refused, and how.
type refusal struct {
	name, query, code, message string
}

func bombs() []refusal {
	deep := strings.Repeat("{ tests ", 20) + "{ name }" + strings.Repeat(" }", 20)
	aliases := "{"
	for i := range 11 {
		aliases += fmt.Sprintf(" a%d: __typename", i)
	}
	fragments := "{ ...f0 }"
	for i := range 60 {
		fragments += fmt.Sprintf(" fragment f%d on Query { ...f%d ...f%d }", i, i+1, i+1)
	}
	fragments += " fragment f60 on Query { listExecutions { executions { id } } }"
	variables := "query("
	for i := range 400 {
		variables += fmt.Sprintf("$v%d: Int = 1, ", i)
	}
	return []refusal{
		{"directives", "{ __typename " + strings.Repeat("@skip(if: false) ", 700) + "}", "VALIDATION_ERROR", ""},
		{"unknown directives", "{ __typename " + strings.Repeat("@a ", 2000) + "}", "VALIDATION_ERROR", ""},
		{"directives on fragments", "{ " + strings.Repeat("... @include(if: true) ", 300) + "{ __typename }" + " }", "VALIDATION_ERROR", ""},
		{"inline fragments", "{ " + strings.Repeat("... { ", 1000) + "__typename" + strings.Repeat(" }", 1000) + " }", "VALIDATION_ERROR", ""},
		{"unused variables", variables + ") { __typename }", "VALIDATION_ERROR", ""},
		{"unused fragments", "{ __typename } " + strings.Repeat("fragment f on Query { __typename } ", 500), "VALIDATION_ERROR", ""},
		{"many operations", strings.Repeat("query a { __typename } ", 800), "VALIDATION_ERROR", ""},
		{"depth", "{ getExecutionStatus(executionId: 1) " + deep + " }", "VALIDATION_ERROR", "fields deep"},
		{"aliases", aliases + " }", "VALIDATION_ERROR", "under 11 names"},
		{"aliases in a fragment", "{ ...f } fragment f on Query " + aliases + " }", "VALIDATION_ERROR", "under 11 names"},
		{"fragments that double", fragments, "VALIDATION_ERROR", "counting fragments each time"},
		{"fragment cycle", "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "VALIDATION_ERROR", "Cannot spread fragment"},
		{"own fragment", "{ ...a } fragment a on Query { ...a }", "VALIDATION_ERROR", "Cannot spread fragment"},
		{"complexity", "{ a: listExecutions(limit: 1000) { executions { id } } b: listExecutions(limit: 1) { executions { id } } }", "VALIDATION_ERROR", "costs 1001"},
		{"tokens", "{ " + strings.Repeat("a ", 6000) + "}", "VALIDATION_ERROR", "token"},
		{"bytes", "{ __typename #" + strings.Repeat("x", 70000) + "\n}", "PAYLOAD_TOO_LARGE", "bytes"},
		{"deep introspection", "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }", "VALIDATION_ERROR", "introspection depth"},
		{"wide introspection", wideIntrospection(), "PAYLOAD_TOO_LARGE", "values"},
		{"deep list value", `{ getExecutionStatus(executionId: "1", wait: ` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `) { status } }`, "VALIDATION_ERROR", ""},
		{"one field 120 times", "{ " + strings.Repeat("listExecutions { executions { id status } } ", 120) + "}", "VALIDATION_ERROR", "selected 120 times"},
		{"one field 120 times in fragments", "{ ...a ...b } fragment a on Query { " + strings.Repeat("x: listExecutions { executions { id } } ", 60) +
			"} fragment b on Query { " + strings.Repeat("x: listExecutions { executions { id } } ", 60) + "}", "VALIDATION_ERROR", "selected 120 times"},
		{"the same fields at each level", "{ " + nestedTwice(5) + " }", "VALIDATION_ERROR", "steps"},
		{"the same arguments", "{ " + strings.Repeat("f("+strings.Repeat("a: 1 ", 60)+") ", 20) + "}", "VALIDATION_ERROR", "steps"},
		{"long names", "{ " + strings.Repeat("n", 300) + " }", "VALIDATION_ERROR", "300 characters"},
		{"a subscription by POST", "subscription { taskEvents { kind } }", "VALIDATION_ERROR", "answered as a stream"},
		{"unclosed", strings.Repeat("{a", 2000), "VALIDATION_ERROR", ""},
	}
}

// nestedTwice selects the same fields three times over at each level: comparing
// them takes nine times as long for each.
func nestedTwice(levels int) string {
	inner := "id"
	for range levels {
		inner = strings.Repeat("executions { "+inner+" } ", 3)
	}
	return "listExecutions { " + inner + "}"
}

// wideIntrospection asks for the types of all fields, many times.
func wideIntrospection() string {
	inner := ""
	for i := range 10 {
		inner += fmt.Sprintf(" t%d: type { kind name ofType { kind name ofType { kind name } } }", i)
	}
	fields := ""
	for i := range 10 {
		fields += fmt.Sprintf(" a%d: fields { %s }", i, inner)
	}
	return "{ __schema { types {" + fields + " } } }"
}

// TestBombs: each is refused, and soon.
func TestBombs(t *testing.T) {
	l := serve(t)
	for _, b := range bombs() {
		t.Run(b.name, func(t *testing.T) {
			started := time.Now()
			a := l.ask(b.query, nil)
			if len(a.Errors) == 0 || a.Errors[0].Extensions.Code != b.code || !strings.Contains(a.Errors[0].Message, b.message) {
				t.Fatalf("answer: %.600s", a.Raw)
			}
			if len(a.Raw) > 32<<10 {
				t.Errorf("the answer has %d bytes", len(a.Raw))
			}
			t.Logf("%d %s in %s", a.Status, a.Errors[0].Message, time.Since(started))
		})
	}
}

// TestManyFields: documents at the limit of tokens cost the validator little.
func TestManyFields(t *testing.T) {
	l := serve(t)
	same := strings.Repeat("__typename ", 50)
	if a := l.ask("{ "+same+"}", nil); len(a.Errors) > 0 || string(a.Data) != `{"__typename":"Query"}` {
		t.Errorf("%.300s", a.Raw)
	}
	nested := "{ " + strings.Repeat("listExecutions { pagination { page } executions { id } } ", 10) + "}"
	if a := l.ask(nested, nil); len(a.Errors) > 0 {
		t.Errorf("%.300s", a.Raw)
	}
	distinct := ""
	for i := range 501 {
		distinct += fmt.Sprintf("n%d ", i)
	}
	for _, wide := range []string{distinct, "...f } fragment f on Query { " + distinct} {
		if a := l.ask("{ "+wide+"}", nil); len(a.Errors) == 0 || !strings.Contains(a.Errors[0].Message, "500 fields") {
			t.Errorf("%.300s", a.Raw)
		}
	}
	unknown := "{"
	for i := range 500 {
		unknown += fmt.Sprintf(" nothing%d", i)
	}
	if a := l.ask(unknown+" }", nil); len(a.Errors) != 20 || len(a.Raw) > 32<<10 {
		t.Errorf("%d errors, %d bytes", len(a.Errors), len(a.Raw))
	}
}

// TestRequests: what HTTP brings.
func TestRequests(t *testing.T) {
	l := serve(t)
	const media = "application/json"
	for name, c := range map[string]struct {
		method, path, body, media, code, message string
		status                                   int
	}{
		"batch":           {http.MethodPost, "/graphql", `[{"query":"{ __typename }"}]`, media, "VALIDATION_ERROR", "several operations", 400},
		"no JSON":         {http.MethodPost, "/graphql", `{"query":`, media, "VALIDATION_ERROR", "not JSON", 400},
		"text":            {http.MethodPost, "/graphql", `"x"`, media, "VALIDATION_ERROR", "not a JSON object", 400},
		"empty":           {http.MethodPost, "/graphql", ``, media, "VALIDATION_ERROR", "empty", 400},
		"no query":        {http.MethodPost, "/graphql", `{}`, media, "VALIDATION_ERROR", "", 422},
		"form":            {http.MethodPost, "/graphql", `query=x`, "application/x-www-form-urlencoded", "UNSUPPORTED_MEDIA_TYPE", "Content-Type", 415},
		"plain":           {http.MethodPost, "/graphql", `{"query":"{ __typename }"}`, "text/plain", "UNSUPPORTED_MEDIA_TYPE", "Content-Type", 415},
		"PUT":             {http.MethodPut, "/graphql", `{}`, media, "METHOD_NOT_ALLOWED", "PUT", 405},
		"mutation by GET": {http.MethodGet, "/graphql?query=" + url.QueryEscape(`mutation { cancelExecution(executionId: "1") { __typename } }`), "", "", "METHOD_NOT_ALLOWED", "GET", 405},
		"bad variables":   {http.MethodGet, "/graphql?query=%7B__typename%7D&variables=x", "", "", "VALIDATION_ERROR", "variables", 400},
	} {
		t.Run(name, func(t *testing.T) {
			a := l.send(c.method, c.path, c.body, "Content-Type", c.media)
			if a.Status != c.status || len(a.Errors) != 1 || a.Errors[0].Extensions.Code != c.code || !strings.Contains(a.Errors[0].Message, c.message) {
				t.Errorf("%d %s", a.Status, a.Raw)
			}
			if len(a.Errors) == 1 && (a.Errors[0].Extensions.RequestID == "" || a.Errors[0].Extensions.Timestamp == "") {
				t.Errorf("no request id or time: %s", a.Raw)
			}
		})
	}
	a := l.send(http.MethodGet, "/graphql?query="+url.QueryEscape(`query($l: Int) { listExecutions(limit: $l) { pagination { limit } } }`)+`&variables={"l":7}`, "")
	if string(a.Data) != `{"listExecutions":{"pagination":{"limit":7}}}` {
		t.Errorf("a query by GET: %s", a.Raw)
	}
}

// TestPersistedQueries: the hash stands for the document once it was sent.
func TestPersistedQueries(t *testing.T) {
	l := serve(t)
	const query = "{ __typename }"
	sum := sha256.Sum256([]byte(query))
	ask := func(query, hash string) answer {
		body, _ := json.Marshal(map[string]any{
			"query": query, "extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}},
		})
		return l.post(string(body), "Content-Type", "application/json")
	}
	hash := hex.EncodeToString(sum[:])
	if a := ask("", hash); len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("before: %s", a.Raw)
	}
	if a := ask("{ other }", hash); len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, "hash") {
		t.Errorf("another document: %s", a.Raw)
	}
	for _, q := range []string{query, ""} {
		if a := ask(q, hash); string(a.Data) != `{"__typename":"Query"}` {
			t.Errorf("%q: %s", q, a.Raw)
		}
	}
}

// TestManyParts: variables with very many parts are refused before they are
// decoded, with another way to send them; much text is taken.
func TestManyParts(t *testing.T) {
	l := serve(t)
	const query = "query($t: String) { listAvailableTasks(filter: $t) { __typename } }"
	a := l.ask(query, map[string]any{"t": "x", "unused": make([]int, 500_000)})
	if len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "PAYLOAD_TOO_LARGE" || !strings.Contains(a.Errors[0].Message, "very many parts") {
		t.Errorf("%.300s", a.Raw)
	}
	if a := l.ask(query, map[string]any{"t": "x", "unused": strings.Repeat("[1,{}]", 300_000)}); len(a.Errors) > 0 {
		t.Errorf("%.300s", a.Raw)
	}
}
