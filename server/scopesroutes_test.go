package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// countRows ask how much there is.
func (m *matrix) countRows() {
	total := func(i int, path, field string) string {
		a := m.send("GET", path, "", m.headers[i]...)
		if a.Status != http.StatusOK {
			return map[int]string{403: "no", 404: "hid"}[a.Status]
		}
		if field == "" {
			return a.Header.Get("X-Total-Count")
		}
		var body struct{ Data map[string]json.RawMessage }
		_ = json.Unmarshal([]byte(a.Body), &body)
		return string(body.Data[field])
	}
	for _, path := range []string{"/tasks", "/executions", "/executions?_end=1&_start=0", "/tasks?name_like=sec", "/audit", "/api-keys", "/users"} {
		m.row("total of "+path, func(i int) string {
			n := total(i, "/api/v1"+path, "")
			if path == "/audit" && n != "no" {
				if !m.keys[i].Scope.LimitsTasks() {
					return "all"
				}
				own := m.send("GET", "/api/v1/audit?limit=100&fields=principal", "", m.headers[i]...).Body
				if others := regexp.MustCompile(`"principal":"key:[^"]*"`).FindAllString(own, -1); len(slices.Compact(slices.Sorted(slices.Values(others)))) > 1 {
					m.t.Errorf("audit as %s: %s", m.keys[i].Name, own)
				}
				return "own"
			}
			return n
		})
	}
	for _, query := range []string{"", "?task_id=pub-a", "?task_id=sec-b"} {
		m.row("statistics total"+query, func(i int) string { return total(i, "/api/v1/executions/stats"+query, "total") })
	}
	m.row("statistics by task name sec-b", func(i int) string {
		return listed(m.send("GET", "/api/v1/executions/stats?group_by=task", "", m.headers[i]...).Body, "sec-b")
	})
	for _, field := range []string{"username", "name"} {
		path := map[string]string{"username": "/users", "name": "/api-keys"}[field]
		m.row("names of "+path, func(i int) string {
			a := m.send("GET", "/api/v1"+path, "", m.headers[i]...)
			if a.Status != http.StatusOK {
				return "no"
			}
			var names []string
			for _, found := range regexp.MustCompile(`"`+field+`":"([^"]*)"`).FindAllStringSubmatch(a.Body, -1) {
				names = append(names, found[1])
			}
			return strings.Join(names, ",") + "."
		})
	}
}

// repeatRows use the idempotency key of another caller: with its arguments,
// and with others. Neither may show.
func (m *matrix) repeatRows() {
	for _, tool := range m.s.registry.Whole().List() {
		if !strings.Contains(string(tool.In), `"idempotency_key"`) {
			continue
		}
		args, ok := map[string]string{
			"ratchet_create_task":     `{"name":"pub-%d","description":"d","code":"export default () => 1","input_schema":{"type":"object"},"output_schema":{},"idempotency_key":"same"}`,
			"ratchet_execute_task":    `{"task_id":"pub-a","input":{"n":%d},"idempotency_key":"same","wait":0}`,
			"ratchet_store_result":    `{"task_id":"pub-a","input":{"n":%d},"output":{},"idempotency_key":"same"}`,
			"ratchet_retry_execution": `{"execution_id":"` + m.ids["pub-a"] + `","input":{"n":%d},"idempotency_key":"same"}`,
		}[tool.Name]
		if !ok {
			m.t.Errorf("say how %s is called with an idempotency key", tool.Name)
			continue
		}
		path := "/api/v1/tools/" + tool.Name
		m.send("POST", path, fmt.Sprintf(args, 0), m.bearer("admin")...)
		m.row("tool "+tool.Name+" with the idempotency key of another", func(i int) string {
			for n := range 2 {
				a := m.send("POST", path, fmt.Sprintf(args, n*(i+1)), m.headers[i]...).Body
				switch {
				case strings.Contains(a, "FORBIDDEN"):
					return "no"
				case strings.Contains(a, `"idempotentReplay":true`), strings.Contains(a, "idempotency_key"), strings.Contains(a, "idempotencyKey"):
					m.t.Errorf("%s as %s: %s", tool.Name, m.keys[i].Name, a)
					return "tells"
				case n == 0 && tool.Name != "ratchet_create_task": // its own key, again with other arguments, is a conflict
					return "own"
				}
			}
			return "own"
		})
	}
}

// fieldRows call every field of GraphQL, and let those that need no arguments
// show everything.
func (m *matrix) fieldRows() {
	fields := m.fields()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		m.row("field "+name, func(i int) string {
			// A name of its own for each caller: that of another's is refused like what is out of reach.
			query := strings.ReplaceAll(fields[name], `name: "`, fmt.Sprintf(`name: "%d`, i))
			body, _ := json.Marshal(map[string]string{"query": query})
			switch v := verdict(m.send("POST", "/graphql", string(body), m.headers[i]...).Body); v {
			case "who", "no":
				return v
			default:
				return "yes"
			}
		})
	}
	whole := m.whole()
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		body, _ := json.Marshal(map[string]string{"query": whole[name]})
		m.row("field "+name+" names sec-b", func(i int) string {
			a := m.send("POST", "/graphql", string(body), m.headers[i]...).Body
			if strings.Contains(a, "GRAPHQL") {
				m.t.Errorf("%s: %s\n%s", name, whole[name], a)
			}
			return listed(a, "sec-b")
		})
	}
}

// routeRows ask every route of the server: those of the mux, of REST and of
// logging in. Routes that end what they are asked with come last.
func (m *matrix) routeRows() {
	rest, err := m.s.rest.get()
	if err != nil {
		m.t.Fatal(err)
	}
	var routes []string
	for _, p := range patterns(m.t, m.s.routes()) {
		if !strings.Contains(p, " ") {
			if p == "/api/v1/" {
				continue // its own list follows
			}
			p = "GET " + p
		}
		routes = append(routes, strings.Replace(p, "{$}", "", 1))
	}
	for _, r := range rest.Routes() {
		if !strings.Contains(r, "/api/v1/tools/ratchet_") { // the rows of tools have those
			routes = append(routes, r)
		}
	}
	variables := regexp.MustCompile(`\{[^}]*\}`)
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		if !strings.Contains(path, "{") {
			m.row("route "+route, func(i int) string { return m.status(i, method, path) })
			continue
		}
		for _, task := range both() {
			value := map[bool]string{true: m.ids[task], false: task}[strings.Contains(path, "{executionId}")]
			m.row("route "+route+" of "+task, func(i int) string {
				return m.status(i, method, variables.ReplaceAllString(path, value))
			})
		}
	}
}

// status is what the status of an answer means. What writes is asked with an
// argument that nothing takes.
func (m *matrix) status(i int, method, path string) string {
	var body io.Reader
	if method != http.MethodGet && method != http.MethodDelete {
		body = strings.NewReader(`{"noSuchArgument":1}`)
	} else if method == http.MethodDelete {
		path += "?noSuchArgument=1"
	}
	ctx, cancel := context.WithCancel(m.t.Context())
	defer cancel() // ends streams
	r, err := http.NewRequestWithContext(ctx, method, m.url+path, body)
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for h := 0; h+1 < len(m.headers[i]); h += 2 {
		r.Header.Set(m.headers[i][h], m.headers[i][h+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r) // a redirect is an answer
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	switch {
	case res.StatusCode == http.StatusUnauthorized:
		return "who"
	case res.StatusCode == http.StatusForbidden:
		return "no"
	case res.StatusCode == http.StatusNotFound:
		return "hid"
	case res.StatusCode >= 500:
		m.t.Errorf("%s %s as %s: %d", method, path, m.keys[i].Name, res.StatusCode)
	}
	return "yes"
}
