package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"
)

// RotateMasterKeyIn are the arguments of ratchet_rotate_master_key.
type RotateMasterKeyIn struct {
	NewKey string `json:"new_key,omitempty" jsonschema:"maxLength=200,writeOnly=true" jsonschema_description:"32 bytes in base64 or hex; absent = a random one, unless RATCHET_MASTER_KEY gives the key"`
}

// RotateMasterKeyOut is the result of ratchet_rotate_master_key.
type RotateMasterKeyOut struct {
	Rotated bool   `json:"rotated"`
	Secrets int    `json:"secrets" jsonschema_description:"values that were encrypted again"`
	Message string `json:"message"`
}

// RotateMasterKey encrypts every secret with another key.
var RotateMasterKey = registry.Define(registry.Spec{
	Name: "ratchet_rotate_master_key", Title: "Rotate master key", Toolset: "admin", Category: "registry",
	Doc: "Call this to encrypt every stored secret with another master key, all or none; their values and bindings stay. " +
		"A key in the file next to the database is replaced there. Where RATCHET_MASTER_KEY gives the key, pass new_key and start the server with it afterwards. " +
		"`ratchet secrets rotate` does the same and reads the key from stdin.",
	Effect:   registry.Writes,
	Routes:   []registry.Route{{Method: "POST", Path: "/security/master-key/rotate", Field: "rotateMasterKey"}},
	Examples: []registry.Example{{Title: "A new random key", Args: json.RawMessage(`{}`)}},
}, rotateMasterKey)

func rotateMasterKey(ctx context.Context, d *registry.Deps, in RotateMasterKeyIn) (RotateMasterKeyOut, error) {
	v, err := vault(ctx, d)
	if err != nil {
		return RotateMasterKeyOut{}, err
	}
	count, err := v.Rotate(ctx, in.NewKey)
	if err != nil {
		return RotateMasterKeyOut{}, err
	}
	out := RotateMasterKeyOut{Rotated: true, Secrets: count, Message: "the new key is in use from now on; a backup of the database needs the key of its time"}
	if v.KeyFile() == "" {
		out.Message = "the new key is in use; set RATCHET_MASTER_KEY to it before the server starts again"
	}
	return out, nil
}
