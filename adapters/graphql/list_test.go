package graphql_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// names are the tasks a list shows.
func (l *live) names(arguments string, variables map[string]any, declared string) []string {
	l.t.Helper()
	var out struct {
		Tasks struct{ Items []struct{ Name string } }
	}
	if declared != "" {
		declared = "(" + declared + ")"
	}
	l.must(&out, fmt.Sprintf(`query%s { tasks(%s) { items { name } } }`, declared, arguments), variables)
	names := []string{}
	for _, item := range out.Tasks.Items {
		names = append(names, item.Name)
	}
	return names
}

// TestLists: filters, order and pages of a list.
func TestLists(t *testing.T) {
	l := serve(t)
	for _, name := range []string{"alpha", "beta", "gamma", "delta", "beta_two"} {
		l.createTask(name, "export default () => 1")
	}
	l.must(nil, `mutation { editTask(taskId: "gamma", enabled: false, tags: ["x", "y"]) { success } }`, nil)
	for arguments, want := range map[string]string{
		`limit: 50`:                                                                        "alpha beta beta_two delta gamma",
		`filters: {enabled: {eq: true}}`:                                                   "alpha beta beta_two delta",
		`filters: {name: {eq: "beta"}}`:                                                    "beta",
		`filters: {name: {ne: "beta"}}`:                                                    "alpha beta_two delta gamma",
		`filters: {name: {contains: "ET"}}`:                                                "beta beta_two",
		`filters: {name: {startsWith: "b", endsWith: "two"}}`:                              "beta_two",
		`filters: {name: {gt: "beta", lte: "delta"}}`:                                      "beta_two delta",
		`filters: {name: {gte: "beta", lt: "delta"}}`:                                      "beta beta_two",
		`filters: {name: {in: ["alpha", "delta", "none"]}}`:                                "alpha delta",
		`filters: {name: {notIn: ["alpha", "delta"]}}`:                                     "beta beta_two gamma",
		`filters: {nameExact: {eq: "beta"}}`:                                               "beta",
		`filters: {enabled: {eq: false}}`:                                                  "gamma",
		`filters: {tag: {eq: "x"}}`:                                                        "gamma",
		`filters: {createdAfter: {eq: "2020-01-01T00:00:00Z"}, name: {contains: "alpha"}}`: "alpha",
		`filters: {createdAt: {lt: "2020-01-01T00:00:00Z"}}`:                               "",
		`filters: {id: {in: [1, "2"]}}`:                                                    "alpha beta",
		`filters: {}, sort: []`:                                                            "alpha beta beta_two delta gamma",
		`sort: [{field: name, order: desc}]`:                                               "gamma delta beta_two beta alpha",
		`sort: {field: created_at}`:                                                        "alpha beta gamma delta beta_two",
		`sort: [{field: version}, {field: name, order: desc}], limit: 2`:                   "gamma delta",
		`limit: 2`:              "alpha beta",
		`limit: 2, offset: 1`:   "beta beta_two",
		`limit: 3, offset: 2`:   "beta_two delta gamma",
		`limit: 2, offset: 100`: "",
	} {
		if got := strings.Join(l.names(arguments, nil, ""), " "); got != want {
			t.Errorf("tasks(%s): %q, want %q", arguments, got, want)
		}
	}
	got := l.names("filters: $f, sort: $s, limit: $n", map[string]any{
		"f": map[string]any{"name": map[string]any{"startsWith": "b"}}, "n": 1,
		"s": []any{map[string]any{"field": "name", "order": "desc"}},
	}, "$f: TaskFilter, $s: [TaskSort!], $n: Int")
	if !slices.Equal(got, []string{"beta_two"}) {
		t.Errorf("with variables: %v", got)
	}
}

// TestOneValueIsAListOfOne: where a list is wanted a single value is one of one,
// as a variable, in one, in a literal and as a default.
func TestOneValueIsAListOfOne(t *testing.T) {
	l := serve(t)
	for _, name := range []string{"alpha", "beta"} {
		l.createTask(name, "export default () => 1")
	}
	for _, c := range []struct {
		arguments, declared string
		variables           map[string]any
		want                string
	}{
		{`filters: {name: {in: "alpha"}}`, "", nil, "alpha"},
		{`filters: {id: {in: 2}}`, "", nil, "beta"},
		{`filters: {name: {in: $f}}`, "$f: [String!]", map[string]any{"f": "alpha"}, "alpha"},
		{`filters: {name: {in: $f}}`, "$f: [String!]", map[string]any{"f": []any{"alpha"}}, "alpha"},
		{`filters: {name: {in: $f}}`, `$f: [String!] = "alpha"`, nil, "alpha"},
		{`filters: {name: {in: [$f]}}`, "$f: String!", map[string]any{"f": "alpha"}, "alpha"},
		{`filters: {id: {in: $f}}`, "$f: [ID!]", map[string]any{"f": 2}, "beta"},
		{`filters: {id: {in: $f}}`, "$f: [ID!]", map[string]any{"f": "2"}, "beta"},
		{`filters: {name: $f}`, "$f: TextFilter", map[string]any{"f": map[string]any{"in": "beta"}}, "beta"},
		{`filters: $f`, "$f: TaskFilter", map[string]any{"f": map[string]any{"id": map[string]any{"notIn": 1}}}, "beta"},
		{`sort: $s`, "$s: [TaskSort!]", map[string]any{"s": map[string]any{"field": "name", "order": "desc"}}, "beta alpha"},
		{`sort: $s`, "$s: [TaskSort!] = {field: name, order: desc}", nil, "beta alpha"},
		{`sort: {field: $by, order: $o}`, "$by: TaskSortField!, $o: SortOrder", map[string]any{"by": "name", "o": "desc"}, "beta alpha"},
	} {
		if got := strings.Join(l.names(c.arguments, c.variables, c.declared), " "); got != c.want {
			t.Errorf("tasks(%s) with %s %v: %q, want %q", c.arguments, c.declared, c.variables, got, c.want)
		}
	}
	const create = `mutation($tags: [String!], $tests: [TestCaseInput!]) {
		createTask(name: "tagged", description: "Made by a test.", code: "export default (i) => i", inputSchema: {type: "object"}, outputSchema: {}, tags: $tags, testCases: $tests) { taskId }
	}`
	l.must(nil, create, map[string]any{"tags": "one", "tests": map[string]any{"name": "same", "input": map[string]any{"a": []any{1}}, "expectedOutput": map[string]any{"a": []any{1}}}})
	if got := l.names(`filters: {tag: {eq: "one"}}`, nil, ""); !slices.Equal(got, []string{"tagged"}) {
		t.Errorf("tagged: %v", got)
	}
	var out struct {
		RunTaskTests struct {
			Passed int
		}
	}
	l.must(&out, `mutation($only: [String!]) { runTaskTests(taskId: "tagged", testNames: $only) { passed } }`, map[string]any{"only": "same"})
	if out.RunTaskTests.Passed != 1 {
		t.Errorf("the test: %+v", out)
	}
}

// TestCursor walks a list from page to page.
func TestCursor(t *testing.T) {
	l := serve(t)
	for i := range 5 {
		l.createTask(fmt.Sprintf("task%d", i), "export default () => 1")
	}
	var seen []string
	cursor := ""
	for {
		var out struct {
			Tasks struct {
				Items []struct{ Name string }
				Meta  struct {
					TotalCount           int64
					Limit                int
					Offset               *int64
					HasNext, HasPrevious bool
					NextCursor           *string
				}
			}
		}
		vars := map[string]any{}
		if cursor != "" {
			vars["c"] = cursor
		}
		l.must(&out, `query($c: String) { tasks(limit: 2, cursor: $c, filters: {name: {startsWith: "t", ne: "task9"}}) {
			items { name } meta { totalCount limit offset hasNext hasPrevious nextCursor } } }`, vars)
		m := out.Tasks.Meta
		for _, item := range out.Tasks.Items {
			seen = append(seen, item.Name)
		}
		if m.TotalCount != 5 || m.Limit != 2 || m.HasPrevious != (cursor != "") || m.HasNext != (m.NextCursor != nil) || (m.Offset == nil) != (cursor != "") {
			t.Errorf("meta: %+v", m)
		}
		if m.NextCursor == nil {
			break
		}
		cursor = *m.NextCursor
	}
	if got := strings.Join(seen, " "); got != "task0 task1 task2 task3 task4" {
		t.Errorf("seen: %s", got)
	}
}

// TestBadInput: each fault says where it is and what would be right.
func TestBadInput(t *testing.T) {
	l := serve(t)
	for name, c := range map[string]struct {
		query, code, message, field, suggestion string
		variables                               map[string]any
	}{
		"syntax":            {query: "{ tasks(", code: "VALIDATION_ERROR", message: "Expected"},
		"unknown field":     {query: "{ task { items { name } } tsks { items { name } } }", code: "VALIDATION_ERROR", message: "Cannot query field"},
		"near field":        {query: "{ tasks { items { nam } } }", code: "VALIDATION_ERROR", suggestion: "name"},
		"near root":         {query: "{ executons { items { id } } }", code: "VALIDATION_ERROR", suggestion: "executions"},
		"unknown argument":  {query: "{ tasks(limt: 1) { items { name } } }", code: "VALIDATION_ERROR", field: "/limt", suggestion: "limit"},
		"unknown filter":    {query: `{ tasks(filters: {nme: {eq: "x"}}) { items { name } } }`, code: "VALIDATION_ERROR", suggestion: "name"},
		"wrong type":        {query: `{ tasks(limit: "x") { items { name } } }`, code: "VALIDATION_ERROR", message: "Int"},
		"wrong enum":        {query: `{ tasks(sort: {field: nam}) { items { name } } }`, code: "VALIDATION_ERROR", suggestion: "name"},
		"missing argument":  {query: `{ getExecutionStatus { status } }`, code: "VALIDATION_ERROR", field: "/executionId"},
		"missing variable":  {query: `query($id: ID!) { getExecutionStatus(executionId: $id) { status } }`, code: "VALIDATION_ERROR", field: "/id", message: "must be defined"},
		"wrong variable":    {query: `query($n: Int) { tasks(limit: $n) { items { name } } }`, variables: map[string]any{"n": "many"}, code: "VALIDATION_ERROR", field: "/n"},
		"enum variable":     {query: `query($l: Level) { getExecutionLogs(executionId: 1, level: $l) { totalFound } }`, variables: map[string]any{"l": "inf"}, code: "VALIDATION_ERROR", field: "/l", suggestion: "info"},
		"unknown key":       {query: `query($f: TaskFilter) { tasks(filters: $f) { items { name } } }`, variables: map[string]any{"f": map[string]any{"nme": 1}}, code: "VALIDATION_ERROR", field: "/f/nme"},
		"tool's bound":      {query: `{ tasks(limit: 1001) { items { name } } }`, code: "VALIDATION_ERROR", field: "/limit"},
		"bad time":          {query: `{ tasks(filters: {createdAt: {gt: "yesterday"}}) { items { name } } }`, code: "VALIDATION_ERROR", message: "time"},
		"bad cursor":        {query: `{ tasks(cursor: "x") { items { name } } }`, code: "VALIDATION_ERROR", field: "/cursor"},
		"offset and cursor": {query: `{ tasks(cursor: "x", offset: 3) { items { name } } }`, code: "VALIDATION_ERROR", field: "/offset"},
		"no such thing":     {query: `{ getExecutionStatus(executionId: 77) { status } }`, code: "NOT_FOUND"},
		"huge number":       {query: `{ tasks(limit: 99999999999999999999) { items { name } } }`, code: "VALIDATION_ERROR"},
		"huge JSON number":  {query: `mutation { executeTask(taskId: "none", input: {n: 99999999999999999999999}) { status } }`, code: "NOT_FOUND"},
		"no selection":      {query: `{ tasks }`, code: "VALIDATION_ERROR", message: "selection"},
		"no operation":      {query: `fragment f on Query { __typename }`, code: "VALIDATION_ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			a := l.ask(c.query, c.variables)
			if len(a.Errors) == 0 {
				t.Fatalf("no error: %s", a.Raw)
			}
			e := a.Errors[0]
			if e.Extensions.Code != c.code || !strings.Contains(e.Message, c.message) {
				t.Errorf("%s %q, want %s %q", e.Extensions.Code, e.Message, c.code, c.message)
			}
			if c.field != "" && e.Extensions.Details[0]["field"] != c.field {
				t.Errorf("field %v, want %s", e.Extensions.Details[0]["field"], c.field)
			}
			if c.suggestion != "" && !slices.Contains(e.Extensions.Suggestions, c.suggestion) && e.Extensions.Details[0]["nearest"] != c.suggestion {
				t.Errorf("%s suggestions %v %v, want %s", e.Message, e.Extensions.Suggestions, e.Extensions.Details, c.suggestion)
			}
			if name == "syntax" && (len(e.Locations) == 0 || e.Locations[0].Column == 0) {
				t.Errorf("no position: %s", a.Raw)
			}
			if e.Extensions.RequestID == "" {
				t.Error("no request id")
			}
		})
	}
}

// TestPartialAnswers: one field fails, the others are answered.
func TestPartialAnswers(t *testing.T) {
	l := serve(t)
	a := l.ask(`{ a: __typename b: getExecutionStatus(executionId: 77) { status } c: tasks { meta { totalCount } } }`, nil)
	if string(a.Data) != `{"a":"Query","b":null,"c":{"meta":{"totalCount":0}}}` || len(a.Errors) != 1 {
		t.Errorf("%s", a.Raw)
	}
	if path, _ := json.Marshal(a.Errors[0].Path); string(path) != `["b"]` || a.Errors[0].Locations[0].Line != 1 {
		t.Errorf("path and place: %s", a.Raw)
	}
}

// TestNamesOfUsersStay: what a schema leaves open is the user's own.
func TestNamesOfUsersStay(t *testing.T) {
	l := serve(t)
	l.createTask("echo", "export default (i) => ({given: i, snake_key: 1, camelKey: 2})")
	var out struct {
		ExecuteTask struct{ Output json.RawMessage }
	}
	for _, query := range []string{
		`mutation($i: JSON!) { executeTask(taskId: "echo", input: $i) { output } }`,
		`mutation($v: Int = 1) { executeTask(taskId: "echo", input: {an_id: $v, list_of: [{x_y: "\u00e9 \"q\""}], big: 9007199254740993, none: null, yes: true, f: 1.50}) { output } }`,
	} {
		vars := map[string]any{"i": json.RawMessage(`{"an_id":1,"list_of":[{"x_y":"é \"q\""}],"big":9007199254740991,"none":null,"yes":true,"f":1.5}`)}
		if !strings.Contains(query, "$i") {
			vars = nil
		}
		l.must(&out, query, vars)
		if got := string(out.ExecuteTask.Output); !strings.Contains(got, `"an_id":1`) || !strings.Contains(got, `"x_y":"é \"q\""`) ||
			!strings.Contains(got, `"snake_key":1,"camelKey":2`) || !strings.Contains(got, `"f":1.5`) {
			t.Errorf("output: %s", got)
		}
	}
}

// TestFurtherNames: arguments and fields have the names of other surfaces too, and the
// number of a row can be compared.
func TestFurtherNames(t *testing.T) {
	l := serve(t)
	var made struct{ CreateTask struct{ Name string } }
	l.must(&made, `mutation { createTask(name: "half", description: "d", sourceCode: "export default (i) => i.n / 2", inputSchema: {type: "object"}, outputSchema: {}) { name } }`, nil)
	var run struct {
		ExecuteTaskDirect struct{ Output float64 }
	}
	l.must(&run, `mutation { executeTaskDirect(taskId: "half", inputData: {n: 8}) { output } }`, nil)
	var read struct {
		Task struct{ Code, SourceCode string }
	}
	l.must(&read, `{ task(id: "half") { code sourceCode } }`, nil)
	if run.ExecuteTaskDirect.Output != 4 || read.Task.SourceCode == "" || read.Task.SourceCode != read.Task.Code {
		t.Errorf("%+v %+v", run, read)
	}
	for filter, want := range map[string]int{"gt: 0": 1, "gt: 1": 0, "gte: 1": 1, "lt: 2": 1, "lte: 0": 0} {
		var list struct {
			Executions struct{ Items []struct{ ID string } }
		}
		l.must(&list, `{ executions(filters: {id: {`+filter+`}}) { items { id } } }`, nil)
		if len(list.Executions.Items) != want {
			t.Errorf("%s: %d executions, want %d", filter, len(list.Executions.Items), want)
		}
	}
}
