package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/credential"
)

// UpdateUserIn are the arguments of ratchet_update_user. What is absent stays.
type UpdateUserIn struct {
	User        string  `json:"user_id" jsonschema_description:"UUID, username or email"`
	Username    *string `json:"username,omitempty" jsonschema_description:"a new one"`
	Email       *string `json:"email,omitempty" jsonschema_description:"empty takes it away"`
	DisplayName *string `json:"display_name,omitempty" jsonschema:"maxLength=200"`
	Password    *string `json:"password,omitempty" jsonschema:"writeOnly=true" jsonschema_description:"12 to 128 characters; empty takes it away"`
	Role        *string `json:"role,omitempty" jsonschema:"enum=admin,enum=service,enum=user,enum=readonly"`
	IsActive    *bool   `json:"is_active,omitempty" jsonschema_description:"false ends what the user logged in"`
	Bounded     *bool   `json:"bounded,omitempty" jsonschema:"enum=false" jsonschema_description:"false takes away the bounds the user was made with; for callers without bounds"`
}

// UpdateUser changes a user.
var UpdateUser = registry.Define(registry.Spec{
	Name: "ratchet_update_user", Title: "Update user", Toolset: "admin", Category: "registry",
	AuditOf: map[string]string{"role": "role_changed"},
	Doc: "Call this to change a user's name, role or password, or to lock the user out. A new role or password " +
		"ends the user's logins. The last admin stays one. Next: ratchet_list_users.",
	Effect: registry.Writes, Idempotent: true,
	Routes: []registry.Route{
		{Method: "PATCH", Path: "/users/{user_id}", Field: "updateUser"},
		{Method: "PUT", Path: "/users/{user_id}"},
	},
	Misnomers: map[string]string{"permissions": "a user has a role, one of admin, service, user, readonly"},
	Examples: []registry.Example{{
		Title: "Lock a user out",
		Setup: []registry.Call{{Tool: "ratchet_create_user", Args: json.RawMessage(`{"username":"ada"}`)}},
		Args:  json.RawMessage(`{"user_id":"ada","is_active":false}`),
	}},
}, updateUser)

func updateUser(ctx context.Context, d *registry.Deps, in UpdateUserIn) (UserView, error) {
	u, err := d.Store.User(ctx, in.User, userWithin(ctx))
	if err != nil {
		return UserView{}, err
	}
	if err := mayGrant(ctx, u.Role); err != nil {
		return UserView{}, err
	}
	if err := in.change(ctx, u); err != nil {
		return UserView{}, err
	}
	if err := d.Store.UpdateUser(ctx, u, ""); err != nil {
		return UserView{}, userClash(ctx, d, u, err)
	}
	return userView(u), nil
}

// change makes the changes in u.
func (in UpdateUserIn) change(ctx context.Context, u *ratchet.User) (err error) {
	set := func(to, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&u.Username, in.Username)
	set(&u.Email, in.Email)
	set(&u.DisplayName, in.DisplayName)
	if in.Role != nil {
		u.Role = ratchet.Role(*in.Role)
		if err := mayGrant(ctx, u.Role); err != nil {
			return err
		}
	}
	if in.IsActive != nil {
		u.Active = *in.IsActive
	}
	if in.Bounded != nil {
		if *in.Bounded {
			return ratchet.Errorf(ratchet.CodeInvalid, "bounds come from who makes a user; they can only be taken away").At("/bounded").
				With(ratchet.FieldAllowed, []bool{false}).WithHint("leave bounded out, or make an API key with the bounds it needs: ratchet_create_api_key")
		}
		if u.Bounds, err = inherit(ctx, ratchet.Bounds{}); err != nil {
			return err
		}
	}
	if in.Password != nil {
		u.PasswordHash = ""
		if *in.Password != "" {
			if u.PasswordHash, err = credential.HashPassword(*in.Password); err != nil {
				return err
			}
		}
	}
	return credential.AcceptableUser(u.Username, u.Email)
}
