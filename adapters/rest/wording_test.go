package rest_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestErrors_routes: an error of a route names routes, arguments as they are
// spelled there, and an example that can be sent.
func TestErrors_routes(t *testing.T) {
	l := serve(t)
	for _, c := range []struct{ method, path, body, message, suggestion string }{
		{"GET", "/tasks/none", "", `there is no task "none"`, "GET /api/v1/tasks"},
		{"GET", "/executions/zz", "", "", "GET /api/v1/executions"},
		{"POST", "/tasks", `{"name":"a","description":"d","code":"export default () => 1"}`, "argument inputSchema is required", "POST /api/v1/tasks again"},
		{"POST", "/executions", `{"taskId":"none"}`, "argument input is required", "POST /api/v1/executions again"},
	} {
		a := l.send(c.method, c.path, c.body)
		said := strings.Join(a.Error.Suggestions, " ")
		if !strings.Contains(a.Error.Message, c.message) || !strings.Contains(said, c.suggestion) || strings.Contains(a.Error.Message+said, "ratchet_") {
			t.Errorf("%s %s: %s", c.method, c.path, a.Raw)
		}
	}
	a := l.send("POST", "/tasks/none/execute", `{"inputs":{"n":1}}`)
	example, _ := a.Error.Details[0].Example.(map[string]any)
	if example["method"] != "POST" || example["path"] != "/api/v1/tasks/none/execute" || example["body"] == nil {
		t.Errorf("example %v in %s", example, a.Raw)
	}
	if a := l.send("POST", "/tools/ratchet_get_task", `{"taskId":"none"}`); !strings.Contains(a.Raw, "ratchet_list_available_tasks") {
		t.Errorf("who calls a tool is told routes: %s", a.Raw)
	}
}

// TestChange_wholeRow: a front end that sends back the row it has read changes
// what it changed, and nothing else can be.
func TestChange_wholeRow(t *testing.T) {
	l := serve(t)
	l.task("whole")
	row := func() map[string]any {
		var row map[string]any
		l.must(200, &row, "GET", "/tasks/whole", "")
		return row
	}
	send := func(method string, row map[string]any) answer {
		body, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		return l.send(method, "/tasks/whole", string(body))
	}
	for _, method := range []string{"PATCH", "PUT"} {
		changed := row()
		changed["description"], changed["id"] = "by "+method, json.Number("1") // a number where the row has a text
		delete(changed, "revision")
		if a := send(method, changed); a.Status != 200 || row()["description"] != "by "+method {
			t.Errorf("%s of a whole row: %d %s", method, a.Status, a.Raw)
		}
		changed = row()
		changed["createdAt"] = "2020-01-01T00:00:00.000Z"
		if a := send(method, changed); a.Status != 400 || a.Error.Details[0].Field != "/createdAt" || len(a.Error.Suggestions) == 0 {
			t.Errorf("%s of another creation time: %d %s", method, a.Status, a.Raw)
		}
	}
	if a := l.send("PATCH", "/tasks/whole", `{"sourceCode":"export default () => 2"}`); a.Status != 200 || row()["code"] != "export default () => 2" {
		t.Errorf("sourceCode: %d %s", a.Status, a.Raw)
	}
	if a := l.send("PATCH", "/tasks/whole", `{"sourceCode":"export default () => 2","code":"1"}`); a.Status != 400 {
		t.Errorf("code twice: %d %s", a.Status, a.Raw)
	}
}

// TestTemplate_one reads one template with its code.
func TestTemplate_one(t *testing.T) {
	l := serve(t)
	var list struct{ Templates []struct{ Name string } }
	l.must(200, &list, "GET", "/templates", "")
	name := list.Templates[0].Name
	var one map[string]any
	l.must(200, &one, "GET", "/templates/"+name, "")
	if one["name"] != name || one["code"] == "" || one["code"] == nil {
		t.Errorf("one template: %v", one)
	}
	if a := l.send("GET", "/templates/none", ""); a.Status != 404 || a.Error.Details[0].Allowed == nil {
		t.Errorf("no template: %d %s", a.Status, a.Raw)
	}
}
