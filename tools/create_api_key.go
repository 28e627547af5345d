package tools

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"ratchet/registry"

	"ratchet"
	"ratchet/credential"
)

// CreateKeyIn are the arguments of ratchet_create_api_key.
type CreateKeyIn struct {
	Name                string   `json:"name" jsonschema:"minLength=1,maxLength=100" jsonschema_description:"unique, for people"`
	Permissions         string   `json:"permissions,omitempty" jsonschema:"enum=admin,enum=full,enum=execute,enum=read,default=execute" jsonschema_description:"full = role service, execute = user, read = readonly"`
	Tools               []string `json:"tools,omitempty" jsonschema_description:"only these: names, prefix* or *suffix"`
	DeniedTools         []string `json:"denied_tools,omitempty" jsonschema_description:"not these; wins over the others"`
	Toolsets            []string `json:"toolsets,omitempty" jsonschema_description:"only tools of these"`
	AllowedTaskPatterns []string `json:"allowed_task_patterns,omitempty" jsonschema_description:"only these tasks: names, prefix* or *suffix"`
	TaskPatterns        []string `json:"task_patterns,omitempty" jsonschema_description:"short for allowed_task_patterns"`
	DeniedTaskPatterns  []string `json:"denied_task_patterns,omitempty" jsonschema_description:"not these tasks; wins"`
	CanExecute          *bool    `json:"can_execute_tasks,omitempty" jsonschema_description:"false = runs no code, whatever the permissions"`
	CanReadLogs         *bool    `json:"can_read_logs,omitempty" jsonschema_description:"false = not what runs said"`
	CanReadTraces       *bool    `json:"can_read_traces,omitempty" jsonschema_description:"false = no traces and recordings"`
	CanAccessSystem     *bool    `json:"can_access_system_info,omitempty" jsonschema_description:"false = no workers, health, configuration and process metrics"`
	RateTier            string   `json:"rate_tier,omitempty" jsonschema:"enum=default,enum=permissive,enum=strict,enum=unlimited" jsonschema_description:"instead of the configured one"`
	ExpiresAt           string   `json:"expires_at,omitempty" jsonschema_description:"RFC 3339; absent = never"`
	AllowedIPs          []string `json:"allowed_ips,omitempty" jsonschema_description:"addresses or networks the key may come from"`
}

// CreateKey makes an API key.
var CreateKey = registry.Define(registry.Spec{
	Name: "ratchet_create_api_key", Title: "Create API key", Toolset: "admin", Category: "registry",
	Doc: "Call this to let a program call. The answer holds the key, this once: it is stored as a hash. " +
		"Give it the least it needs: permissions, tools, tasks, an end. Next: ratchet_rotate_api_key, ratchet_revoke_api_key.",
	Creates: true, Rate: registry.RateCreate,
	Effect: registry.Writes,
	Routes: []registry.Route{{Method: "POST", Path: "/api-keys", Field: "createApiKey", Created: "/api-keys/{id}"}},
	Examples: []registry.Example{{
		Title: "A key for one kind of task",
		Args:  json.RawMessage(`{"name":"nightly report","permissions":"execute","tools":["ratchet_execute_task","ratchet_get_execution_*"],"task_patterns":["report-*"]}`),
	}},
}, createKey)

func createKey(ctx context.Context, d *registry.Deps, in CreateKeyIn) (NewKeyView, error) {
	k := ratchet.APIKey{
		Name: in.Name, Role: keyPermissions()[in.Permissions], Tier: in.RateTier, AllowedIPs: in.AllowedIPs, Active: true,
		CreatedBy: registry.CallerFrom(ctx).Identity.Name,
	}
	if err := mayGrant(ctx, k.Role); err != nil {
		return NewKeyView{}, err
	}
	if err := in.scope(d, &k.Scope); err != nil {
		return NewKeyView{}, err
	}
	err := acceptableIPs(in.AllowedIPs)
	if err == nil {
		k.ExpiresAt, err = expiry(d, in.ExpiresAt)
	}
	if err != nil {
		return NewKeyView{}, err
	}
	bounds, err := inherit(ctx, k.Bounds())
	if err != nil {
		return NewKeyView{}, err
	}
	k.SetBounds(bounds)
	var key string
	key, k.Prefix, k.Hash = credential.NewKey()
	if err := d.Store.CreateAPIKey(ctx, &k); err != nil {
		return NewKeyView{}, keyClash(ctx, d, &k, err)
	}
	return NewKeyView{Key: key, KeyView: keyView(&k)}, nil
}

// scope reads what the key may do of what its role may.
func (in CreateKeyIn) scope(d *registry.Deps, s *ratchet.Scope) error {
	if len(in.AllowedTaskPatterns) > 0 && len(in.TaskPatterns) > 0 {
		return ratchet.Errorf(ratchet.CodeInvalid, "task_patterns and allowed_task_patterns are the same").At("/task_patterns").
			WithHint("pass one of them")
	}
	for i, name := range in.Toolsets {
		if !slices.Contains(registry.Toolsets(), name) {
			return ratchet.Errorf(ratchet.CodeInvalid, "there is no toolset %q", name).At("/toolsets/"+strconv.Itoa(i)).
				With(ratchet.FieldAllowed, registry.Toolsets()).WithHint("choose from what is allowed")
		}
	}
	for field, list := range map[string][]string{"tools": in.Tools, "denied_tools": in.DeniedTools} {
		for i, pattern := range list {
			known := func(t registry.Tool) bool { return ratchet.MatchPattern(pattern, t.Name) }
			if d.Tools != nil && !slices.ContainsFunc(d.Tools.Whole().List(), known) {
				return ratchet.Errorf(ratchet.CodeInvalid, "no tool is named %q", pattern).At("/" + field + "/" + strconv.Itoa(i)).
					WithHint("the list of tools has the names; prefix* and *suffix stand for several")
			}
		}
	}
	for field, list := range map[string][]string{
		"allowed_task_patterns": in.AllowedTaskPatterns, "task_patterns": in.TaskPatterns, "denied_task_patterns": in.DeniedTaskPatterns,
	} {
		if err := taskPatterns(field, list); err != nil {
			return err
		}
	}
	*s = ratchet.Scope{
		Tools: in.Tools, DeniedTools: in.DeniedTools, Toolsets: in.Toolsets,
		TaskPatterns: append(in.AllowedTaskPatterns, in.TaskPatterns...), DeniedTasks: in.DeniedTaskPatterns,
		Withheld: withheldIn(nil, in.CanExecute, in.CanReadLogs, in.CanReadTraces, in.CanAccessSystem),
	}
	return nil
}

// taskPatterns refuses a pattern that no name of a task can match.
func taskPatterns(field string, list []string) error {
	for i, pattern := range list {
		if !ratchet.ValidTaskPattern(pattern) {
			return ratchet.Errorf(ratchet.CodeInvalid, "no task can have a name that matches %q", pattern).At("/"+field+"/"+strconv.Itoa(i)).
				With(ratchet.FieldAllowed, []string{"name", "prefix*", "*suffix", "*"}).
				WithHint("write a name, prefix*, *suffix or *; patterns are no regular expressions")
		}
	}
	return nil
}

// withheldIn are the rights withheld so far, changed by arguments; nil changes
// nothing.
func withheldIn(so []ratchet.Right, execute, logs, traces, system *bool) []ratchet.Right {
	out := slices.Clone(so)
	for _, one := range []struct {
		right ratchet.Right
		can   *bool
	}{{ratchet.RightExecute, execute}, {ratchet.RightLogs, logs}, {ratchet.RightTraces, traces}, {ratchet.RightSystem, system}} {
		if one.can == nil {
			continue
		}
		out = slices.DeleteFunc(out, func(r ratchet.Right) bool { return r == one.right })
		if !*one.can {
			out = append(out, one.right)
		}
	}
	return out
}
