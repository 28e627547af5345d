package audit

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"ratchet"
	"ratchet/mask"
	"ratchet/storage"
)

// Type says what happened.
type Type string

// The types.
const (
	Login            Type = "auth_login"
	Logout           Type = "auth_logout"
	LoginFailed      Type = "auth_failed"
	TokenRefresh     Type = "auth_token_refresh"
	AccessGranted    Type = "access_granted"
	AccessDenied     Type = "access_denied"
	Escalation       Type = "permission_escalation" // a caller tried what only admins may
	Created          Type = "resource_created"
	Read             Type = "resource_read"
	Updated          Type = "resource_updated"
	Deleted          Type = "resource_deleted"
	Violation        Type = "security_violation" // a request that no honest client makes
	RateLimited      Type = "rate_limit_exceeded"
	Suspicious       Type = "suspicious_activity" // an alert
	DataExfiltration Type = "data_exfiltration"   // an alert
	ConfigChanged    Type = "config_changed"
	UserCreated      Type = "user_created"
	UserDeleted      Type = "user_deleted"
	RoleChanged      Type = "role_changed"
	SystemStart      Type = "system_start"
	SystemShutdown   Type = "system_shutdown"
	ErrorOccurred    Type = "error_occurred"
)

// Severity is how bad it is.
type Severity string

// The severities.
const (
	Info     Severity = "info"
	Warning  Severity = "warning"
	Error    Severity = "error"
	Critical Severity = "critical"
)

// How what happened ended.
const (
	Success = "success"
	Failure = "failure"
	Denied  = "denied"
)

// Entry is one thing that happened. Secrets in its texts are masked when it is
// recorded, and long texts are cut.
type Entry struct {
	Time      time.Time      // when recorded, if zero
	Type      Type           // required
	Severity  Severity       // empty = that of the type
	Principal string         // id of the caller; empty = local, or the address of an unauthenticated caller
	User      string         // name of the caller, or the name that was claimed
	Role      string         // of the caller
	Via       string         // how the caller was known
	Surface   string         // mcp, rest, graphql, cli, http, …
	Operation string         // tool, or method and path
	Resource  string         // what it was about, e.g. "task_id hello"
	Outcome   string         // success, failure or denied; empty = success
	Code      string         // of the error, e.g. FORBIDDEN
	Message   string         // one line
	IP        string         // of the client
	RequestID string         // also in the answer and in the log
	TraceID   string         // W3C
	ArgsHash  string         // keyed hash of the arguments, which are not recorded themselves
	Details   map[string]any // anything more; left out when it does not fit
}

// maxEntry is the size of one entry.
const maxEntry = 8 << 10

// severityOf is the severity of a type that has none given.
func severityOf(t Type) Severity {
	switch t {
	case LoginFailed, AccessDenied, RateLimited, Deleted, UserDeleted, RoleChanged, ConfigChanged:
		return Warning
	case ErrorOccurred, Escalation, Violation:
		return Error
	case Suspicious, DataExfiltration:
		return Critical
	default:
		return Info
	}
}

// body is an Entry as it is stored.
type body struct {
	Time      string         `json:"time"`
	Type      Type           `json:"type"`
	Severity  Severity       `json:"severity"`
	Principal string         `json:"principal"`
	User      string         `json:"user,omitempty"`
	Role      string         `json:"role,omitempty"`
	Via       string         `json:"via,omitempty"`
	Surface   string         `json:"surface,omitempty"`
	Operation string         `json:"operation,omitempty"`
	Resource  string         `json:"resource,omitempty"`
	Outcome   string         `json:"outcome"`
	Code      string         `json:"code,omitempty"`
	Message   string         `json:"message,omitempty"`
	IP        string         `json:"ip,omitempty"`
	RequestID string         `json:"request_id,omitempty"`
	TraceID   string         `json:"trace_id,omitempty"`
	ArgsHash  string         `json:"args_hash,omitempty"`
	Details   map[string]any `json:"details,omitempty"`
}

// row is e as the store takes it.
func (e *Entry) row(now time.Time) *storage.AuditRow {
	if e.Time.IsZero() {
		e.Time = now
	}
	if e.Severity == "" {
		e.Severity = severityOf(e.Type)
	}
	if e.Outcome == "" {
		e.Outcome = Success
	}
	if e.Principal == "" {
		e.Principal = "local"
		if e.Role == "anonymous" || e.Via == "none" {
			e.Principal = "ip:" + e.IP
		}
	}
	b := body{
		Time: e.Time.UTC().Format(ratchet.TimeFormat), Type: e.Type, Severity: e.Severity,
		Principal: clip(e.Principal, 300), User: clip(e.User, 200), Role: clip(e.Role, 40), Via: clip(e.Via, 40),
		Surface: clip(e.Surface, 40), Operation: clip(e.Operation, 300), Resource: clip(e.Resource, 500), Outcome: clip(e.Outcome, 40),
		Code: clip(e.Code, 60), Message: clip(e.Message, 1000), IP: clip(e.IP, 60), RequestID: clip(e.RequestID, 130),
		TraceID: clip(e.TraceID, 40), ArgsHash: clip(e.ArgsHash, 100), Details: cleanMap(e.Details),
	}
	text := b.encode()
	if len(text) > maxEntry {
		b.Details = map[string]any{"left_out": "the details were too large"}
		text = b.encode()
	}
	return &storage.AuditRow{
		At: e.Time, Type: string(b.Type), Severity: string(b.Severity), Principal: b.Principal, Resource: b.Resource, Body: text,
	}
}

func (b *body) encode() []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil { // details that are no JSON
		b.Details = map[string]any{"left_out": "the details are no JSON"}
		buf.Reset()
		_ = enc.Encode(b) // texts alone
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}

// clip masks secrets, makes the text valid UTF-8 and cuts it.
func clip(s string, limit int) string {
	if s == "" {
		return s
	}
	s = mask.Secrets(s)
	if len(s) > limit {
		s = s[:limit]
		for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-4):]) && !utf8.RuneStart(s[len(s)-1]) {
			s = s[:len(s)-1]
		}
	}
	return string(bytes.ToValidUTF8([]byte(s), []byte("�")))
}

func cleanMap(m map[string]any) map[string]any {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		if s, ok := v.(string); ok {
			v = clip(s, 2000)
		}
		out[clip(k, 100)] = v
	}
	return out
}
