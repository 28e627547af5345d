package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"
)

// DeleteSecretIn are the arguments of ratchet_delete_secret.
type DeleteSecretIn struct {
	Name string `json:"name" jsonschema:"minLength=1"`
}

// DeleteSecretOut is the result of ratchet_delete_secret.
type DeleteSecretOut struct {
	Name    string `json:"name"`
	Deleted bool   `json:"deleted"`
}

// DeleteSecret removes a secret.
var DeleteSecret = registry.Define(registry.Spec{
	Name: "ratchet_delete_secret", Title: "Delete secret", Toolset: "admin", Category: "registry",
	Doc: "Call this to remove a secret with its value and its bindings. Tasks that declare it do not run any more. " +
		"To take it from some tasks only: ratchet_set_secret with other task_patterns.",
	Effect: registry.Destroys, Idempotent: true,
	Routes: []registry.Route{{Method: "DELETE", Path: "/secrets/{name}", Field: "deleteSecret"}},
	Examples: []registry.Example{{
		Title: "A token that was revoked",
		Setup: []registry.Call{{Tool: "ratchet_set_secret", Args: json.RawMessage(`{"name":"API_TOKEN","value":"example"}`)}},
		Args:  json.RawMessage(`{"name":"API_TOKEN"}`),
	}},
}, deleteSecret)

func deleteSecret(ctx context.Context, d *registry.Deps, in DeleteSecretIn) (DeleteSecretOut, error) {
	v, err := vault(ctx, d)
	if err != nil {
		return DeleteSecretOut{}, err
	}
	if err := v.Delete(ctx, in.Name); err != nil {
		return DeleteSecretOut{}, err
	}
	return DeleteSecretOut{in.Name, true}, nil
}
