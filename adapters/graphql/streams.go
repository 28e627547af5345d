package graphql

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/tools"
)

// The tools that streams ask first.
const (
	toolStatus = ratchet.ToolGetExecutionStatus
	toolLogs   = ratchet.ToolGetExecutionLogs
	toolTasks  = ratchet.ToolListAvailableTasks
	toolRuns   = ratchet.ToolListExecutions

	toolWorkers = ratchet.ToolListWorkers
)

// declaredStreams are the fields of Subscription.
func declaredStreams() []declared {
	execution := streamArg{"executionId", "execution_id", "ID", true, "UUID or number of the execution."}
	return []declared{
		{
			name: "taskExecutions", of: "execution", tool: toolTasks, open: openExecutions, shows: reflect.TypeFor[ExecutionEvent](),
			doc:  "Follow the executions of a task, or of all tasks: each new state of each.",
			args: []streamArg{{"taskId", "task_id", "ID", false, "Name, UUID or number of the task; all tasks when absent."}, after()},
		},
		{
			name: "executionProgress", of: "execution", tool: toolStatus, open: openProgress, shows: reflect.TypeFor[ProgressEvent](),
			doc:  "Follow how far an execution is: where it stands now, each report, and how it ended. Ends with the execution.",
			args: []streamArg{execution, after()},
		},
		{
			name: "executionLogs", of: "execution", tool: toolLogs, open: openLogs, shows: reflect.TypeFor[LogEvent](),
			doc:  "Follow what an execution logs: the lines so far, then each new one. Ends with the execution.",
			args: []streamArg{execution, {"level", "level", "Level", false, "Lowest level wanted; info when absent."}, after()},
		},
		{
			name: "taskEvents", of: "task", tool: toolTasks, open: openTasks, shows: reflect.TypeFor[TaskEvent](),
			doc:  "Follow the changes of a task, or of all tasks: created, updated, deleted.",
			args: []streamArg{{"taskId", "task_id", "ID", false, "Name, UUID or number of the task; all tasks when absent."}, after()},
		},
		{
			name: "workerStatus", of: "worker", tool: toolWorkers, open: openWorkers, shows: reflect.TypeFor[WorkerEvent](),
			doc:  "Follow what a worker process does, or all of them: what they do now, then each run that begins or ends, starts and ends of processes. Ends with the worker.",
			args: []streamArg{{"workerId", "worker_id", "ID", false, "Number of the worker; all workers when absent."}, after()},
		},
		{
			name: "registryEvents", of: "tools prompts resource", tool: toolTasks, open: openRegistry, shows: reflect.TypeFor[RegistryEvent](),
			doc:  "Follow what the server offers: tasks, tools, prompts and resources that change.",
			args: []streamArg{after()},
		},
	}
}

func after() streamArg {
	return streamArg{"after", "after", "Long", false, "Sequence number of the last event that was read: go on behind it."}
}

// ask calls a tool as the caller of the stream.
func ask[T any](ctx context.Context, h *Handler, name string, args any) (T, error) {
	var zero T
	t, ok := h.cfg.Registry.Lookup(name)
	if !ok {
		return zero, h.cfg.Registry.Unknown(name)
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return zero, fmt.Errorf("call %s: %w", name, err)
	}
	out, err := registry.Invoke(ctx, h.deps, t, raw)
	if err != nil {
		return zero, err
	}
	v, ok := out.(T)
	if !ok {
		return zero, fmt.Errorf("call %s: the result is a %T", name, out)
	}
	return v, nil
}

// taskOf is the UUID of a task the caller may see; empty for an empty ref.
func taskOf(ctx context.Context, h *Handler, ref string) (string, error) {
	args := map[string]any{"limit": 1, "include_disabled": true}
	if ref != "" {
		field := "name_exact"
		if _, err := strconv.ParseUint(ref, 10, 63); err == nil || (len(ref) == 36 && ref[8] == '-') {
			field = "id"
		}
		args["filters"] = []ratchet.Filter{{Field: field, Operator: ratchet.OpEQ, Value: ref}}
	}
	list, err := ask[tools.ListTasksOut](ctx, h, toolTasks, args)
	if err != nil || ref == "" {
		return "", err
	}
	if len(list.Tasks) == 0 {
		return "", ratchet.Errorf(ratchet.CodeNotFound, "there is no task %q", clip(ref)).At("/task_id").WithHint("query tasks to see what is there")
	}
	return list.Tasks[0].Value.UUID, nil
}

func openExecutions(ctx context.Context, h *Handler, args streamArgs) (*feed, error) {
	id, err := taskOf(ctx, h, args.TaskID)
	if err != nil {
		return nil, err
	}
	if err := registry.PermitAny(callFrom(ctx).principal, h.cfg.Registry, toolRuns, toolStatus); err != nil {
		return nil, err
	}
	return &feed{
		kinds: []string{events.ExecutionUpdated},
		match: func(e *ratchet.Event) bool {
			x, ok := e.Data.(*ratchet.Execution)
			return ok && (id == "" || x.TaskID == id)
		},
		view: func(_ context.Context, e ratchet.Event, missed int64) ([]any, bool, error) {
			shown := ExecutionEvent{EventHead: head(e), Execution: payload[events.Execution](h, e)}
			shown.Missed = missed
			return []any{shown}, false, nil
		},
	}, nil
}

func openTasks(ctx context.Context, h *Handler, args streamArgs) (*feed, error) {
	id, err := taskOf(ctx, h, args.TaskID)
	if err != nil {
		return nil, err
	}
	return &feed{
		kinds: []string{"task."}, id: id,
		view: func(_ context.Context, e ratchet.Event, missed int64) ([]any, bool, error) {
			shown := TaskEvent{EventHead: head(e), Task: payload[events.Task](h, e)}
			shown.Missed = missed
			return []any{shown}, id != "" && e.Kind == events.TaskDeleted, nil
		},
	}, nil
}

func openRegistry(ctx context.Context, h *Handler, _ streamArgs) (*feed, error) {
	if _, err := taskOf(ctx, h, ""); err != nil {
		return nil, err
	}
	return &feed{
		kinds: []string{"task.", "tools.", "prompts.", "resource."},
		view: func(_ context.Context, e ratchet.Event, missed int64) ([]any, bool, error) {
			shown := RegistryEvent{EventHead: head(e), ID: orNil(e.ID)}
			if t, ok := e.Data.(*ratchet.Task); ok && t != nil {
				shown.Name = orNil(t.Name)
			}
			shown.Missed = missed
			return []any{shown}, false, nil
		},
	}, nil
}

func openProgress(ctx context.Context, h *Handler, args streamArgs) (*feed, error) {
	now := func(ctx context.Context) (tools.StatusView, error) {
		row, err := ask[registry.Row[tools.StatusView]](ctx, h, toolStatus, map[string]any{"execution_id": args.ExecutionID})
		return row.Value, err
	}
	start, err := now(ctx)
	if err != nil {
		return nil, err
	}
	ended := func(status string) bool { return ratchet.Status(status).Terminal() }
	return &feed{
		kinds: []string{events.ExecutionProgress, events.ExecutionUpdated}, id: start.ExecutionID, over: ended(start.Status),
		first: func(ctx context.Context) ([]any, bool, error) {
			v, err := now(ctx)
			if err != nil {
				return nil, true, err
			}
			shown := ProgressEvent{
				EventHead:   EventHead{Kind: events.ExecutionUpdated, At: registry.Stamp(h.now())},
				ExecutionID: v.ExecutionID, Status: v.Status, Step: v.Progress.CurrentStep, Message: v.Progress.Message,
			}
			if v.Progress.Percentage != nil {
				fraction := *v.Progress.Percentage / 100
				shown.Progress = &fraction
			}
			return []any{shown}, ended(v.Status), nil
		},
		view: func(_ context.Context, e ratchet.Event, missed int64) ([]any, bool, error) {
			shown := ProgressEvent{EventHead: head(e), ExecutionID: e.ID}
			switch data := e.Data.(type) {
			case ratchet.Progress:
				shown = progressEvent(e, data)
			case *ratchet.Execution:
				if data.Progress != nil {
					shown = progressEvent(e, *data.Progress)
				}
				shown.Status = string(data.Status)
			}
			shown.Missed = missed
			return []any{shown}, ended(shown.Status), nil
		},
	}, nil
}

func levels() []string { return []string{"trace", "debug", "info", "warn", "error"} }

// rank orders levels from 1; 0 = none of them.
func rank(level string) int { return slices.Index(levels(), level) + 1 }
