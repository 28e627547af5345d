package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
)

// UpdateKeyIn are the arguments of ratchet_update_api_key. What is absent
// stays; an empty list takes a bound away.
type UpdateKeyIn struct {
	Key                 string   `json:"key_id" jsonschema_description:"UUID or name"`
	Name                *string  `json:"name,omitempty" jsonschema:"minLength=1,maxLength=100" jsonschema_description:"a new one"`
	Permissions         *string  `json:"permissions,omitempty" jsonschema:"enum=admin,enum=full,enum=execute,enum=read" jsonschema_description:"full = role service, execute = user, read = readonly"`
	Tools               []string `json:"tools,omitempty" jsonschema_description:"only these: names, prefix* or *suffix"`
	DeniedTools         []string `json:"denied_tools,omitempty" jsonschema_description:"not these; wins over the others"`
	Toolsets            []string `json:"toolsets,omitempty" jsonschema_description:"only tools of these"`
	AllowedTaskPatterns []string `json:"allowed_task_patterns,omitempty" jsonschema_description:"only these tasks: names, prefix* or *suffix"`
	DeniedTaskPatterns  []string `json:"denied_task_patterns,omitempty" jsonschema_description:"not these tasks; wins"`
	CanExecute          *bool    `json:"can_execute_tasks,omitempty" jsonschema_description:"false = runs no code, whatever the permissions"`
	CanReadLogs         *bool    `json:"can_read_logs,omitempty" jsonschema_description:"false = not what runs said"`
	CanReadTraces       *bool    `json:"can_read_traces,omitempty" jsonschema_description:"false = no traces and recordings"`
	CanAccessSystem     *bool    `json:"can_access_system_info,omitempty" jsonschema_description:"false = no workers, health, configuration and process metrics"`
	RateTier            *string  `json:"rate_tier,omitempty" jsonschema:"enum=,enum=default,enum=permissive,enum=strict,enum=unlimited" jsonschema_description:"empty = the configured one"`
	ExpiresAt           *string  `json:"expires_at,omitempty" jsonschema_description:"RFC 3339; empty = never"`
	AllowedIPs          []string `json:"allowed_ips,omitempty" jsonschema_description:"addresses or networks the key may come from"`
}

// UpdateKey changes what an API key may do.
var UpdateKey = registry.Define(registry.Spec{
	Name: "ratchet_update_api_key", Title: "Update API key", Toolset: "admin", Category: "registry",
	Doc: "Call this to change what a key may do, from where and until when; the key itself stays. " +
		"It takes effect immediately. Next: ratchet_list_api_keys; for a new key: ratchet_rotate_api_key.",
	Effect: registry.Writes, Idempotent: true,
	Routes: []registry.Route{
		{Method: "PATCH", Path: "/api-keys/{key_id}", Field: "updateApiKey"},
		{Method: "PUT", Path: "/api-keys/{key_id}"},
	},
	Examples: []registry.Example{{
		Title: "Let a key do less",
		Setup: []registry.Call{{Tool: "ratchet_create_api_key", Args: json.RawMessage(`{"name":"ci"}`)}},
		Args:  json.RawMessage(`{"key_id":"ci","permissions":"read","allowed_task_patterns":["report-*"]}`),
	}},
}, updateKey)

func updateKey(ctx context.Context, d *registry.Deps, in UpdateKeyIn) (KeyView, error) {
	k, err := d.Store.APIKey(ctx, in.Key, keyWithin(ctx))
	if err != nil {
		return KeyView{}, err
	}
	if err := mayGrant(ctx, k.Role); err != nil {
		return KeyView{}, err
	}
	if err := in.change(ctx, d, k); err != nil {
		return KeyView{}, err
	}
	if err := d.Store.UpdateAPIKey(ctx, k); err != nil {
		return KeyView{}, keyClash(ctx, d, k, err)
	}
	return keyView(k), nil
}

// change makes the changes in k.
func (in UpdateKeyIn) change(ctx context.Context, d *registry.Deps, k *ratchet.APIKey) (err error) {
	if in.Name != nil {
		k.Name = *in.Name
	}
	if in.Permissions != nil {
		k.Role = keyPermissions()[*in.Permissions]
		if err := mayGrant(ctx, k.Role); err != nil {
			return err
		}
	}
	if in.RateTier != nil {
		k.Tier = *in.RateTier
	}
	if in.ExpiresAt != nil {
		if k.ExpiresAt, err = expiry(d, *in.ExpiresAt); err != nil {
			return err
		}
	}
	if in.AllowedIPs != nil {
		if err := acceptableIPs(in.AllowedIPs); err != nil {
			return err
		}
		k.AllowedIPs = in.AllowedIPs
	}
	wanted := CreateKeyIn{
		Tools: orBefore(in.Tools, k.Scope.Tools), DeniedTools: orBefore(in.DeniedTools, k.Scope.DeniedTools),
		Toolsets:            orBefore(in.Toolsets, k.Scope.Toolsets),
		AllowedTaskPatterns: orBefore(in.AllowedTaskPatterns, k.Scope.TaskPatterns),
		DeniedTaskPatterns:  orBefore(in.DeniedTaskPatterns, k.Scope.DeniedTasks),
	}
	before := k.Scope.Withheld
	if err := wanted.scope(d, &k.Scope); err != nil {
		return err
	}
	k.Scope.Withheld = withheldIn(before, in.CanExecute, in.CanReadLogs, in.CanReadTraces, in.CanAccessSystem)
	bounds, err := inherit(ctx, k.Bounds())
	k.SetBounds(bounds)
	return err
}

func orBefore(list, before []string) []string {
	if list == nil {
		return before
	}
	return list
}
