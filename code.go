package ratchet

// Code says what kind of failure an Error is. The zero value is no error.
type Code string

// The codes. Wire, HTTPStatus, ErrorType and ExitCode say how each surface
// spells them.
const (
	CodeInvalid          Code = "invalid"           // the arguments are invalid; correct them
	CodeTooLarge         Code = "too_large"         // a size limit of the request
	CodeUnsupportedMedia Code = "unsupported_media" // wrong Content-Type
	CodeMethodNotAllowed Code = "method_not_allowed"
	CodeUnauthenticated  Code = "unauthenticated" // who are you
	CodeDenied           Code = "denied"          // known, but not allowed
	CodeNotFound         Code = "not_found"
	CodeGone             Code = "gone" // was there, is purged or expired
	CodeConflict         Code = "conflict"
	CodeRateLimited      Code = "rate_limited"
	CodeScript           Code = "script"    // the task threw or returned something unusable
	CodeTimeout          Code = "timeout"   // the wall clock of a run passed
	CodeLimit            Code = "limit"     // a run broke another limit; FieldCause says which
	CodeCancelled        Code = "cancelled" // the run was cancelled
	CodeDiverged         Code = "diverged"  // a replay differs from its tape
	CodeUnavailable      Code = "unavailable"
	CodeConfig           Code = "config" // the server's configuration is wrong
	CodeInternal         Code = "internal"
)

// spelling is one row of the table of codes on every surface.
type spelling struct {
	wire      string
	errorType string
	http      int
	exit      int
}

var spellings = map[Code]spelling{
	CodeInvalid:          {"VALIDATION_ERROR", "validation_error", 400, 2},
	CodeTooLarge:         {"PAYLOAD_TOO_LARGE", "validation_error", 413, 2},
	CodeUnsupportedMedia: {"UNSUPPORTED_MEDIA_TYPE", "validation_error", 415, 2},
	CodeMethodNotAllowed: {"METHOD_NOT_ALLOWED", "validation_error", 405, 2},
	CodeUnauthenticated:  {"UNAUTHORIZED", "permission_error", 401, 4},
	CodeDenied:           {"FORBIDDEN", "permission_error", 403, 4},
	CodeNotFound:         {"NOT_FOUND", "not_found", 404, 3},
	CodeGone:             {"GONE", "not_found", 410, 3},
	CodeConflict:         {"CONFLICT", "conflict_error", 409, 6},
	CodeRateLimited:      {"RATE_LIMITED", "rate_limit_error", 429, 7},
	CodeScript:           {"EXECUTION_FAILED", "execution_error", 200, 1},
	CodeTimeout:          {"TIMEOUT", "timeout_error", 408, 5},
	CodeLimit:            {"EXECUTION_FAILED", "execution_error", 200, 1},
	CodeCancelled:        {"EXECUTION_FAILED", "execution_error", 200, 1},
	CodeDiverged:         {"EXECUTION_FAILED", "replay_divergence", 200, 1},
	CodeUnavailable:      {"SERVICE_UNAVAILABLE", "service_unavailable", 503, 9},
	CodeConfig:           {"CONFIGURATION_ERROR", "configuration_error", 500, 8},
	CodeInternal:         {"INTERNAL_ERROR", "internal_error", 500, 1},
}

func (c Code) spelling() spelling {
	if s, ok := spellings[c]; ok {
		return s
	}
	return spellings[CodeInternal]
}

// Codes lists every code, for tests and generated documentation.
func Codes() []Code {
	return []Code{
		CodeInvalid, CodeTooLarge, CodeUnsupportedMedia, CodeMethodNotAllowed,
		CodeUnauthenticated, CodeDenied, CodeNotFound, CodeGone, CodeConflict,
		CodeRateLimited, CodeScript, CodeTimeout, CodeLimit, CodeCancelled,
		CodeDiverged, CodeUnavailable, CodeConfig, CodeInternal,
	}
}

// Wire is the code in JSON bodies, e.g. VALIDATION_ERROR.
func (c Code) Wire() string { return c.spelling().wire }

// ErrorType is the lower-case class in JSON bodies, e.g. validation_error.
func (c Code) ErrorType() string { return c.spelling().errorType }

// HTTPStatus is the status of a REST answer. Failed runs answer 200: the row says failed.
func (c Code) HTTPStatus() int { return c.spelling().http }

// ExitCode is the exit code of the command line.
func (c Code) ExitCode() int { return c.spelling().exit }

// Retryable says whether the same call may succeed later without a change.
func (c Code) Retryable() bool {
	switch c {
	case CodeRateLimited, CodeUnavailable, CodeTimeout:
		return true
	default:
		return false
	}
}

// Cause says which limit or event ended a run that did not end by itself.
type Cause string

// The causes.
const (
	CauseTimeout   Cause = "timeout"     // wall clock
	CauseMemory    Cause = "memory"      // heap or address space
	CauseStack     Cause = "stack"       // call depth
	CauseCPU       Cause = "cpu"         // CPU time
	CauseOutput    Cause = "output"      // size of the output
	CauseCancelled Cause = "cancelled"   // cancelled by a caller
	CauseDeadlock  Cause = "deadlock"    // a promise nothing can settle
	CauseCrash     Cause = "crash"       // the worker died for no known limit
	CauseLost      Cause = "worker_lost" // the server died while the run was going on
)
