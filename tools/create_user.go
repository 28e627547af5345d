package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/credential"
)

// CreateUserIn are the arguments of ratchet_create_user.
type CreateUserIn struct {
	Username    string `json:"username" jsonschema_description:"3 to 64 letters, digits, dots, _ or -"`
	Email       string `json:"email,omitempty"`
	DisplayName string `json:"display_name,omitempty" jsonschema:"maxLength=200"`
	Password    string `json:"password,omitempty" jsonschema:"writeOnly=true" jsonschema_description:"12 to 128 characters; without one the user logs in by a token or a certificate"`
	Role        string `json:"role,omitempty" jsonschema:"enum=admin,enum=service,enum=user,enum=readonly,default=user"`
	IsActive    *bool  `json:"is_active,omitempty" jsonschema:"default=true" jsonschema_description:"false = may not log in yet"`
}

// CreateUser adds a user.
var CreateUser = registry.Define(registry.Spec{
	Name: "ratchet_create_user", Title: "Create user", Toolset: "admin", Category: "registry",
	Doc: "Call this to let a person log in. Admins and services are made by admins without a scope; " +
		"a bounded caller's user has the same bounds. " +
		"Programs get a key instead: ratchet_create_api_key.",
	Creates: true, Rate: registry.RateCreate, Audit: "user_created",
	Effect:   registry.Writes,
	Routes:   []registry.Route{{Method: "POST", Path: "/users", Field: "createUser", Created: "/users/{id}"}},
	Examples: []registry.Example{{Title: "A user who only reads", Args: json.RawMessage(`{"username":"ada","role":"readonly","password":"correct horse battery staple"}`)}},
}, createUser)

func createUser(ctx context.Context, d *registry.Deps, in CreateUserIn) (UserView, error) {
	u := ratchet.User{
		Username: in.Username, Email: in.Email, DisplayName: in.DisplayName, Role: ratchet.Role(in.Role),
		Active: in.IsActive == nil || *in.IsActive,
	}
	if err := mayGrant(ctx, u.Role); err != nil {
		return UserView{}, err
	}
	if err := credential.AcceptableUser(in.Username, in.Email); err != nil {
		return UserView{}, err
	}
	u.Bounds = registry.CallerFrom(ctx).Identity.Bounds() // whoever is made holds no more than who makes it
	if in.Password != "" {
		var err error
		if u.PasswordHash, err = credential.HashPassword(in.Password); err != nil {
			return UserView{}, err
		}
	}
	if err := d.Store.CreateUser(ctx, &u); err != nil {
		return UserView{}, userClash(ctx, d, &u, err)
	}
	return userView(&u), nil
}
