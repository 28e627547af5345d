package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"
)

// DeleteUserIn are the arguments of ratchet_delete_user.
type DeleteUserIn struct {
	User string `json:"user_id" jsonschema_description:"UUID, username or email"`
}

// DeleteUserOut is the result of ratchet_delete_user.
type DeleteUserOut struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Deleted  bool   `json:"deleted"`
}

// DeleteUser removes a user.
var DeleteUser = registry.Define(registry.Spec{
	Name: "ratchet_delete_user", Title: "Delete user", Toolset: "admin", Category: "registry",
	Audit: "user_deleted",
	Doc: "Call this to remove a user and end its logins. What the user did stays in the audit. " +
		"The last admin cannot be removed. To lock a user out for a while: ratchet_update_user.",
	Effect: registry.Destroys, Idempotent: true,
	Routes: []registry.Route{{Method: "DELETE", Path: "/users/{user_id}", Field: "deleteUser"}},
	Examples: []registry.Example{{
		Title: "A person left",
		Setup: []registry.Call{{Tool: "ratchet_create_user", Args: json.RawMessage(`{"username":"ada"}`)}},
		Args:  json.RawMessage(`{"user_id":"ada"}`),
	}},
}, deleteUser)

func deleteUser(ctx context.Context, d *registry.Deps, in DeleteUserIn) (DeleteUserOut, error) {
	u, err := d.Store.User(ctx, in.User, userWithin(ctx))
	if err != nil {
		return DeleteUserOut{}, err
	}
	if err := mayGrant(ctx, u.Role); err != nil {
		return DeleteUserOut{}, err
	}
	if err := d.Store.DeleteUser(ctx, u.ID); err != nil {
		return DeleteUserOut{}, err
	}
	return DeleteUserOut{u.ID, u.Username, true}, nil
}
