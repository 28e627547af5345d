package graphql_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestOperations runs the operations of the documentation, one after another,
// on one server. Creating the task runs its test.
func TestOperations(t *testing.T) {
	l := serve(t)
	var made struct{ CreateTask struct{ TaskID string } }
	l.must(&made, `mutation { createTask(name: "adds", description: "Adds.", code: "export default (i) => { console.log('adding'); return i.a + i.b }",
		inputSchema: {type: "object"}, outputSchema: {}, testCases: [{name: "two", input: {a: 1, b: 1}, expectedOutput: 2}]) { taskId } }`, nil)
	var run struct{ ExecuteTaskDirect struct{ ExecutionID string } }
	l.must(&run, `mutation { executeTaskDirect(taskId: "adds", input: {a: 1, b: 2}) { executionId status output } }`, nil)
	vars := map[string]any{"task": made.CreateTask.TaskID, "run": run.ExecuteTaskDirect.ExecutionID}
	for _, c := range [][2]string{
		{`{ tasks { items { name version enabled } meta { totalCount } } }`, `{"tasks":{"items":[{"name":"adds","version":"0.1.0","enabled":true}],"meta":{"totalCount":1}}}`},
		{`query($task: ID!) { task(id: $task) { name } }`, `{"task":{"name":"adds"}}`},
		{`{ task(id: "adds") { name } }`, `{"task":{"name":"adds"}}`},
		{`{ task(id: 1) { name } }`, `{"task":{"name":"adds"}}`},
		{`query($task: ID!) { taskByUuid(uuid: $task) { name } }`, `{"taskByUuid":{"name":"adds"}}`},
		{`{ taskVersions(taskId: "adds") { __typename } }`, `ListVersionsResult`},
		{`{ taskStats(taskId: "adds") { total } executionStats { total successRate } }`, `{"taskStats":{"total":1},"executionStats":{"total":1,"successRate":1}}`},
		{`{ executions(filters: {status: {eq: "completed"}, taskName: {eq: "adds"}}, limit: 1) { items { status taskName } } }`, `{"executions":{"items":[{"status":"completed","taskName":"adds"}]}}`},
		{`query($run: ID!) { execution(id: $run) { status output } }`, `{"execution":{"status":"completed","output":3}}`},
		{`query($run: ID!) { executionLogs(executionId: $run) { logs { message level } } }`, `{"executionLogs":{"logs":[{"message":"adding","level":"info"}]}}`},
		{`{ results(taskId: "adds", limit: 1) { executions { output } } }`, `{"results":{"executions":[{"output":3}]}}`},
		{`{ templates { __typename } }`, `ListTemplatesResult`},
		{`{ workers { size workers { id status } } workerStats { size } }`, `"size":1`},
		{`{ health { __typename } }`, `Health`},
		{`{ auditEntries(limit: 1) { items { seq } meta { limit } } }`, `"meta":{"limit":1}`},
		{`mutation { updateTaskStatus(taskId: "adds", enabled: false) { success } }`, `{"updateTaskStatus":{"success":true}}`},
		{`mutation { updateTask(taskId: "adds", enabled: true, description: "Adds two.") { success } }`, `{"updateTask":{"success":true}}`},
		{`mutation { mcpEditTask(taskId: "adds", tags: ["sums"]) { success } }`, `{"mcpEditTask":{"success":true}}`},
		{`{ tasks(filters: {tag: {eq: "sums"}}) { items { description tags } } }`, `{"tasks":{"items":[{"description":"Adds two.","tags":["sums"]}]}}`},
		{`mutation { validateTask(taskId: "adds") { valid } }`, `{"validateTask":{"valid":true}}`},
		{`mutation { runTaskTests(taskId: "adds") { allPassed } mcpTestTask(taskId: "adds") { passed } }`, `{"runTaskTests":{"allPassed":true},"mcpTestTask":{"passed":1}}`},
		{`mutation { createExecution(taskId: "adds", input: {a: 5, b: 5}) { status output } }`, `{"createExecution":{"status":"completed","output":10}}`},
		{`mutation($run: ID!) { replayExecution(executionId: $run) { identical } }`, `{"replayExecution":{"identical":true}}`},
		{`mutation { mcpStoreResult(taskId: "adds", input: {}, output: 7, status: completed) { status } }`, `{"mcpStoreResult":{"status":"completed"}}`},
		{`mutation { mcpCreateTask(name: "more", description: "More.", code: "export default () => 1", inputSchema: {type: "object"}, outputSchema: {}) { name } }`, `{"mcpCreateTask":{"name":"more"}}`},
		{`mutation { mcpDeleteTask(taskId: "more", force: true) { success } }`, `{"mcpDeleteTask":{"success":true}}`},
		{`mutation($run: ID!) { deleteExecution(executionId: $run) { __typename } }`, `DeleteExecutionResult`},
		{`mutation { deleteTask(taskId: "adds", force: true) { success } }`, `{"deleteTask":{"success":true}}`},
		{`{ tasks { meta { totalCount } } }`, `{"tasks":{"meta":{"totalCount":0}}}`},
	} {
		a := l.ask(c[0], vars)
		if len(a.Errors) > 0 || !strings.Contains(string(a.Data), c[1]) {
			t.Errorf("%s\nanswered %s, want %s", c[0], a.Raw, c[1])
		}
		if !json.Valid([]byte(a.Raw)) {
			t.Errorf("not JSON: %s", a.Raw)
		}
	}
	a := l.ask(`mutation($run: ID!) { cancelExecution(executionId: $run) { __typename } retryExecution(executionId: $run) { status } }`, vars)
	if len(a.Errors) != 2 || a.Errors[0].Extensions.Code == "INTERNAL_ERROR" {
		t.Errorf("a run that is gone: %s", a.Raw)
	}
}
