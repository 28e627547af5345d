package analysis

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"

	"ratchet"
)

// Failure are the facts of an execution that did not complete.
type Failure struct {
	Error  *ratchet.ExecutionError
	Status ratchet.Status
	HTTP   int    // status of the last request, when it was an error; 0 = none
	Host   string // of that request
	Code   string // error_code of a failure recorded from outside; empty = none
}

// Finding is what kind of failure it is.
type Finding struct {
	Type      string // e.g. timeout_error
	Severity  string // low, medium, high or critical
	Category  string // transient, security, client, input, system, infrastructure, code, runtime, effect, application, unknown
	MatchedBy string // typed_error, error_code, http_status, message or nothing
	Impact    string
}

// kind is a row of the table of failures.
type kind struct{ name, severity, category string }

var (
	timeoutError    = kind{"timeout_error", "medium", "transient"}
	rateLimitError  = kind{"rate_limit_error", "medium", "transient"}
	networkError    = kind{"network_error", "medium", "transient"}
	permissionError = kind{"permission_error", "high", "security"}
	notFoundError   = kind{"not_found_error", "low", "client"}
	validationError = kind{"validation_error", "medium", "input"}
	resourceError   = kind{"resource_error", "critical", "system"}
	databaseError   = kind{"database_error", "high", "infrastructure"}
	syntaxError     = kind{"syntax_error", "high", "code"}
	javascriptError = kind{"javascript_error", "medium", "runtime"}
	effectError     = kind{"effect_unknown_error", "high", "effect"}
	configError     = kind{"configuration_error", "high", "application"}
	dataError       = kind{"data_error", "medium", "input"}
	cancelledError  = kind{"cancelled_error", "low", "application"}
	unknownError    = kind{"unknown_error", "medium", "unknown"}
)

// byCause are the causes that limits and ends give; nothing is guessed there.
var byCause = map[ratchet.Cause]kind{
	ratchet.CauseTimeout: timeoutError, ratchet.CauseCPU: timeoutError,
	ratchet.CauseMemory: resourceError, ratchet.CauseOutput: resourceError, ratchet.CauseStack: javascriptError,
	ratchet.CauseCancelled: cancelledError, ratchet.CauseDeadlock: javascriptError,
	ratchet.CauseCrash: resourceError, ratchet.CauseLost: networkErrorOf("system"),
}

func networkErrorOf(category string) kind { return kind{"worker_lost_error", "medium", category} }

// byClass are error classes that say enough by themselves.
var byClass = map[string]kind{
	"SyntaxError": syntaxError, "CompileError": syntaxError,
	"TypeError": javascriptError, "ReferenceError": javascriptError, "RangeError": javascriptError,
	"URIError": javascriptError, "EvalError": javascriptError, "AggregateError": javascriptError,
	"TimeoutError": timeoutError, "AbortError": timeoutError, "NetworkError": networkError,
	"PermissionError": permissionError, "NotFoundError": notFoundError, "ValidationError": validationError,
	"AuthenticationError": permissionError, "AuthorizationError": permissionError, "ServiceUnavailableError": networkError,
	"ConfigurationError": configError, "DataError": dataError,
	"EffectUnknownError": effectError, "RateLimitError": rateLimitError, "MemoryError": resourceError, "memory_error": resourceError,
}

// word is a pattern on the message: whole words, in any case.
type word struct {
	pattern *regexp.Regexp
	kind    kind
}

func words(expression string, k kind) word {
	return word{regexp.MustCompile(`(?i)\b(?:` + expression + `)\b`), k}
}

// byMessage are tried in this order.
var byMessage = []word{
	words(`timeout|timed out|deadline exceeded`, timeoutError),
	words(`rate limit(?:ed)?|too many requests|429`, rateLimitError),
	words(`network|connection (?:was )?(?:refused|reset)|dns|unreachable`, networkError),
	words(`permission|unauthorized|forbidden|401|403`, permissionError),
	words(`not found|404`, notFoundError),
	words(`validation|invalid|required|schema`, validationError),
	words(`out of memory|oom|memory limit`, resourceError),
	words(`database|sql|constraint`, databaseError),
	words(`SyntaxError|unexpected token`, syntaxError),
	words(`TypeError|ReferenceError|RangeError|javascript|js`, javascriptError),
}

// Of says what kind of failure f is.
func Of(f Failure) Finding {
	k, by := classify(f)
	return Finding{Type: k.name, Severity: k.severity, Category: k.category, MatchedBy: by, Impact: impact(k)}
}

func classify(f Failure) (kind, string) {
	e := f.Error
	if e == nil {
		return unknownError, "nothing"
	}
	if k, ok := byCause[e.Cause]; ok {
		return k, "typed_error"
	}
	message, byWord := messageKind(e.Message)
	// A fetch that failed is a TypeError by the web's standard; its words say more.
	if k, ok := byClass[e.Type]; ok && (e.Type != "TypeError" || !byWord || message != networkError && message != timeoutError) {
		return k, "typed_error"
	}
	if k, ok := byCode(e, f.Code); ok {
		return k, "error_code"
	}
	if k, ok := byStatus(cmp.Or(thrownStatus(e), f.HTTP)); ok {
		return k, "http_status"
	}
	if byWord {
		return message, "message"
	}
	return unknownError, "nothing"
}

func byCode(e *ratchet.ExecutionError, code string) (kind, bool) {
	switch e.Code {
	case ratchet.CodeTimeout:
		return timeoutError, true
	case ratchet.CodeInvalid:
		return validationError, true
	case ratchet.CodeDenied, ratchet.CodeUnauthenticated:
		return permissionError, true
	case ratchet.CodeRateLimited:
		return rateLimitError, true
	case ratchet.CodeNotFound:
		return notFoundError, true
	case ratchet.CodeLimit:
		return resourceError, true
	}
	if code == "" {
		code, _ = e.Details["code"].(string)
	}
	if code == "" {
		return kind{}, false
	}
	return kind{strings.ToLower(code) + "_error", "medium", "application"}, true
}

// thrownStatus is the status that the thrown error names, as HttpError does; 0 = none.
func thrownStatus(e *ratchet.ExecutionError) int {
	switch n := e.Details["status"].(type) {
	case int64:
		return int(n)
	case float64: // it has been through JSON
		return int(n)
	default:
		return 0
	}
}

func byStatus(status int) (kind, bool) {
	switch {
	case status == 401 || status == 403:
		return permissionError, true
	case status == 404 || status == 410:
		return notFoundError, true
	case status == 408 || status == 504:
		return timeoutError, true
	case status == 429:
		return rateLimitError, true
	case status == 400 || status == 422:
		return validationError, true
	case status >= 500:
		return networkError, true
	}
	return kind{}, false
}

func messageKind(message string) (kind, bool) {
	for _, w := range byMessage {
		if w.pattern.MatchString(message) {
			return w.kind, true
		}
	}
	return kind{}, false
}

func impact(k kind) string {
	switch k.category {
	case "transient":
		return "the same call may succeed later; nothing of the task has to change"
	case "security":
		return "the task cannot do its work until the other side lets it in"
	case "input", "client":
		return "every call with this input fails the same way"
	case "code", "runtime":
		return "every call that takes this path through the code fails the same way"
	case "effect":
		return "a retry fails the same way until it is known whether the request was done"
	case "system":
		return "the run was ended from outside before it could finish"
	default:
		return "the task gave no result"
	}
}

// Fingerprint is equal for failures of one kind at one place: numbers and
// quoted values in the message do not count.
func Fingerprint(e *ratchet.ExecutionError) string {
	if e == nil {
		return ""
	}
	return strings.Join([]string{string(e.Code), e.Type, string(e.Cause), e.Source, strconv.Itoa(e.Line), normalised(e.Message)}, "\x00")
}

var variable = regexp.MustCompile(`"[^"]*"|'[^']*'|\x60[^\x60]*\x60|\d+|[0-9a-f]{8}-[0-9a-f-]{27}`)

func normalised(message string) string { return variable.ReplaceAllString(message, "#") }
