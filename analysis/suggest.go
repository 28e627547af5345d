package analysis

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"ratchet"
)

var (
	undefinedProperty = regexp.MustCompile(`(?:read|set) (?:property|properties) (?:'([^']+)' )?of (undefined|null)(?: \((?:reading|setting) '([^']+)'\))?|(?:of|property) '?([A-Za-z_$][\w$]*)'? of (undefined|null)`)
	missingName       = regexp.MustCompile(`'?([A-Za-z_$][\w$]*)'? is not defined`)
	notFunction       = regexp.MustCompile(`([\w$.\[\]]+) is not a function`)
	schemaPath        = regexp.MustCompile(`(/[\w~./-]+)`)
)

// Suggestions says what to do: what holds for this failure first, with its
// values; then what helps with its kind. There are at least four.
func Suggestions(f Failure, found Finding) []string {
	return append(particular(f), general[suggestionKey(found.Type)]...)
}

func suggestionKey(name string) string {
	if _, ok := general[name]; ok {
		return name
	}
	return "unknown_error"
}

// particular are suggestions that name what failed.
func particular(f Failure) (list []string) {
	if f.Error == nil {
		return nil
	}
	message := f.Error.Message
	if m := undefinedProperty.FindStringSubmatch(message); m != nil {
		list = append(list, fmt.Sprintf("Something is %s where %s is read%s: check it before, or use ?.", m[2]+m[5], quoted(m[1]+m[3]+m[4]), at(f)))
	}
	if m := missingName.FindStringSubmatch(message); m != nil {
		list = append(list, fmt.Sprintf("%s is declared nowhere%s: import it from a file of the task, or correct its name", quoted(m[1]), at(f)))
	}
	if m := notFunction.FindStringSubmatch(message); m != nil {
		list = append(list, fmt.Sprintf("%s is no function%s: look at its value in the variables, or in a debug session", quoted(m[1]), at(f)))
	}
	if unknown := unknownEffects(f.Error); unknown > 0 && f.Error.Type != "EffectUnknownError" {
		list = append(list, fmt.Sprintf("%d of the run's requests were sent and not answered: a retry does not repeat them. "+
			"See details.unknown_effects, and ask the receiver before you use "+ratchet.ToolRetryExecution+" with reset_state true", unknown))
	}
	if guarded(f.Error) {
		list = append(list, "Ratchet itself refused the request: correct the address, or let the operator allow it with the key that the message names")
	} else if f.Host != "" && f.HTTP != 0 {
		list = append(list, fmt.Sprintf("%s answered %d: check response.ok and say what the body holds", f.Host, f.HTTP))
	} else if f.Host != "" {
		list = append(list, fmt.Sprintf("The request to %s failed: see its timings with "+ratchet.ToolGetExecutionTrace, f.Host))
	}
	if m := schemaPath.FindString(message); m != "" && strings.Contains(strings.ToLower(message), "schema") {
		list = append(list, fmt.Sprintf("The value at %s does not match its schema: fix the value or the schema", m))
	}
	if f.Error.Hint != "" {
		list = append(list, f.Error.Hint)
	}
	return list
}

// guarded says that a request was refused before it was sent, by the policy of
// the server.
func guarded(e *ratchet.ExecutionError) bool {
	code, _ := e.Details["code"].(string)
	return e.Type == "AuthorizationError" && strings.HasPrefix(code, "blocked_")
}

// unknownEffects counts the requests whose effect is unknown. The
// details have been through JSON when they come from the store.
func unknownEffects(e *ratchet.ExecutionError) int {
	list := reflect.ValueOf(e.Details["unknown_effects"])
	if list.Kind() != reflect.Slice {
		return 0
	}
	return list.Len()
}

func quoted(name string) string {
	if name == "" {
		return "a property"
	}
	return "'" + name + "'"
}

func at(f Failure) string {
	if f.Error.Line == 0 {
		return ""
	}
	return fmt.Sprintf(" at line %d", f.Error.Line)
}

// general is what helps with each kind of failure.
var general = map[string][]string{
	"timeout_error": {
		"See with " + ratchet.ToolGetExecutionTrace + " what took the time: a request or the code.",
		"Give slow requests a timeout of their own: fetch(url, {timeout: 5000}).",
		"Run independent requests together with Promise.all.",
		"Raise the task's timeout if the work honestly needs it.",
	},
	"rate_limit_error": {
		"Wait as long as Retry-After says, then retry.",
		"Send fewer requests at once.",
		"Keep answers that do not change instead of asking for them again.",
		"Ask the service for a higher limit.",
	},
	"network_error": {
		"Retry: the other side may be back.",
		"Check the host's name and port in the address.",
		"Check that the task may reach the host: http.allow_hosts and the task's own list.",
		"Replay the run with " + ratchet.ToolReplayExecution + " to work on the code without the network.",
	},
	"permission_error": {
		"Check that the secret the task sends is set and current.",
		"Check that the account behind it may do this.",
		"Read the answer's body: it mostly says which right is missing.",
		"Do not retry before something has changed: accounts get locked.",
	},
	"not_found_error": {
		"Check the identifiers in the input: one of them names nothing.",
		"Print the address before it is requested.",
		"Handle a missing thing in the code, if it may be missing.",
		"Check that the service still has this path.",
	},
	"validation_error": {
		"Compare the input with the task's input_schema: " + ratchet.ToolListAvailableTasks + " with include_schemas.",
		"Run " + ratchet.ToolValidateTask + " to check code and schemas together.",
		"Add a test with this input, so that it stays fixed.",
		"Loosen the schema if the value is right and the schema is not.",
	},
	"resource_error": {
		"Work on parts instead of everything at once.",
		"Join long texts with an array and join(''), not with +=.",
		"Return a summary or a link instead of the whole data.",
		"Raise the task's memory limit if the work honestly needs it.",
	},
	"database_error": {
		"Check that the record the change refers to exists.",
		"Check for a value that has to be unique.",
		"Retry if another change was at work at the same time.",
		"Read the service's own message in the log.",
	},
	"syntax_error": {
		"Fix the line that is shown; " + ratchet.ToolValidateTask + " checks without running.",
		"Set the task's language to typescript if the code has types.",
		"Look for an open bracket or quote above the line.",
		"Compare with a template: " + ratchet.ToolListTemplates + ".",
	},
	"javascript_error": {
		"Look at the variables at the throw below.",
		"Step through the recording: " + ratchet.ToolDebugTaskExecution + " with this execution_id.",
		"Fix the code with " + ratchet.ToolEditTask + ", and replay this run to see that it holds.",
		"Keep the case as a test: " + ratchet.ToolPromoteToTest + ".",
	},
	"effect_unknown_error": {
		"Find out at the receiver whether the request was done: its effect_id was sent as Idempotency-Key.",
		"If it was not done, make all requests anew: " + ratchet.ToolRetryExecution + " with reset_state true.",
		"If it was done, do not retry; run what is left with " + ratchet.ToolExecuteTask + " and another input.",
		"If the receiver honours Idempotency-Key, set effects.repeat_unknown in the task's metadata with " + ratchet.ToolEditTask + ".",
	},
	"configuration_error": {
		"Set what the message names: a secret, a key of the task's metadata, or the server's configuration.",
		"See what the task may read with " + ratchet.ToolGetTask + ": its metadata lists the secrets.",
		"Change the metadata with " + ratchet.ToolEditTask + ".",
		"Retry with " + ratchet.ToolRetryExecution + " once it is set.",
	},
	"data_error": {
		"Look at the value that the message names: it has a cycle, a BigInt, or is too large.",
		"Return plain JSON: turn a BigInt into text, and cut cycles.",
		"Return a summary or a link instead of the whole data.",
		"Step through the recording: " + ratchet.ToolDebugTaskExecution + " with this execution_id.",
	},
	"cancelled_error": {
		"No code failed: the caller cancelled the run.",
		"See in the execution's row who ended it and why.",
		"Run it again with " + ratchet.ToolRetryExecution + ".",
		"Let the task watch context.signal, so that it ends cleanly.",
	},
	"unknown_error": {
		"Read the log: " + ratchet.ToolGetExecutionLogs + ".",
		"Throw errors with a message that says what was expected: throw new Error('…').",
		"Step through the recording: " + ratchet.ToolDebugTaskExecution + " with this execution_id.",
		"Replay the run with " + ratchet.ToolReplayExecution + " to see whether it fails every time.",
	},
}
