package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
)

// SetSecretIn are the arguments of ratchet_set_secret. What is absent stays.
type SetSecretIn struct {
	Name         string         `json:"name" jsonschema:"pattern=^[A-Za-z0-9_][A-Za-z0-9_.-]{0\\,99}$"`
	Value        *string        `json:"value,omitempty" jsonschema:"minLength=1,maxLength=65536,writeOnly=true" jsonschema_description:"stored encrypted and never shown again; absent = as it is, or as configured"`
	TaskPatterns []string       `json:"task_patterns,omitempty" jsonschema:"maxItems=100" jsonschema_description:"tasks that may use it: names, prefix*, *suffix or *; empty = none"`
	Hosts        []string       `json:"hosts,omitempty" jsonschema:"maxItems=100" jsonschema_description:"where context.secrets.ref may send it: api.example.com, *.example.com, host:port; over https, on loopback http too; http://host allows plain http"`
	Roles        []ratchet.Role `json:"roles,omitempty" jsonschema:"maxItems=4" jsonschema_description:"of callers whose runs may use it: readonly, user, service, admin; empty = all"`
	Readable     *bool          `json:"readable,omitempty" jsonschema_description:"let tasks read the value with context.secrets.get; false for a new one"`
}

// SetSecret stores a secret or changes what it is bound to.
var SetSecret = registry.Define(registry.Spec{
	Name: "ratchet_set_secret", Title: "Set secret", Toolset: "admin", Category: "registry",
	Doc: "Call this to store a value that tasks need and to say which of them may use it, for which callers and hosts. " +
		"What is left out stays; an empty list takes a binding away, at once for running tasks too. " +
		"Prefer hosts to readable: with context.secrets.ref the value never reaches the task. " +
		"A value given here passes through the client; `ratchet secrets set` reads it from stdin instead. " +
		"Next: declare the name in secrets of a task's metadata.",
	Effect: registry.Writes, Idempotent: true,
	Routes: []registry.Route{
		{Method: "POST", Path: "/secrets", Field: "setSecret", Created: "/secrets/{name}"},
		{Method: "PATCH", Path: "/secrets/{name}"},
		{Method: "PUT", Path: "/secrets/{name}"},
	},
	Examples: []registry.Example{{
		Title: "A token that report tasks send to one host",
		Args:  json.RawMessage(`{"name":"API_TOKEN","value":"example","task_patterns":["report-*"],"hosts":["api.example.com"]}`),
	}},
}, setSecret)

func setSecret(ctx context.Context, d *registry.Deps, in SetSecretIn) (SecretView, error) {
	v, err := vault(ctx, d)
	if err != nil {
		return SecretView{}, err
	}
	s, err := v.Set(ctx, ratchet.SecretUpdate{
		Name: in.Name, Value: in.Value, TaskPatterns: in.TaskPatterns, Hosts: in.Hosts, Roles: in.Roles, Readable: in.Readable,
		By: registry.CallerFrom(ctx).Identity.Name,
	})
	if err != nil {
		return SecretView{}, err
	}
	return secretView(v, s), nil
}
