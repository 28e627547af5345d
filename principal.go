package ratchet

import (
	"slices"
	"time"
)

// Role is what a principal may do at most. Each role's rights are in the
// table of registry.Permit.
type Role string

// The roles, from none to all.
const (
	RoleAnonymous Role = "anonymous" // not authenticated
	RoleReadonly  Role = "readonly"
	RoleUser      Role = "user"
	RoleService   Role = "service"
	RoleAdmin     Role = "admin"
)

// Roles are those that a caller can be given, the least first.
func Roles() []Role { return []Role{RoleReadonly, RoleUser, RoleService, RoleAdmin} }

// Principal is who calls. Surfaces get it from the authentication; nothing
// else makes one.
type Principal struct {
	ID         string // stable and unique: user:UUID, key:UUID, oidc:ISSUER#SUBJECT; empty = open loopback
	Name       string // for people
	Role       Role
	Scope      *Scope    // what is left of the role's rights; nil = all of them
	AllowedIPs []string  // addresses that an API key is bound to; nil = it is not
	ExpiresAt  time.Time // end of an API key; zero = none
	Tier       string    // rate tier: default, permissive, strict or unlimited; empty = default
	Via        string    // loopback, page, api_key, jwt, oidc, session, certificate or none
	IP         string    // address of the client; empty = not over a network

	ReadOnly bool // calls that write or run code are refused, whatever the role

	Session *Session // what the caller came by, of a login or a token; nil = neither
}

// Session is the login or token that a caller came by. What stays open ends
// with it.
type Session struct {
	Login    string    // id of the login; empty = none
	Token    string    // id under which the token is revoked; empty = none
	TokenEnd time.Time // when the token ends; zero = none
	LoginEnd time.Time // when the login ends unless it is extended; zero = none
}

// Local is the caller of an open loopback server and of the command line on a
// local data directory: the machine's owner.
func Local() Principal { return Principal{Name: "local", Role: RoleAdmin, Via: "loopback"} }

// WebPage is a web page of another origin that calls an open loopback server: it
// reads what the machine's owner may, and does nothing else.
func WebPage(origin, ip string) Principal {
	return Principal{ID: "page:" + origin, Name: origin, Role: RoleAdmin, Via: "page", IP: ip, ReadOnly: true}
}

// Open says whether p calls an open loopback server: callers need not say who
// they are there, and no rates hold.
func (p Principal) Open() bool { return p.Via == "page" || p.ID == "" && p.Role != RoleAnonymous }

// Scope narrows a principal. Empty lists allow everything; what is denied wins.
// Patterns are exact names, prefix*, *suffix or *.
type Scope struct {
	Tools        []string `json:"tools,omitempty"`
	DeniedTools  []string `json:"denied_tools,omitempty"`
	Toolsets     []string `json:"toolsets,omitempty"`
	TaskPatterns []string `json:"allowed_task_patterns,omitempty"`
	DeniedTasks  []string `json:"denied_task_patterns,omitempty"`
	Withheld     []Right  `json:"withheld,omitempty"` // rights of the role that are taken away
}

// Right is something that tools do or tell and that can be withheld.
type Right string

// The rights.
const (
	RightExecute Right = "execute_tasks"      // run code of tasks
	RightLogs    Right = "read_logs"          // what runs said
	RightTraces  Right = "read_traces"        // steps, spans and recordings of runs
	RightSystem  Right = "access_system_info" // workers, health, configuration and the process's own metrics
)

// Has says whether the scope leaves a right. A nil scope leaves all.
func (s *Scope) Has(r Right) bool { return s == nil || !slices.Contains(s.Withheld, r) }
