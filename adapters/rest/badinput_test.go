package rest_test

import (
	"strings"
	"testing"
)

func TestBadInput(t *testing.T) {
	l := serve(t)
	l.task("double")
	deep := strings.Repeat(`{"a":`, 25) + "1" + strings.Repeat("}", 25)
	good := `"name":"x","description":"d","code":"export default () => 1","inputSchema":{"type":"object"},"outputSchema":{}`
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code, field, says        string
	}{
		{"malformed", "POST", "/tasks", "{\n  \"name\": x}", nil, 400, "VALIDATION_ERROR", "", "line 2, column 11"},
		{"cut off", "POST", "/tasks", `{"name":"a"`, nil, 400, "VALIDATION_ERROR", "", "not JSON"},
		{"two values", "POST", "/tasks", `{} {}`, nil, 400, "VALIDATION_ERROR", "", "not JSON"},
		{"no object", "POST", "/tasks", `[1]`, nil, 400, "VALIDATION_ERROR", "", "object"},
		{"not UTF-8", "POST", "/tasks", "{\"name\":\"\xff\"}", nil, 400, "VALIDATION_ERROR", "", "UTF-8"},
		{"NUL", "POST", "/tasks", `{"name":"a\u0000"}`, nil, 400, "VALIDATION_ERROR", "/name", "NUL"},
		{"text", "POST", "/tasks", "a=b", []string{"Content-Type", "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE", "", "Content-Type"},
		{"charset", "POST", "/tasks", "{}", []string{"Content-Type", "application/json; charset=latin1"}, 415, "UNSUPPORTED_MEDIA_TYPE", "", ""},
		{"encoded", "POST", "/tasks", "{}", []string{"Content-Encoding", "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE", "", ""},
		{"missing", "POST", "/tasks", "", nil, 400, "VALIDATION_ERROR", "", "required"},
		{"wrong type", "POST", "/tasks", `{` + good + `,"tags":{"a":1}}`, nil, 400, "VALIDATION_ERROR", "/tags", ""},
		{"unknown", "POST", "/tasks", `{` + good + `,"colour":1}`, nil, 400, "VALIDATION_ERROR", "/colour", ""},
		{"both spellings", "POST", "/tasks", `{` + good + `,"input_schema":{"type":"string"}}`, nil, 400, "VALIDATION_ERROR", "/inputSchema", ""},
		{"twice", "POST", "/tasks", `{"name":"a","name":"b"}`, nil, 400, "VALIDATION_ERROR", "", "twice"},
		{"many items", "POST", "/tasks", `{"tags":[` + strings.Repeat(`"a",`, 1000) + `"a"]}`, nil, 400, "VALIDATION_ERROR", "/tags", "1000 items"},
		{"many keys", "POST", "/tasks", "{" + manyKeys(101) + "}", nil, 400, "VALIDATION_ERROR", "", "100 keys"},
		{"no route", "GET", "/task", "", nil, 404, "NOT_FOUND", "", "no route"},
		{"no tool", "POST", "/tools/crate_task", "{}", nil, 404, "NOT_FOUND", "/tool", "unknown tool"},
		{"method", "DELETE", "/tasks", "", nil, 405, "METHOD_NOT_ALLOWED", "", "DELETE"},
		{"path and body", "PATCH", "/tasks/double", `{"taskId":"other"}`, nil, 400, "VALIDATION_ERROR", "/taskId", "twice"},
		{"set and body", "POST", "/tasks/double/enable", `{"enabled":false}`, nil, 400, "VALIDATION_ERROR", "/enabled", "twice"},
		{"bad escape", "GET", "/tasks/%ff", "", nil, 400, "VALIDATION_ERROR", "", "UTF-8"},
		{"NUL in the path", "GET", "/tasks/a%00", "", nil, 400, "VALIDATION_ERROR", "", ""},
		{"query", "GET", "/tasks?name=%zz", "", nil, 400, "VALIDATION_ERROR", "", "query"},
		{"range", "GET", "/tasks?_start=5&_end=5", "", nil, 400, "VALIDATION_ERROR", "/_end", ""},
		{"span", "GET", "/tasks?_start=0&_end=101", "", nil, 400, "VALIDATION_ERROR", "/_end", ""},
		{"limit", "GET", "/tasks?limit=101", "", nil, 400, "VALIDATION_ERROR", "/limit", "1 to 100"},
		{"page", "GET", "/tasks?page=0", "", nil, 400, "VALIDATION_ERROR", "/page", ""},
		{"ways of paging", "GET", "/tasks?_start=0&_end=1&page=1", "", nil, 400, "VALIDATION_ERROR", "/_start", ""},
		{"sort", "GET", "/tasks?_sort=colour", "", nil, 400, "VALIDATION_ERROR", "/_sort", "sorted by"},
		{"order", "GET", "/tasks?_sort=name&_order=UP", "", nil, 400, "VALIDATION_ERROR", "/_order", ""},
		{"filter", "GET", "/tasks?colour_gt=1", "", nil, 400, "VALIDATION_ERROR", "/colour_gt", ""},
		{"operator", "GET", "/tasks?enabled_like=1", "", nil, 400, "VALIDATION_ERROR", "/enabled_like", "CONTAINS"},
		{"value", "GET", "/tasks?createdAfter=soon", "", nil, 400, "VALIDATION_ERROR", "/createdAfter", "time"},
		{"cursor", "GET", "/tasks?cursor=zz", "", nil, 400, "VALIDATION_ERROR", "/cursor", ""},
		{"id", "GET", "/executions/none", "", nil, 400, "VALIDATION_ERROR", "/executionId", ""},
		{"If-Match", "PATCH", "/tasks/double", `{"tags":[]}`, []string{"If-Match", "abc"}, 400, "VALIDATION_ERROR", "", "entity tag"},
		{"no key taken", "POST", "/tasks/double/test", `{}`, []string{"Idempotency-Key", "k"}, 400, "VALIDATION_ERROR", "", "Idempotency-Key"},
		{"more than a name", "GET", "/workers/w1?status=idle", "", nil, 400, "VALIDATION_ERROR", "/status", "no parameter"},
		{"event", "GET", "/events", "", []string{"Last-Event-ID", "x"}, 400, "VALIDATION_ERROR", "Last-Event-ID", ""},
	} {
		a := l.send(c.method, c.path, c.body, c.headers...)
		field := ""
		if len(a.Error.Details) > 0 {
			field = a.Error.Details[0].Field
		}
		if a.Status != c.status || a.Error.Code != c.code || (c.field != "" && field != c.field) || !strings.Contains(a.Message, c.says) {
			t.Errorf("%s: %d %s", c.name, a.Status, a.Raw)
		}
		if a.Error.RequestID == "" || a.Error.RequestID != a.Header.Get("X-Request-ID") || a.Error.Status != a.Status || a.StatusCode != a.Status ||
			a.Error.Path != "/api/v1"+strings.SplitN(c.path, "?", 2)[0] && !strings.Contains(c.path, "%") {
			t.Errorf("%s: the body does not say what was asked: %s", c.name, a.Raw)
		}
	}
	// What is the user's own is bounded in size only.
	l.must(200, nil, "POST", "/tasks/double/execute", `{"input":{"n":1,"deep":`+deep+`,`+manyKeys(150)+`}}`)
	l.must(413, nil, "POST", "/tasks/double/execute", `{"input":{"n":"`+strings.Repeat("a", 11<<20)+`"}}`)
}

func manyKeys(n int) string {
	var list []string
	for i := range n {
		list = append(list, `"k`+strings.Repeat("x", i)+`":1`)
	}
	return strings.Join(list, ",")
}
