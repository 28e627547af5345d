package runtime

import (
	"fmt"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// coreModules are the parts of the environment that are not web standards.
func coreModules() []module {
	return append(errorModules(),
		module{name: "console", globals: []string{"console"}, install: installConsole},
		module{name: "progress", globals: []string{"reportProgress", "progress"}, install: func(v *vm) error {
			if err := v.define("reportProgress", v.reportProgress); err != nil {
				return err
			}
			return v.define("progress", v.reportProgress)
		}},
	)
}

// taskContext makes the entry's second argument.
func (v *vm) taskContext() (goja.Value, error) {
	c, o := v.job.Context, v.rt.NewObject()
	var failed error
	set := func(key string, value any) {
		if err := v.put(o, key, value); err != nil && failed == nil {
			failed = fmt.Errorf("set context.%s: %w", key, err)
		}
	}
	text := func(key, value string) {
		if value == "" {
			set(key, goja.Null())
			return
		}
		set(key, value)
	}
	text("executionId", firstOf(c.ExecutionID, v.job.ExecutionID))
	text("taskId", c.TaskID)
	text("taskName", c.TaskName)
	text("taskVersion", c.TaskVersion)
	text("jobId", c.JobID)
	text("scheduleId", c.ScheduleID)
	text("batchId", c.BatchID)
	text("workflowRunId", c.WorkflowRunID)
	set("attempt", max(c.Attempt, 1))
	text("idempotencyKey", c.IdempotencyKey)
	text("traceId", c.TraceID)
	set("deadline", v.clock/1000+v.limits.Wall.Milliseconds())
	if err := v.setConfig(o); err != nil {
		return nil, err
	}
	report := v.value("reportProgress", v.reportProgress)
	set("reportProgress", report)
	// The second name is not listed: contexts that were logged stay as they were.
	if err := o.DefineDataProperty("progress", report, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		return nil, fmt.Errorf("set context.progress: %w", err)
	}
	secrets := v.rt.NewObject()
	for _, way := range []struct {
		name string
		kind CallKind
	}{{"get", CallSecret}, {"ref", CallSecretRef}} {
		if err := v.put(secrets, way.name, func(c goja.FunctionCall) goja.Value { return v.secret(way.kind, c) }); err != nil {
			return nil, fmt.Errorf("set context.secrets: %w", err)
		}
	}
	set("secrets", secrets)
	for _, lazy := range []struct {
		name string
		make func() goja.Value
	}{
		{"log", v.contextLog},
		{"signal", v.contextSignal},
		{"fetch", func() goja.Value { return v.mustBuiltin("fetch") }},
	} {
		if err := v.lazyProperty(o, lazy.name, lazy.make); err != nil {
			return nil, err
		}
	}
	return o, failed
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (v *vm) setConfig(o *goja.Object) error {
	config := goja.Null()
	if len(v.job.Context.Config) > 0 {
		parsed, err := v.parse(goja.Undefined(), v.rt.ToValue(string(v.job.Context.Config)))
		if err != nil {
			return fmt.Errorf("parse the task's config: %w", err)
		}
		config = parsed
	}
	return v.put(o, "config", config)
}

// lazyProperty is made at its first read; most tasks read few of them.
func (v *vm) lazyProperty(o *goja.Object, name string, make func() goja.Value) error {
	getter := func(goja.FunctionCall) goja.Value {
		value := make()
		if err := o.DefineDataProperty(name, value, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE); err != nil {
			panic(v.spoiled(err))
		}
		return value
	}
	return o.DefineAccessorProperty(name, v.value("get "+name, getter), nil, goja.FLAG_TRUE, goja.FLAG_TRUE)
}

func (v *vm) mustBuiltin(name string) goja.Value {
	value, err := v.builtin(name)
	if err != nil {
		panic(v.spoiled(err))
	}
	return value
}

// contextSignal aborts when the run is asked to stop.
func (v *vm) contextSignal() goja.Value {
	controller, err := v.rt.New(v.mustBuiltin("AbortController"))
	if err != nil {
		panic(err)
	}
	abort, _ := goja.AssertFunction(controller.Get("abort"))
	v.onStop(func() { v.invoke(abort, controller) })
	return controller.Get("signal")
}

// secret is context.secrets.get and ref: only names the task declares are asked
// for.
func (v *vm) secret(kind CallKind, c goja.FunctionCall) goja.Value {
	name := c.Argument(0).String()
	if !slices.Contains(v.job.Secrets, name) {
		panic(v.throw("AuthorizationError", fmt.Sprintf("the task does not declare the secret %q: add it to secrets in its metadata", name)))
	}
	reply := v.callWait(HostCall{Kind: kind, Secret: name})
	if reply.Error != nil {
		panic(v.throw(reply.Error.Class, reply.Error.Message))
	}
	return v.rt.ToValue(reply.Secret)
}

// contextLog is context.log: one function per level, taking a message and an
// object of fields or an error.
func (v *vm) contextLog() goja.Value {
	o := v.rt.NewObject()
	for _, level := range []string{"trace", "debug", "info", "warn", "error"} {
		err := v.put(o, level, func(c goja.FunctionCall) goja.Value {
			v.logArguments(level, "context.log", c.Arguments, true)
			return goja.Undefined()
		})
		if err != nil {
			panic(v.spoiled(err))
		}
	}
	return o
}

// progressTime is when a report was made.
func (v *vm) progressTime() time.Time { return v.wallTime().UTC() }
