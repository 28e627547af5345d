package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
)

// SetConfigIn are the arguments of ratchet_set_config.
type SetConfigIn struct {
	Key     string          `json:"key" jsonschema:"minLength=1" jsonschema_description:"e.g. logging.level; secrets are not set by tools"`
	Value   json.RawMessage `json:"value" jsonschema_description:"as in the configuration file; null takes back what was set at run time"`
	Persist bool            `json:"persist,omitempty" jsonschema:"default=false" jsonschema_description:"it holds after a restart too; needed for keys that take effect with one"`
	DryRun  bool            `json:"dry_run,omitempty" jsonschema:"default=false" jsonschema_description:"check, and change nothing"`
}

// SetConfigOut is the result of ratchet_set_config.
type SetConfigOut struct {
	Key          string          `json:"key"`
	Status       string          `json:"status" jsonschema:"enum=applied,enum=restart_required" jsonschema_description:"whether the value is in force; with dry_run, whether it would be"`
	Before       json.RawMessage `json:"before" jsonschema_description:"in force before"`
	Value        json.RawMessage `json:"value" jsonschema_description:"in force now; with dry_run, then"`
	Source       string          `json:"source" jsonschema_description:"of value"`
	AfterRestart json.RawMessage `json:"after_restart" jsonschema_description:"the value after a restart"`
	Persisted    bool            `json:"persisted"`
	DryRun       bool            `json:"dry_run"`
}

// SetConfig changes the configuration.
var SetConfig = registry.Define(registry.Spec{
	Name: "ratchet_set_config", Title: "Set configuration", Toolset: "admin", Category: "monitoring",
	Audit: "config_changed",
	Doc: "Call this to change a setting of the running server, e.g. the log level of one part. It is validated like the configuration file. " +
		"Without persist it is gone after a restart; keys that need a restart are refused without it. Next: ratchet_get_config.",
	Needs: []ratchet.Right{ratchet.RightSystem}, Effect: registry.Writes, Idempotent: true,
	Routes: []registry.Route{
		{Method: "PUT", Path: "/config", Field: "setConfig"},
		{Method: "PATCH", Path: "/config"},
		{Method: "PUT", Path: "/config/{key}", Doc: "Set one key of the configuration"},
		{Method: "PATCH", Path: "/config/{key}", Doc: "Set one key of the configuration"},
	},
	Examples: []registry.Example{
		{Title: "See what one part does", Args: json.RawMessage(`{"key":"logging.level","value":"info,http=debug"}`)},
		{Title: "Ask before a change that needs a restart", Args: json.RawMessage(`{"key":"graphql_api.max_depth","value":20,"persist":true,"dry_run":true}`)},
	},
}, setConfig)

func setConfig(ctx context.Context, d *registry.Deps, in SetConfigIn) (SetConfigOut, error) {
	if d.Config == nil {
		return SetConfigOut{}, noConfiguration()
	}
	if err := mayConfigure(ctx, in.Key); err != nil {
		return SetConfigOut{}, err
	}
	var value any
	if err := json.Unmarshal(in.Value, &value); err != nil {
		return SetConfigOut{}, ratchet.Errorf(ratchet.CodeInvalid, "the value is not JSON").At("/value").Wrap(err)
	}
	did, err := d.Config.Change(ctx, registry.SettingChange{Key: in.Key, Value: value, Persist: in.Persist, DryRun: in.DryRun})
	if err != nil {
		return SetConfigOut{}, err
	}
	out := SetConfigOut{Key: in.Key, Status: "restart_required", Source: did.Source, Persisted: did.File != "", DryRun: in.DryRun}
	if did.Applied {
		out.Status = "applied"
	}
	for into, value := range map[*json.RawMessage]any{&out.Before: did.Before, &out.Value: did.After, &out.AfterRestart: did.Next} {
		if *into, err = json.Marshal(value); err != nil {
			return out, err
		}
	}
	return out, nil
}
