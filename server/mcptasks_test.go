package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const withTasks = `{"extensions":{"io.modelcontextprotocol/tasks":{}}}`

// gotTask is what tasks/get and a call answer.
type gotTask struct {
	ResultType, TaskID, Status, CreatedAt, LastUpdatedAt string
	PollIntervalMs                                       int
	Result                                               *struct {
		IsError           bool
		Content           []struct{ Text string }
		StructuredContent map[string]any
	}
	Content           []struct{ Text string } // of a result that is no task
	StructuredContent map[string]any
}

// begin runs the task slow, which ends after a time, without waiting for it.
func (c *peer) begin(input string) (task gotTask) {
	c.t.Helper()
	c.result("tools/call", map[string]any{"name": "ratchet_execute_task", "arguments": map[string]any{
		"task_id": "slow", "input": json.RawMessage(input), "wait": 0,
	}}, &task)
	return task
}

// outlasts begins a run that ends by itself, but not before its call is answered,
// however slow the machine is.
func (c *peer) outlasts(more string) gotTask {
	c.t.Helper()
	for ms := 50; ms < 60_000; ms *= 2 {
		if task := c.begin(`{"ms":` + strconv.Itoa(ms) + more + `}`); task.ResultType == "task" {
			return task
		}
	}
	c.t.Fatal("no run outlasts its call")
	return gotTask{}
}

// ended asks for a task until it has ended.
func (c *peer) ended(id string) (task gotTask) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		task = gotTask{}
		if c.result(methodGetTask, map[string]any{"taskId": id}, &task); task.Status != "working" {
			return task
		}
	}
	c.t.Fatalf("%s does not end: %+v", id, task)
	return task
}

func slowServer(t *testing.T) *Server {
	s := wholeServer(t, "execution.workers.count", "2")
	callOnce(t, s, "ratchet_create_task", `{"name":"slow","description":"Ends after a time.","input_schema":{"type":"object"},"output_schema":{},
		"code":"export default async (input) => { await new Promise((done) => setTimeout(done, input.ms)); if (input.bad) throw new TypeError('broken'); return { took: input.ms } }"}`)
	return s
}

func callOnce(t *testing.T, s *Server, tool, args string) {
	t.Helper()
	if _, got := exchange(t, s, http.MethodPost, callLine("1", tool, args), nil); codeOf(t, []byte(got)) != 0 || strings.Contains(got, `"isError":true`) {
		t.Fatal(got)
	}
}

// TestCallsBecomeTasks follows runs that outlast their calls as tasks, for
// clients that declare the extension with the request; the handshake era has
// no such requests.
func TestCallsBecomeTasks(t *testing.T) {
	s := slowServer(t)
	everywhere(t, s, withTasks, func(t *testing.T, c *peer) {
		if c.declares(extensionTasks) != c.modern {
			t.Errorf("declared: %t", !c.modern)
		}
		first := c.begin(`{"ms":600000}`)
		if !c.modern {
			c.withoutTasks(first)
			return
		}
		if first.ResultType != "task" || first.TaskID == "" || first.Status != "working" || first.Content != nil || first.Result != nil || first.PollIntervalMs <= 0 {
			t.Fatalf("the call answered %+v", first)
		}
		for _, at := range []string{first.CreatedAt, first.LastUpdatedAt} {
			if _, err := time.Parse(time.RFC3339, at); err != nil {
				t.Error(err)
			}
		}
		id := map[string]any{"taskId": first.TaskID}
		var now gotTask
		if raw := c.result(methodGetTask, id, &now); now.ResultType != "complete" || now.TaskID != first.TaskID || now.Status != "working" || !strings.Contains(string(raw), `"ttlMs":null`) {
			t.Errorf("while it runs: %s", raw)
		}
		c.acknowledged(methodUpdateTask, map[string]any{"taskId": first.TaskID, "inputResponses": map[string]any{"unknown": map[string]any{}}})
		c.acknowledged(methodCancelTask, id)
		if got := c.ended(first.TaskID); got.Status != "cancelled" || got.Result != nil {
			t.Errorf("cancelled: %+v", got)
		}
		c.acknowledged(methodCancelTask, id)

		if got := c.ended(c.outlasts("").TaskID); got.Status != "completed" || got.Result == nil || got.Result.IsError ||
			got.Result.StructuredContent["output"].(map[string]any)["took"] == nil || got.Result.StructuredContent["task_id"] != nil {
			t.Errorf("completed: %+v %+v", got, got.Result)
		}
		if got := c.ended(c.outlasts(`,"bad":true`).TaskID); got.Status != "completed" || got.Result == nil || !got.Result.IsError ||
			!strings.Contains(got.Result.Content[0].Text, "broken") {
			t.Errorf("failed: %+v %+v", got, got.Result)
		}
	})
}

// acknowledged makes a request that has nothing to answer.
func (c *peer) acknowledged(method string, params map[string]any) {
	c.t.Helper()
	var ack map[string]any
	c.result(method, params, &ack)
	delete(ack, "_meta")
	if len(ack) != 1 || ack["resultType"] != "complete" {
		c.t.Errorf("%s answered %v", method, ack)
	}
}

// withoutTasks checks that a client without the extension is answered as ever,
// and refused the methods.
func (c *peer) withoutTasks(first gotTask) {
	c.t.Helper()
	if first.ResultType == "task" || first.TaskID != "" || first.StructuredContent["status"] == nil {
		c.t.Errorf("the call answered %+v", first)
	}
	id, _ := first.StructuredContent["execution_id"].(string)
	for _, method := range []string{methodGetTask, methodUpdateTask, methodCancelTask} {
		a := c.ask(method, map[string]any{"taskId": id})
		if a.Error == nil || a.Error.Code != mcp.CodeMissingRequiredClientCapabilities || !strings.Contains(string(a.Error.Data), extensionTasks) {
			c.t.Errorf("%s: %+v %s", method, a.Error, a.Result)
		}
	}
	var out any
	c.result("tools/call", map[string]any{"name": "ratchet_cancel_execution", "arguments": map[string]any{"execution_id": id, "force": true}}, &out)
}

func TestTasksNeedTheExtension(t *testing.T) {
	everywhere(t, slowServer(t), `{}`, func(t *testing.T, c *peer) { c.withoutTasks(c.begin(`{"ms":600000}`)) })
}

func TestWrongTaskRequests(t *testing.T) {
	s := slowServer(t)
	everywhere(t, s, withTasks, func(t *testing.T, c *peer) {
		for method, code := range map[string]int64{
			methodGetTask: jsonrpc.CodeInvalidParams, methodUpdateTask: jsonrpc.CodeInvalidParams, methodCancelTask: jsonrpc.CodeInvalidParams,
			"tasks/result": jsonrpc.CodeMethodNotFound, "tasks/list": jsonrpc.CodeMethodNotFound, // of an earlier revision
		} {
			if !c.modern && code == jsonrpc.CodeInvalidParams {
				code = mcp.CodeMissingRequiredClientCapabilities
			}
			for _, id := range []string{"nothing", "01a22de0-7848-734d-a345-c876acbacff3"} {
				if a := c.ask(method, map[string]any{"taskId": id}); a.Error == nil || a.Error.Code != code {
					t.Errorf("%s %s: %+v %s; want %d", method, id, a.Error, a.Result, code)
				}
			}
		}
	})
	body := `{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"a","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":` + withTasks + `}}}`
	for _, name := range []string{"", "b"} {
		w, got := exchange(t, s, http.MethodPost, body, map[string]string{headerVersion: modernEra, "Mcp-Method": "tasks/get", "Mcp-Name": name})
		if w.Code != http.StatusBadRequest || codeOf(t, []byte(got)) != mcp.CodeHeaderMismatch {
			t.Errorf("Mcp-Name %q: %d %s", name, w.Code, got)
		}
	}
}
