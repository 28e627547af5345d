package runtime

import "strings"

// contextMembers are the members of the entry's second argument.
const contextMembers = "log, secrets, fetch, reportProgress, signal, deadline, config, attempt, idempotencyKey, executionId, taskId, taskName, taskVersion, jobId, scheduleId, batchId, workflowRunId, traceId"

// meant is what to write in place of a member that a context does not have;
// empty when that is not known.
func meant(member string) string {
	switch strings.ToLower(strings.ReplaceAll(member, "_", "")) {
	case "logger", "logs", "info", "warn", "error", "debug", "trace", "console", "print":
		return "use context.log.info(message, fields) or console.log"
	case "setprogress", "updateprogress", "report", "progressreport", "onprogress", "sendprogress", "status", "setstatus":
		return "use context.reportProgress(0.5, 'half')"
	case "env", "environment", "secret", "getsecret", "vault", "credentials", "vars", "variables", "apikey", "token":
		return "secrets are in context.secrets, as context.secrets.get('NAME') with the name in metadata.secrets; other settings belong into the input"
	case "kv", "state", "store", "storage", "cache", "db", "database", "memory", "session", "setstate", "getstate", "persist", "redis":
		return "a task keeps no state between runs; return what is to be kept, and take it as input"
	case "input", "inputs", "params", "parameters", "args", "arguments", "data", "payload", "event", "body", "request", "req":
		return "the input is the first argument: export default (input, context) => …"
	case "http", "https", "axios", "httpclient", "client", "get", "post":
		return "use fetch or context.fetch(url, options)"
	case "sleep", "delay", "wait", "settimeout":
		return "use await new Promise((resolve) => setTimeout(resolve, ms))"
	case "abortsignal", "abort", "cancelled", "canceled", "iscancelled", "cancellationtoken":
		return "context.signal aborts when the run is asked to stop"
	case "tools", "tasks", "calltool", "calltask", "runtask", "executetask", "execute", "invoke", "call", "run", "workflow":
		return "a task cannot run other tasks; import a file of its own, or let the caller run both"
	case "id", "runid", "executionid", "requestid", "invocationid":
		return "use context.executionId"
	case "name", "task", "taskname":
		return "use context.taskName, context.taskId and context.taskVersion"
	case "version", "taskversion":
		return "use context.taskVersion"
	case "timeout", "timeoutms", "remainingtime", "getremainingtimeinmillis", "timeleft":
		return "use context.deadline - Date.now(), in milliseconds"
	case "retry", "retries", "retrycount", "attempts", "attemptnumber":
		return "use context.attempt, from 1"
	case "fs", "files", "file", "readfile", "writefile":
		return "a task has no files; take the text as input and return it as output"
	case "user", "principal", "auth", "headers":
		return "a task does not learn who runs it; take it as input"
	case "emit", "notify", "send", "publish":
		return "use context.reportProgress to tell the caller how far it is, and return the rest"
	case "return", "done", "callback", "succeed", "resolve", "setoutput", "output", "result":
		return "return the output from the function"
	case "fail", "reject", "throw":
		return "throw an Error"
	case "metadata", "settings", "options":
		return "use context.config for the task's config.json"
	}
	for known := range strings.SplitSeq(contextMembers, ", ") {
		if strings.EqualFold(known, strings.ReplaceAll(member, "_", "")) {
			return "use context." + known
		}
	}
	return ""
}

// noMember says that a context has no such member, what is meant, and what it has.
func noMember(member string) string {
	text := "context has no " + member
	if m := meant(member); m != "" {
		text += ": " + m
	}
	return text + ". What context has: " + contextMembers + "."
}

func isContextMember(name string) bool {
	if name == "progress" {
		return true // another name of reportProgress
	}
	for known := range strings.SplitSeq(contextMembers, ", ") {
		if known == name {
			return true
		}
	}
	return false
}
