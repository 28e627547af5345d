package ratchet

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Secret says which tasks may use a value, for whom and towards which hosts.
// The value itself is never in it.
type Secret struct {
	Name         string   // unique; see SecretName
	TaskPatterns []string // names, prefix*, *suffix or *; empty = no task
	Hosts        []string // that a fetch may send it to, see the package secrets; empty = none
	Roles        []Role   // of callers whose runs may use it; empty = every role
	Readable     bool     // a task may read the value itself with context.secrets.get
	Version      int64    // of the value, from 1; raised whenever it changes
	Stored       bool     // the value is kept here; false = it is in the configuration
	KeyID        string   // of the master key that it is encrypted with; empty = not Stored
	CreatedBy    string
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// SecretName is the form of a secret's name, as a regular expression.
const SecretName = `^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$`

// AllowsTask says whether a task of this name may use the secret.
func (s *Secret) AllowsTask(name string) bool { return matchAny(s.TaskPatterns, name) }

// AllowsRole says whether runs of callers of this role may use the secret.
func (s *Secret) AllowsRole(r Role) bool { return len(s.Roles) == 0 || slices.Contains(s.Roles, r) }

// SecretUse is a run that wants to use a secret.
type SecretUse struct {
	Secret   string
	TaskID   string
	TaskName string
	Role     Role // of the caller whose run it is
}

// SecretGrant is what a run may do with a secret.
type SecretGrant struct {
	Name     string
	Version  int64 // of the value; 0 = it is in the configuration and bound to nothing
	Value    string
	Hosts    []string
	Readable bool
	Fault    *Error // why there is no value to use; nil = there is one
}

// SecretUpdate is what changes of a secret; nil = it stays as it is.
type SecretUpdate struct {
	Name         string
	Value        *string
	TaskPatterns []string // empty and not nil = none
	Hosts        []string
	Roles        []Role
	Readable     *bool
	By           string // who changes it
}

// Apply puts into s what u changes besides the value.
func (u SecretUpdate) Apply(s *Secret) {
	if u.TaskPatterns != nil {
		s.TaskPatterns = u.TaskPatterns
	}
	if u.Hosts != nil {
		s.Hosts = u.Hosts
	}
	if u.Roles != nil {
		s.Roles = u.Roles
	}
	if u.Readable != nil {
		s.Readable = *u.Readable
	}
}

// DeclaredSecrets are the names of the secrets that a task's metadata declares.
func DeclaredSecrets(metadata json.RawMessage) ([]string, error) {
	var m struct {
		Secrets []string `json:"secrets"`
	}
	if len(metadata) == 0 {
		return nil, nil
	}
	err := json.Unmarshal(metadata, &m)
	return m.Secrets, err
}

type roleKey struct{}

// WithRole returns a context of calls by a caller of this role: stores and runs
// obey it where rights depend on the role.
func WithRole(ctx context.Context, r Role) context.Context {
	return context.WithValue(ctx, roleKey{}, r)
}

// RoleFrom returns the role of WithRole; empty when there is none.
func RoleFrom(ctx context.Context) Role {
	r, _ := ctx.Value(roleKey{}).(Role)
	return r
}
