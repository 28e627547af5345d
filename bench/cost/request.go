package cost

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"strings"
)

// request is one to the server, by one of the callers.
type request struct {
	method, path string
	headers      [][2]string
	body         string
	caller       int      // index in target.keys; 0 = anonymous
	first        *request // is sent before it, and counted with it; nil = none
}

func (r request) String() string {
	text := fmt.Sprintf("%s %s as %s, %d bytes: %s", r.method, clip(r.path), callers[r.caller], len(r.body), clip(r.body))
	if r.first != nil {
		text += ", after " + r.first.String()
	}
	return text
}

func clip(s string) string {
	if len(s) <= 300 {
		return s
	}
	return s[:200] + fmt.Sprintf(" … %d bytes … ", len(s)-300) + s[len(s)-100:]
}

// make builds the request that the choices stand for.
func (t *target) make(d *draws) request {
	r := request{method: "POST", caller: d.n(len(callers)), headers: [][2]string{{"Content-Type", "application/json"}}}
	switch d.n(8) {
	case 6:
		return d.run()
	case 5:
		r.method, r.path = "WS", "/graphql"
		r.body = fmt.Sprintf(`{"query":%s}`, quoted(d.document()))
	case 0:
		r.path, r.body = "/graphql", fmt.Sprintf(`{"query":%s,"variables":%s}`, quoted(d.document()), d.json(1))
	case 1:
		r.method, r.path = "GET", "/graphql?query="+url.QueryEscape(d.document())
	case 2:
		r.path, r.body = "/mcp", d.message(t)
		r.headers = append(r.headers, [2]string{"Accept", "application/json, text/event-stream"})
	case 3:
		r.path, r.body = "/api/v1/tools/"+one(d, t.tools), d.arguments()
	case 4:
		r.method = one(d, []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"})
		r.path = one(d, t.paths)
		r.path = strings.NewReplacer("{id}", url.PathEscape(d.text())).Replace(r.path) +
			d.list("?", "&", "", func() string { return url.QueryEscape(one(d, words)) + "=" + url.QueryEscape(d.text()) })
		if r.method[0] == 'P' {
			r.body = d.json(4)
		}
	default:
		r.method, r.path = "GET", one(d, t.paths)
		r.headers = append(r.headers, [2]string{
			one(d, []string{"Accept", "Authorization", "Cookie", "If-None-Match", "Accept-Encoding", "Accept-Language", "Range", "traceparent", "baggage", "X-Forwarded-For", "Forwarded", "Origin", "Last-Event-ID", "X-Request-ID", "Idempotency-Key", "Content-Type"}),
			strings.Map(printable, d.list("", ",", "", d.text)),
		})
	}
	return r
}

// run stores a task with a generated schema and runs it with a generated
// input. Repeating it finds the task there.
func (d *draws) run() request {
	schema := d.schema(3)
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(schema)) // never fails
	name := fmt.Sprintf("subject-%x", hash.Sum64())
	tool := func(tool, body string) request {
		return request{method: "POST", path: "/api/v1/tools/" + tool, caller: len(callers) - 1, headers: [][2]string{{"Content-Type", "application/json"}}, body: body}
	}
	create := tool("ratchet_create_task", fmt.Sprintf(`{"name":%q,"description":"Has a generated schema.","code":"export default () => 1","inputSchema":%s,"outputSchema":{}}`, name, schema))
	execute := tool("ratchet_execute_task", fmt.Sprintf(`{"taskId":%q,"input":%s}`, name, one(d, []string{"{}", `{"a":1}`, d.json(4)})))
	execute.first = &create
	return execute
}

// printable drops what a header cannot carry, before it is sent.
func printable(r rune) rune {
	if r < ' ' || r > '~' {
		return -1
	}
	return r
}

// message is one to the MCP endpoint.
func (d *draws) message(t *target) string {
	switch d.n(6) {
	case 0:
		return d.json(5)
	case 1:
		return d.list("[", ",", "]", func() string { return `{"jsonrpc":"2.0","id":1,"method":"ping"}` })
	case 2:
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%s,"params":%s}`, d.scalar(), quoted(d.text()), d.json(4))
	case 3:
		method := one(d, []string{"resources/read", "resources/list", "prompts/get", "prompts/list", "completion/complete", "tools/list", "logging/setLevel", "initialize", "server/discover"})
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":{"uri":%s,"name":%s,"cursor":%s,"ref":{"type":"ref/resource","uri":"ratchet://tasks/{name}"},"argument":{"name":"name","value":%s},"arguments":%s}}`,
			method, quoted(d.text()), quoted(d.text()), quoted(d.text()), quoted(d.text()), d.json(3))
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, one(d, t.tools), d.arguments())
}

// arguments are those of any tool: names that tools have, with any value.
func (d *draws) arguments() string {
	if d.n(4) == 0 {
		return d.json(5)
	}
	names := []string{"task_id", "taskId", "name", "code", "input", "input_schema", "inputSchema", "output_schema", "filter", "tags", "status", "limit", "sort", "page", "test_cases", "template", "parameters", "execution_id", "metadata", "edits", "query", "search"}
	used := map[string]bool{}
	var b strings.Builder
	b.WriteString(`{"description":"d"`)
	for range 1 + d.n(5) {
		name := one(d, names)
		if used[name] {
			continue
		}
		used[name] = true
		fmt.Fprintf(&b, ",%q:%s", name, d.argument(name))
	}
	return b.String() + "}"
}

func (d *draws) argument(name string) string {
	switch {
	case strings.Contains(name, "chema"):
		return d.schema(4)
	case name == "code":
		return quoted(d.code())
	case d.n(2) == 0:
		return `"calm"`
	}
	return d.json(4)
}

// code is a program for the checks that the server makes itself.
func (d *draws) code() string {
	core := one(d, []string{
		d.nest("(", "1", ")"), d.nest("[", "1", "]"), d.nest("{", "", "}"), d.nest("()=>", "1", ""), d.nest("-", "1", ""), d.nest("`${", "1", "}`"),
		d.list("", "+", "", func() string { return "a" }), "/" + d.nest("(", "a*", ")*") + "/", d.repeat("import 'a';", d.times()), d.repeat("a:", d.times()) + ";", d.nest("<a>", "", "</a>"), d.nest("class A extends ", "B", "{}"),
	})
	return "export default () => 1;\n" + core
}
