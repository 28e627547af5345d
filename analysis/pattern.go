package analysis

import (
	"regexp"
	"slices"
	"strings"

	"ratchet"
)

// Pattern is a failure that is known by name.
type Pattern struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Category     string   `json:"category"`
	Confidence   float64  `json:"confidence"` // 0.5 and 0.1 for each rule, at most 1
	Suggestions  []string `json:"suggestions"`
	CommonCauses []string `json:"common_causes"`
}

// rule is one condition of a pattern; all of a pattern must hold.
type rule func(f Failure, found Finding) bool

func typed(name string) rule {
	return func(_ Failure, found Finding) bool { return found.Type == name }
}

func says(expression string) rule {
	re := regexp.MustCompile(`(?i)\b(?:` + expression + `)\b`)
	return func(f Failure, _ Finding) bool { return f.Error != nil && re.MatchString(f.Error.Message) }
}

func asked(f Failure, _ Finding) bool { return f.Host != "" }

func answered(statuses ...int) rule {
	return func(f Failure, _ Finding) bool {
		for _, s := range statuses {
			if f.HTTP == s {
				return true
			}
		}
		return false
	}
}

var patterns = []struct {
	Pattern

	rules []rule
}{
	{Pattern{
		ID: "db_connection_timeout", Name: "A database did not answer in time", Category: "database",
		Suggestions:  []string{"Check that the database is up and reachable", "Ask for less at once"},
		CommonCauses: []string{"too many connections", "a lock held by another change", "a network between"},
	}, []rule{typed("timeout_error"), says(`database|sql|connection pool`)}},
	{Pattern{
		ID: "task_not_found", Name: "A task is missing", Category: "configuration",
		Suggestions:  []string{"List the tasks with " + ratchet.ToolListAvailableTasks},
		CommonCauses: []string{"it was renamed or deleted", "another version is active"},
	}, []rule{typed("not_found_error"), says(`task`)}},
	{Pattern{
		ID: "http_timeout", Name: "A request took too long", Category: "network",
		Suggestions:  []string{"Give the request a timeout of its own and retry it", "See its timings with " + ratchet.ToolGetExecutionTrace},
		CommonCauses: []string{"a slow service", "a large answer", "a host that drops connections"},
	}, []rule{typed("timeout_error"), asked}},
	{Pattern{
		ID: "rate_limited", Name: "A service limits its callers", Category: "network",
		Suggestions:  []string{"Wait as long as Retry-After says", "Send fewer requests at once"},
		CommonCauses: []string{"many runs at the same time", "a retry without a pause"},
	}, []rule{typed("rate_limit_error")}},
	{Pattern{
		ID: "task_failure", Name: "The task threw an error of its own", Category: "task_execution",
		Suggestions:  []string{"Read the error's message: the task's author wrote it", "Step through the recording with " + ratchet.ToolDebugTaskExecution},
		CommonCauses: []string{"an input that was not foreseen", "an answer in another form than before"},
	}, []rule{func(f Failure, _ Finding) bool { return threw(f) && !ofLanguage(f.Error.Type) }}},
	{Pattern{
		ID: "code_error", Name: "The code failed on a value that it did not expect", Category: "task_execution",
		Suggestions:  []string{"Compare the variables at the throw with what the line reads", "Step through the recording with " + ratchet.ToolDebugTaskExecution},
		CommonCauses: []string{"a missing await", "a misspelt or missing property", "an answer in another form than before"},
	}, []rule{func(f Failure, _ Finding) bool { return threw(f) && ofLanguage(f.Error.Type) }}},
	{Pattern{
		ID: "request_blocked", Name: "The server let no request out to this address", Category: "configuration",
		Suggestions:  []string{"Correct the address", "Let the operator allow it: http.allow_hosts, http.allow_ports, http.allow_private"},
		CommonCauses: []string{"a service on this machine or in a private network", "a port that is not 80 or 443", "a host the task's own list leaves out"},
	}, []rule{func(f Failure, _ Finding) bool { return f.Error != nil && guarded(f.Error) }}},
	{Pattern{
		ID: "schema_violation", Name: "A value breaks its schema", Category: "validation",
		Suggestions:  []string{"Correct the value, or the schema, with " + ratchet.ToolEditTask},
		CommonCauses: []string{"a missing field", "a number sent as text"},
	}, []rule{typed("validation_error"), says(`schema|must be|required`)}},
	{Pattern{
		ID: "memory_limit", Name: "The run took too much memory", Category: "resource",
		Suggestions:  []string{"Work on parts instead of everything at once", "Raise the task's memory limit"},
		CommonCauses: []string{"a list that only grows", "text joined with +="},
	}, []rule{func(f Failure, _ Finding) bool { return f.Error != nil && f.Error.Cause == "memory" }}},
	{Pattern{
		ID: "dns_failure", Name: "A host's name leads nowhere", Category: "network",
		Suggestions:  []string{"Check the host's name in the address"},
		CommonCauses: []string{"a typing mistake", "a name only known inside another network"},
	}, []rule{says(`dns|no such host|getaddrinfo|name resolution`)}},
	{Pattern{
		ID: "service_down", Name: "A service failed itself", Category: "network",
		Suggestions:  []string{"Retry with a pause", "Check the state of the service"},
		CommonCauses: []string{"a deployment", "an overloaded service"},
	}, []rule{asked, answered(500, 502, 503, 504)}},
}

// threw says that code of the task threw, and nothing of the server did.
func threw(f Failure) bool {
	if f.Error == nil || f.Error.Code != ratchet.CodeScript || f.Error.Cause != "" || strings.Contains(f.Error.Type, "_") {
		return false
	}
	_, known := byClass[f.Error.Type]
	unanswered := known && f.Host != "" && f.HTTP == 0 // fetch threw it
	return !unanswered && !guarded(f.Error)
}

// ofLanguage says that an error has a class which the engine itself throws.
func ofLanguage(class string) bool {
	return slices.Contains([]string{"TypeError", "ReferenceError", "RangeError", "SyntaxError", "URIError"}, class)
}

// Match returns the known patterns that hold, the surest first as they stand.
func Match(f Failure, found Finding) []Pattern {
	list := []Pattern{}
	for _, p := range patterns {
		holds := true
		for _, r := range p.rules {
			holds = holds && r(f, found)
		}
		if holds {
			match := p.Pattern
			match.Confidence = min(1, 0.5+0.1*float64(len(p.rules)))
			list = append(list, match)
		}
	}
	return list
}

// RootCause says in one sentence what happened.
func RootCause(f Failure) string {
	e := f.Error
	if e == nil {
		return "nothing failed"
	}
	var b strings.Builder
	b.WriteString(e.Type)
	if e.Type == "" {
		b.WriteString(string(e.Code))
	}
	b.WriteString(at(f))
	b.WriteString(": " + e.Message)
	if f.HTTP != 0 {
		b.WriteString("; the last failed request went to " + f.Host)
	}
	return b.String()
}
