package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet/credential"
)

// RotateKeyIn are the arguments of ratchet_rotate_api_key.
type RotateKeyIn struct {
	Key       string `json:"key_id" jsonschema_description:"UUID or name"`
	ExpiresAt string `json:"expires_at,omitempty" jsonschema_description:"RFC 3339; absent leaves it as it is"`
}

// RotateKey replaces an API key's secret.
var RotateKey = registry.Define(registry.Spec{
	Name: "ratchet_rotate_api_key", Title: "Rotate API key", Toolset: "admin", Category: "registry",
	Doc: "Call this to replace a key by a new one that may do the same. The old one stops at once; " +
		"the answer holds the new one, this once. For a key that is no longer needed: ratchet_revoke_api_key.",
	Effect: registry.Writes,
	Routes: []registry.Route{{Method: "POST", Path: "/api-keys/{key_id}/rotate", Field: "rotateApiKey"}},
	Examples: []registry.Example{{
		Title: "Replace a key",
		Setup: []registry.Call{{Tool: "ratchet_create_api_key", Args: json.RawMessage(`{"name":"ci"}`)}},
		Args:  json.RawMessage(`{"key_id":"ci"}`),
	}},
}, rotateKey)

func rotateKey(ctx context.Context, d *registry.Deps, in RotateKeyIn) (NewKeyView, error) {
	k, err := d.Store.APIKey(ctx, in.Key, keyWithin(ctx))
	if err != nil {
		return NewKeyView{}, err
	}
	if err := mayGrant(ctx, k.Role); err != nil {
		return NewKeyView{}, err
	}
	ends, err := expiry(d, in.ExpiresAt)
	if err != nil {
		return NewKeyView{}, err
	}
	if !ends.IsZero() {
		k.ExpiresAt = ends
		if err := covers(ctx, k.Bounds()); err != nil {
			return NewKeyView{}, err
		}
	}
	key, shown, hash := credential.NewKey()
	if err := d.Store.RotateAPIKey(ctx, k.ID, shown, hash, ends); err != nil {
		return NewKeyView{}, err
	}
	if k, err = d.Store.APIKey(ctx, k.ID, nil); err != nil {
		return NewKeyView{}, err
	}
	return NewKeyView{Key: key, KeyView: keyView(k)}, nil
}
