package e2e_test

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// callRoutes asks every route of the API's description, with credentials in
// each place that takes them, and with secrets where none belong.
func (l *leaky) callRoutes() {
	l.t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(l.send("GET", "/api-docs/openapi.json", "").body, &doc); err != nil || len(doc.Paths) < 50 {
		l.t.Fatalf("%v: %d paths", err, len(doc.Paths))
	}
	query := "api_key=" + l.key + "&password=" + url.QueryEscape(l.plant("password in a query"))
	variable := regexp.MustCompile(`\{\w+\}`)
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		if strings.HasSuffix(path, "/logout") || strings.HasSuffix(path, "/events") || strings.HasSuffix(path, "/refresh") || strings.Contains(path, "rotate") {
			continue // see readStreams, end, newKey
		}
		for method := range doc.Paths[path] {
			method = strings.ToUpper(method)
			if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method) {
				continue
			}
			values := []string{l.key, "spill", "ada"}
			if strings.Contains(path, "execution") {
				values = append(values, l.executions[:3]...)
			}
			for _, value := range values {
				if method == "DELETE" && value != l.key {
					continue
				}
				at := variable.ReplaceAllString(path, value)
				l.send(method, at, `{}`)
				l.send(method, at+"?"+query, `{"password":"`+l.key+`"}`, "Authorization", "")
				l.send(method, at+"?api_key="+l.key+"&limit=1", "", "Authorization", "")
				l.send(method, at, `{"password":"`+l.key, "Idempotency-Key", l.key, "If-Match", l.key, "If-None-Match", l.key, "Cookie", l.cookie, "Authorization", "")
				if !strings.Contains(path, "{") {
					break
				}
			}
		}
	}
	for _, path := range []string{
		"/api/v1/executions?_start=0&_end=2&_sort=queuedAt&_order=DESC", "/api/v1/executions/" + l.executions[0] + "?fields=output", "/api/v1/audit?limit=100&format=csv",
		"/api/v1/tasks/spill", "/api/v1/executions/" + l.executions[0] + "/logs?format=text", "/metrics", "/metrics/json", "/health/detailed", "/docs", "/playground", "/nowhere",
		"/mcp/", "/mcp",
	} {
		joint := "?"
		if strings.Contains(path, "?") {
			joint = "&"
		}
		l.send("GET", path, "")
		l.send("GET", path+joint+"api_key="+l.key, "", "Authorization", "")
	}
	l.readMCP()
}

// readMCP reads what MCP has beside tools: resources, prompts and lists.
func (l *leaky) readMCP() {
	l.t.Helper()
	ask := func(method string, params object) answer {
		params["_meta"], _ = era(true, "")
		headers := []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", method}
		for _, name := range []string{"uri", "name"} {
			if params[name] != nil {
				headers = append(headers, "Mcp-Name", text(params, name))
			}
		}
		return l.send("POST", "/mcp", l.encode(object{"jsonrpc": "2.0", "id": 1, "method": method, "params": params}), headers...)
	}
	ask("tools/list", object{})
	uris := []string{}
	for _, method := range []string{"resources/list", "resources/templates/list"} {
		for _, m := range regexp.MustCompile(`"uri(?:Template)?":"([^"]+)"`).FindAllSubmatch(ask(method, object{}).body, -1) {
			uris = append(uris, string(m[1]))
		}
	}
	if len(uris) < 5 {
		l.t.Errorf("the resources are %v", uris)
	}
	variable := regexp.MustCompile(`\{[^}]+\}`)
	read := 0
	for _, uri := range uris {
		for _, value := range append([]string{"spill", l.key}, l.executions...) {
			a := ask("resources/read", object{"uri": variable.ReplaceAllString(uri, value)})
			if strings.Contains(string(a.body), `"contents"`) {
				read++
			}
		}
	}
	if read < 20 {
		l.t.Errorf("only %d resources were read", read)
	}
	for _, m := range regexp.MustCompile(`"name":"([a-z_-]+)"`).FindAllSubmatch(ask("prompts/list", object{}).body, -1) {
		for _, name := range []string{"execution_id", "task_id", "task", "goal"} {
			ask("prompts/get", object{"name": string(m[1]), "arguments": object{name: l.executions[1]}})
		}
		ask("prompts/get", object{"name": string(m[1]), "arguments": object{"execution_id": l.key}})
	}
}

// sendNonsense sends what no client should, with secrets in it.
func (l *leaky) sendNonsense() {
	l.t.Helper()
	bearer := l.plantWord("bearer that nobody made")
	for _, path := range []string{"/api/v1/tasks", "/mcp", "/graphql", "/metrics", "/docs", "/nowhere"} {
		method := map[bool]string{true: "POST", false: "GET"}[path == "/mcp" || path == "/graphql"]
		for _, header := range [][]string{
			{"Authorization", "Bearer " + bearer},
			{"Authorization", bearer},
			{"Authorization", "Basic " + bearer + "="},
			{"Authorization", "ApiKey " + bearer},
			{"Authorization", "Bearer " + bearer + "." + bearer + "." + bearer},
			{"Authorization", "Digest username=" + bearer},
			{"Authorization", "Bearer rk_" + bearer + bearer},
			{"X-API-Key", bearer},
			{"Cookie", "ratchet_session=" + bearer, "Authorization", ""},
			{"Cookie", l.cookie, "X-CSRF-Token", bearer, "Authorization", ""},
			{"X-Request-ID", `"` + bearer + `"`},
			{"Origin", "http://user:" + bearer + "@localhost:3000"},
			{"Origin", "https://evil.example?token=" + bearer},
			{"Content-Type", "text/" + bearer},
			{"Accept", bearer},
			{"Mcp-Session-Id", bearer},
			{"Mcp-Protocol-Version", bearer},
			{"Idempotency-Key", strings.Repeat(bearer, 20)},
			{"traceparent", bearer},
			{"If-Match", bearer},
			{"Last-Event-ID", bearer},
			{"Accept-Encoding", bearer},
			{"X-Forwarded-For", bearer},
			{"Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0." + bearer},
		} {
			l.send(method, path, `{"query":"{ tasks { items { name } } }"}`, header...)
			l.send(method, path+"?api_key="+bearer+"&access_token="+bearer, `{"jsonrpc":"2.0","id":"x"`, append([]string{"Authorization", ""}, header...)...)
		}
	}
	for i, body := range []string{
		`{"username":"nobody","password":%s}`, `{"username":"ada","password":%s}`, `{"email":%s,"password":%s}`, `{"password":%s`, `[%s]`,
		`{"username":{},"password":%s}`, `{"passwort":%s}`, `{"token":%s,"username":"eve","password":%s}`,
	} {
		secret := l.encode(object{"": l.plant("password of a login")})
		body = strings.ReplaceAll(body, "%s", secret[4:len(secret)-1])
		for _, path := range []string{"login", "register", "bootstrap", "change-password", "refresh"} {
			if i < 2 && path == "register" {
				continue // too good a password for nonsense
			}
			l.send("POST", "/api/v1/auth/"+path, body, "Authorization", "")
			if path != "refresh" { // which would answer a token
				l.send("POST", "/api/v1/auth/"+path, body)
			}
		}
	}
	for _, raw := range []string{
		"GET /api/v1/tasks HTTP/1.1\r\nHost: user:" + bearer + "@evil.example\r\n\r\n", "GET /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + bearer + "\r\n folded: " + bearer + "\r\n\r\n",
		"GET /../" + l.key + "?api_key=" + bearer + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "GET /api/v1/tasks?a;api_key=" + bearer + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\nX-API-Key: " + bearer + "\r\n\r\n", "GET http://user:" + bearer + "@127.0.0.1/api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"X-API-Key: " + bearer + "\r\n\r\n", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key : " + bearer + "\r\n\r\n", "GET /api/v1/tasks/" + l.key + "%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
	} {
		l.raw(raw)
	}
}

// raw sends bytes as they are.
func (l *leaky) raw(text string) {
	l.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(l.url, "http://"))
	if err != nil {
		l.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		return // refused early
	}
	if res, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		var head strings.Builder
		_ = res.Header.Write(&head)
		l.saw("answer to raw bytes", []byte(head.String()), body)
	}
}
