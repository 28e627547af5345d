package tools

import (
	"context"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/secrets"
)

// SecretView is a secret as a caller sees it: never its value.
type SecretView struct {
	Name         string   `json:"name"`
	TaskPatterns []string `json:"task_patterns" jsonschema_description:"tasks that may use it; empty = none"`
	Hosts        []string `json:"hosts" jsonschema_description:"hosts that context.secrets.ref sends it to; empty = none"`
	Roles        []string `json:"roles" jsonschema_description:"roles of callers whose runs may use it; empty = all"`
	Readable     bool     `json:"readable" jsonschema_description:"tasks may read the value with context.secrets.get"`
	Version      int64    `json:"version" jsonschema_description:"raised when the value changes"`
	Source       string   `json:"source" jsonschema:"enum=stored,enum=configuration" jsonschema_description:"where the value is"`
	Status       string   `json:"status" jsonschema:"enum=ok,enum=locked,enum=missing" jsonschema_description:"locked = its master key is not here; missing = the configuration has no value"`
	CreatedBy    string   `json:"created_by,omitempty"`
	CreatedAt    string   `json:"created_at"`
	UpdatedAt    string   `json:"updated_at"`
}

func secretView(v *secrets.Vault, s *ratchet.Secret) SecretView {
	out := SecretView{
		Name: s.Name, TaskPatterns: s.TaskPatterns, Hosts: s.Hosts, Roles: make([]string, len(s.Roles)), Readable: s.Readable, Version: s.Version,
		Source: "configuration", Status: v.Status(s), CreatedBy: s.CreatedBy, CreatedAt: registry.Stamp(s.CreatedAt), UpdatedAt: registry.Stamp(s.UpdatedAt),
	}
	if s.Stored {
		out.Source = "stored"
	}
	for i, r := range s.Roles {
		out.Roles[i] = string(r)
	}
	if out.TaskPatterns == nil {
		out.TaskPatterns = []string{}
	}
	if out.Hosts == nil {
		out.Hosts = []string{}
	}
	return out
}

// vault is where the secrets are. A caller who knows some tasks only does not
// administer them: they are bound to tasks beyond its own.
func vault(ctx context.Context, d *registry.Deps) (*secrets.Vault, error) {
	if registry.CallerFrom(ctx).Identity.Scope.LimitsTasks() {
		return nil, ratchet.Errorf(ratchet.CodeDenied, "secrets are bound to tasks beyond those that this caller may know").
			WithHint("ask an admin without task patterns")
	}
	if d.Secrets == nil {
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "this process keeps no secrets").WithHint("call the tool on a running server")
	}
	return d.Secrets, nil
}

// unboundText names secrets that are bound to nothing, with the tasks that read
// them all the same.
func unboundText(list []secrets.Unbound) string {
	texts := make([]string, len(list))
	for i, u := range list {
		texts[i] = u.Name
		if len(u.Tasks) > 0 {
			texts[i] += " (read by " + strings.Join(u.Tasks[:min(len(u.Tasks), 10)], ", ") + ")"
		}
	}
	return strings.Join(texts, "; ")
}
