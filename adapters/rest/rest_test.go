package rest_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ratchet/casing"
)

func TestTaskLife(t *testing.T) {
	l := serve(t)
	var made struct{ TaskID, Revision string }
	body := `{"name":"add","description":"Adds.","code":"export default (i) => ({ the_sum: i.a + i.b })","inputSchema":{"type":"object"},"outputSchema":{"type":"object"},"metadata":{"my_key":{"camelCase":1}}}`
	a := l.must(201, &made, "POST", "/tasks", body)
	if got := a.Header.Get("Location"); got != "/api/v1/tasks/"+made.TaskID {
		t.Errorf("Location %q", got)
	}
	type shown struct {
		Name, Description string
		Metadata          map[string]any
		Tags              []string
		InputSchema       json.RawMessage
	}
	var task, later shown
	a = l.must(200, &task, "GET", "/tasks/add", "")
	tag := a.Header.Get("ETag")
	if tag != `"`+made.Revision+`"` || task.Metadata["my_key"] == nil || task.InputSchema == nil {
		t.Errorf("ETag %s of %s", tag, a.Raw)
	}
	l.must(304, nil, "GET", "/tasks/add", "", "If-None-Match", tag)
	l.must(200, nil, "PATCH", "/tasks/add", `{"tags":["x"]}`, "If-Match", tag)
	a = l.must(412, nil, "PATCH", "/tasks/add", `{"tags":["y"]}`, "If-Match", tag)
	if a.Error.Status != 412 || a.StatusCode != 412 || a.Error.Code != "CONFLICT" {
		t.Errorf("a stale ETag: %s", a.Raw)
	}
	l.must(200, nil, "PUT", "/tasks/add", `{"description":"New.","code":"export default () => 1","inputSchema":{"type":"object"},"outputSchema":{}}`)
	l.must(200, &later, "GET", "/tasks/add", "")
	if len(later.Tags) != 0 || len(later.Metadata) != 0 || later.Description != "New." {
		t.Errorf("PUT left %+v", later)
	}
	l.must(400, nil, "PUT", "/tasks/add", `{"description":"Half."}`)
	for range 2 {
		l.must(200, nil, "POST", "/tasks/add/disable", "")
	}
	l.must(200, nil, "POST", "/tasks/add/enable", "")
	l.must(200, nil, "POST", "/tasks/add/validate", "{}")
	l.must(200, nil, "GET", "/tasks/add/versions", "")
	l.must(200, nil, "GET", "/tasks/stats", "")
	l.must(204, nil, "DELETE", "/tasks/add?createBackup=false", "")
	l.must(404, nil, "GET", "/tasks/add", "")
}

func TestExecutions(t *testing.T) {
	l := serve(t)
	l.task("double")
	var run struct {
		ExecutionID, Status string
		Output              map[string]any
	}
	a := l.must(201, &run, "POST", "/executions", `{"taskId":"double","input":{"n":21}}`)
	if run.Output["n_twice"] != 42.0 || a.Header.Get("Location") != "/api/v1/executions/"+run.ExecutionID {
		t.Fatalf("ran %s", a.Raw)
	}
	l.must(200, &run, "POST", "/tasks/double/execute", `{"input":{"n":1}}`, "Idempotency-Key", "k1")
	first := run.ExecutionID
	l.must(200, &run, "POST", "/tasks/double/execute", `{"input":{"n":1}}`, "Idempotency-Key", "k1")
	if run.ExecutionID != first {
		t.Error("the same Idempotency-Key ran twice")
	}
	l.must(409, nil, "POST", "/tasks/double/execute", `{"input":{"n":2}}`, "Idempotency-Key", "k1")
	l.must(200, &run, "GET", "/executions/"+first+"/output", "")
	if run.Output["n_twice"] != 2.0 {
		t.Errorf("output %v", run.Output)
	}
	l.must(200, nil, "GET", "/executions/"+first+"/logs?level=debug", "")
	l.must(201, nil, "POST", "/tasks", `{"name":"bad","description":"d","code":"export default () => { throw new Error('no') }","inputSchema":{"type":"object"},"outputSchema":{}}`)
	a = l.must(200, &run, "POST", "/tasks/bad/execute", `{"input":{}}`)
	if run.Status != "failed" {
		t.Errorf("a failed run: %s", a.Raw)
	}
	l.must(201, nil, "POST", "/tasks", `{"name":"slow","description":"d","code":"export default () => new Promise((r) => setTimeout(r, 60000))","inputSchema":{"type":"object"},"outputSchema":{}}`)
	l.must(202, &run, "POST", "/tasks/slow/execute", `{"input":{},"wait":0}`)
	l.must(409, nil, "DELETE", "/executions/"+run.ExecutionID, "")
	l.must(200, nil, "POST", "/executions/"+run.ExecutionID+"/cancel", `{"force":true}`)
	l.must(204, nil, "DELETE", "/executions/"+first, "")
	l.must(404, nil, "GET", "/executions/"+first, "")
	l.must(200, nil, "GET", "/executions/stats?groupBy=status", "")
	a = l.must(200, nil, "GET", "/executions?status=failed,cancelled&_sort=status,queuedAt&_order=DESC", "")
	if a.Header.Get("X-Total-Count") != "2" {
		t.Errorf("failed or cancelled: %s", a.Raw)
	}
}

func TestLists(t *testing.T) {
	l := serve(t)
	for i := range 7 {
		l.must(201, nil, "POST", "/tasks", fmt.Sprintf(`{"name":"task_%d","version":"1.0.%d","description":"d","code":"export default () => 1","inputSchema":{"type":"object"},"outputSchema":{},"enabled":%v}`, i, i%2, i != 3))
	}
	names := func(query string) (string, answer) {
		t.Helper()
		var items []struct{ Name string }
		a := l.must(200, &items, "GET", "/tasks"+query, "")
		var list []string
		for _, it := range items {
			list = append(list, strings.TrimPrefix(it.Name, "task_"))
		}
		return strings.Join(list, ""), a
	}
	for query, want := range map[string]string{
		"":                                          "0123456",
		"?_start=2&_end=4":                          "23",
		"?page=2&limit=3":                           "345",
		"?page=9&limit=3":                           "",
		"?_sort=version,name&_order=DESC":           "135" + "0246",
		"?_sort=version,name&_order=DESC,DESC":      "5316420",
		"?_sort=id&_order=DESC&_start=0&_end=2":     "65",
		"?name=task_1":                              "1",
		"?name=task_1&name=task_2":                  "12",
		"?name_in=task_1,task_4":                    "14",
		"?name_not_in=task_1,task_4&name_ne=task_0": "2356",
		"?name_like=SK_3":                           "3",
		"?name_starts_with=task&name_ends_with=5":   "5",
		"?name_gte=task_2&name_lt=task_4":           "23",
		"?enabled=false":                            "3",
		"?id=1&id=3":                                "02",
		"?createdAfter=2020-01-01&created_before=2999-01-01&limit=1": "0",
	} {
		if got, _ := names(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	_, a := names("?_start=2&_end=4")
	if got := a.Header.Get("Content-Range"); got != "tasks 2-3/7" {
		t.Errorf("Content-Range %q", got)
	}
	if link := a.Header.Get("Link"); !strings.Contains(link, `<`+"/api/v1/tasks?_end=6&_start=4"+`>; rel="next"`) || !strings.Contains(link, `rel="prev"`) {
		t.Errorf("Link %q", link)
	}
	if p := a.Meta.Pagination; p["total"] != 7.0 || p["totalPages"] != 4.0 || p["hasNext"] != true || p["page"] != 2.0 {
		t.Errorf("pagination %v", p)
	}
	seen, cursor := "", ""
	for range 4 {
		got, a := names("?limit=3&_sort=version,name&_order=DESC&cursor=" + cursor)
		seen += got
		cursor, _ = a.Meta.Pagination["nextCursor"].(string)
		if cursor == "" {
			break
		}
	}
	if seen != "1350246" {
		t.Errorf("by cursors: %s", seen)
	}
}

func TestEveryRoute(t *testing.T) {
	l := serve(t)
	for _, tool := range l.server.Registry().Whole().List() {
		if a := l.send("GET", "/tools/"+tool.Name, ""); a.Status != 405 || a.Header.Get("Allow") != "OPTIONS, POST" {
			t.Errorf("GET of %s: %d %s", tool.Name, a.Status, a.Header.Get("Allow"))
		}
		for _, r := range tool.Routes {
			if r.Method == "" {
				continue
			}
			path := r.Path
			for _, part := range strings.Split(path, "/") {
				if strings.HasPrefix(part, "{") {
					path = strings.Replace(path, part, "9999", 1)
				}
			}
			a := l.send("OPTIONS", path, "")
			if a.Status != 204 || !slices.Contains(strings.Split(a.Header.Get("Allow"), ", "), r.Method) {
				t.Errorf("%s %s: OPTIONS answered %d %s", r.Method, path, a.Status, a.Header.Get("Allow"))
			}
			if a := l.send(r.Method, path, ""); a.Status >= 500 || a.Status == 405 {
				t.Errorf("%s %s: %d %s", r.Method, path, a.Status, a.Raw)
			}
			if a := l.send(r.Method, path+"?no_such_thing=1", ""); a.Status != 400 || len(a.Error.Details) == 0 {
				t.Errorf("%s %s took an unknown parameter: %d %s", r.Method, path, a.Status, a.Raw)
			}
		}
	}
}

func TestToolsAndBulk(t *testing.T) {
	l := serve(t)
	var list []struct {
		Name        string
		InputSchema json.RawMessage
	}
	l.must(200, &list, "GET", "/tools?toolset=core", "")
	if !slices.ContainsFunc(list, func(x struct {
		Name        string
		InputSchema json.RawMessage
	},
	) bool {
		return x.Name == "ratchet_create_task" && strings.Contains(string(x.InputSchema), casing.Camel("input_schema"))
	}) {
		t.Errorf("tools: %v", list)
	}
	l.must(200, nil, "POST", "/tools/ratchet.list_tasks", "{}")
	l.must(200, nil, "POST", "/tools/list_available_tasks", `{"sort_by":"name","sortOrder":"asc"}`)
	var out struct {
		Succeeded, Failed, Skipped int
		Results                    []struct {
			Status int
			Error  map[string]any
			Data   map[string]any
		}
	}
	calls := `"calls":[{"tool":"list_templates"},{"tool":"create_task","arguments":{"name":""}},{"tool":"list_available_tasks","arguments":{"limit":1}}]`
	l.must(200, &out, "POST", "/bulk", "{"+calls+"}")
	if out.Succeeded != 2 || out.Failed != 1 || out.Results[1].Status != 400 || out.Results[0].Data["totalCount"] == nil {
		t.Errorf("bulk: %+v", out)
	}
	l.must(200, &out, "POST", "/bulk", `{"dryRun":true,"stopOnError":true,`+calls+"}")
	if out.Succeeded != 1 || out.Failed != 1 || out.Skipped != 1 {
		t.Errorf("dry bulk: %+v", out)
	}
	for _, body := range []string{"{}", `{"calls":[]}`, `{"calls":5}`, `{"calls":[{"tool":"x"}],"more":1}`, "[]", ""} {
		l.must(400, nil, "POST", "/bulk", body)
	}
}

func TestGzip(t *testing.T) {
	l := serve(t)
	r, err := http.NewRequestWithContext(t.Context(), "GET", l.url+"/api/v1/tools", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "br, gzip;q=0.5")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("headers %v", res.Header)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil || !json.Valid(raw) {
		t.Fatalf("%v: %.100s", err, raw)
	}
}
