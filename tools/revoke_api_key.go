package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"
)

// RevokeKeyIn are the arguments of ratchet_revoke_api_key.
type RevokeKeyIn struct {
	Key    string `json:"key_id" jsonschema_description:"UUID or name"`
	Delete bool   `json:"delete,omitempty" jsonschema_description:"remove its row too, so that the name is free again"`
}

// RevokeKeyOut is the result of ratchet_revoke_api_key.
type RevokeKeyOut struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Revoked bool   `json:"revoked"`
	Deleted bool   `json:"deleted"`
}

// RevokeKey voids an API key.
var RevokeKey = registry.Define(registry.Spec{
	Name: "ratchet_revoke_api_key", Title: "Revoke API key", Toolset: "admin", Category: "registry",
	Doc: "Call this to revoke a key immediately and for good. Its row is kept for the audit unless delete is true. " +
		"The last admin key cannot be revoked while there is no other admin.",
	Effect: registry.Destroys, Idempotent: true,
	Routes: []registry.Route{{Method: "DELETE", Path: "/api-keys/{key_id}", Field: "deleteApiKey"}},
	Examples: []registry.Example{{
		Title: "Revoke a key",
		Setup: []registry.Call{{Tool: "ratchet_create_api_key", Args: json.RawMessage(`{"name":"ci"}`)}},
		Args:  json.RawMessage(`{"key_id":"ci"}`),
	}},
}, revokeKey)

func revokeKey(ctx context.Context, d *registry.Deps, in RevokeKeyIn) (RevokeKeyOut, error) {
	k, err := d.Store.APIKey(ctx, in.Key, keyWithin(ctx))
	if err != nil {
		return RevokeKeyOut{}, err
	}
	if err := mayGrant(ctx, k.Role); err != nil {
		return RevokeKeyOut{}, err
	}
	if err := d.Store.RevokeAPIKey(ctx, k.ID); err != nil {
		return RevokeKeyOut{}, err
	}
	if in.Delete {
		if err := d.Store.DeleteAPIKey(ctx, k.ID); err != nil {
			return RevokeKeyOut{}, err
		}
	}
	return RevokeKeyOut{k.ID, k.Name, true, in.Delete}, nil
}
