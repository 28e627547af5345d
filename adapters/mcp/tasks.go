package mcp

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"ratchet"
	"ratchet/reply"
	"ratchet/tools"
)

// extensionTasks is the protocol's extension for calls that go on when their
// request has been answered. Such a task is an execution: it has its id, and
// is stored before the client gets its id.
const extensionTasks = "io.modelcontextprotocol/tasks"

const (
	methodGetTask    = "tasks/get"
	methodUpdateTask = "tasks/update"
	methodCancelTask = "tasks/cancel"
)

const (
	toolStatus = ratchet.ToolGetExecutionStatus
	toolCancel = ratchet.ToolCancelExecution
)

// taskPoll is how often clients should ask for a task, in milliseconds.
const taskPoll = 1000

type taskParams struct {
	mcp.ParamsBase
	TaskID string `json:"taskId"`
	// InputResponses answer questions of a task. Executions ask none, and
	// answers to what was not asked are ignored, as the extension has it.
	InputResponses json.RawMessage `json:"inputResponses,omitempty"`
}

// taskState is a task as clients see it.
type taskState struct {
	mcp.ResultBase
	ResultType  string              `json:"resultType"`
	TaskID      string              `json:"taskId"`
	Status      string              `json:"status"`
	Message     string              `json:"statusMessage,omitempty"`
	CreatedAt   string              `json:"createdAt"`
	LastUpdated string              `json:"lastUpdatedAt"`
	TTLMs       *int64              `json:"ttlMs"` // null: as long as the execution is kept
	PollMs      int                 `json:"pollIntervalMs"`
	Result      *mcp.CallToolResult `json:"result,omitempty"` // what the call would have answered
}

type taskAck struct {
	mcp.ResultBase
	ResultType string `json:"resultType"`
}

func (s *Server) addTasks(server *mcp.Server) {
	offerMethod(server, methodGetTask, taskMethod(s.getTask))
	offerMethod(server, methodUpdateTask, taskMethod(s.updateTask))
	offerMethod(server, methodCancelTask, taskMethod(s.cancelTask))
}

func isTaskMethod(method string) bool {
	return method == methodGetTask || method == methodUpdateTask || method == methodCancelTask
}

// namesTask says whether a request's header names the task of its body, by
// which it is routed. The SDK checks that of the protocol's own methods.
func namesTask(header http.Header, body []byte) bool {
	var params taskParams
	if json.Unmarshal(membersOf(body)["params"], &params) != nil {
		return true // the method's handler says what is wrong
	}
	return params.TaskID != "" && header.Get("Mcp-Name") == params.TaskID
}

// taskMethod refuses clients that did not declare the extension.
func taskMethod[R mcp.Result](handle func(context.Context, *taskParams) (R, error)) func(context.Context, *mcp.ServerSession, *taskParams) (R, error) {
	return func(ctx context.Context, _ *mcp.ServerSession, params *taskParams) (R, error) {
		if declaresTasks(params.Meta) {
			return handle(ctx, params)
		}
		var none R
		return none, &jsonrpc.Error{
			Code: mcp.CodeMissingRequiredClientCapabilities, Message: "this method needs a client that declares " + extensionTasks + " in the request",
			Data: toJSON(map[string]any{"requiredCapabilities": map[string]any{"extensions": map[string]any{extensionTasks: map[string]any{}}}}),
		}
	}
}

// declaresTasks says whether a request declares the extension. Requests of the
// handshake era cannot: what counts is declared with each request.
func declaresTasks(meta mcp.Meta) bool {
	if !modern(meta) {
		return false
	}
	can, _ := meta[mcp.MetaKeyClientCapabilities].(map[string]any)
	extensions, _ := can["extensions"].(map[string]any)
	return extensions[extensionTasks] != nil
}

// unfinishedKey carries a *string, which the handler of a call sets to the
// execution that goes on.
type unfinishedKey struct{}

// asTask answers a call whose execution goes on with a task, where the client
// takes such.
func (s *Server) asTask(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		call, ok := req.(*mcp.CallToolRequest)
		if !ok || call.Params == nil || !declaresTasks(call.Params.Meta) {
			res, err := next(ctx, method, req)
			return handshakeWithoutTasks(res), err
		}
		unfinished := ""
		res, err := next(context.WithValue(ctx, unfinishedKey{}, &unfinished), method, req)
		if err != nil || unfinished == "" {
			return res, err
		}
		x, err := s.taskExecution(ctx, unfinished)
		if err != nil {
			return res, nil //nolint:nilerr // who may not ask for the execution is answered without a task
		}
		created := taskOf(x)
		created.ResultType = "task"
		return created, nil
	}
}

// handshakeWithoutTasks takes the extension out of what clients of the
// handshake era are told: they cannot use it.
func handshakeWithoutTasks(res mcp.Result) mcp.Result {
	hello, ok := res.(*mcp.InitializeResult)
	if !ok || hello == nil || hello.Capabilities == nil {
		return res
	}
	shown, can := *hello, *hello.Capabilities
	can.Extensions = map[string]any{}
	for name, settings := range hello.Capabilities.Extensions {
		if name != extensionTasks {
			can.Extensions[name] = settings
		}
	}
	shown.Capabilities = &can
	return &shown
}

// goesOn tells asTask of the execution that a result is about, if it goes on.
func goesOn(ctx context.Context, out any) {
	unfinished, ok := ctx.Value(unfinishedKey{}).(*string)
	if !ok {
		return
	}
	if run, ok := out.(registry.Running); ok {
		*unfinished = run.Running()
	}
}

// taskExecution is the execution that a task is, if the caller may see it.
func (s *Server) taskExecution(ctx context.Context, id string) (*ratchet.Execution, error) {
	if _, err := invoke[registry.Row[tools.StatusView]](ctx, s, toolStatus, map[string]any{"execution_id": id}); err != nil {
		return nil, err
	}
	return s.deps.Exec.Execution(ctx, id)
}

func (s *Server) getTask(ctx context.Context, params *taskParams) (*taskState, error) {
	x, err := s.taskExecution(ctx, params.TaskID)
	if err != nil {
		return nil, err
	}
	task := taskOf(x)
	if task.Status == "completed" {
		out, err := tools.Finished(ctx, s.deps, x)
		task.Result = s.result(ctx, tools.ExecuteTask, out, err, reply.RequestIDOf(ctx))
	}
	return task, nil
}

// taskOf describes an execution as a task. A failed run is a completed task
// whose result is an error: failed is for faults of the protocol.
func taskOf(x *ratchet.Execution) *taskState {
	last := slices.MaxFunc([]time.Time{x.QueuedAt, x.StartedAt, x.CompletedAt}, time.Time.Compare)
	t := &taskState{
		ResultType: "complete", TaskID: x.ID, Status: "working", CreatedAt: registry.Stamp(x.QueuedAt), LastUpdated: registry.Stamp(last), PollMs: taskPoll,
	}
	switch {
	case x.Status == ratchet.StatusCancelled:
		t.Status = "cancelled"
	case x.Status.Terminal():
		t.Status = "completed"
	case x.Progress != nil:
		t.Message = x.Progress.Message
	case x.Status == ratchet.StatusPending:
		t.Message = "waiting for a worker"
	}
	return t
}

func (s *Server) updateTask(ctx context.Context, params *taskParams) (*taskAck, error) {
	if _, err := s.taskExecution(ctx, params.TaskID); err != nil {
		return nil, err
	}
	return &taskAck{ResultType: "complete"}, nil
}

func (s *Server) cancelTask(ctx context.Context, params *taskParams) (*taskAck, error) {
	_, err := invoke[tools.CancelExecutionOut](ctx, s, toolCancel, map[string]any{"execution_id": params.TaskID, "reason": "the client cancelled the task"})
	if err != nil && ratchet.CodeOf(err) != ratchet.CodeConflict { // one that has ended stays as it is
		return nil, err
	}
	return &taskAck{ResultType: "complete"}, nil
}
