package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/storage"
)

// ListUsersIn are the arguments of ratchet_list_users.
type ListUsersIn struct {
	User     string `json:"user_id,omitempty" jsonschema_description:"only this one: UUID, username or email"`
	Username string `json:"username,omitempty" jsonschema_description:"part of the username"`
	Email    string `json:"email,omitempty" jsonschema_description:"part of the email"`
	Role     string `json:"role,omitempty" jsonschema:"enum=admin,enum=service,enum=user,enum=readonly"`
	IsActive *bool  `json:"is_active,omitempty" jsonschema_description:"false = those who cannot log in"`
	SortBy   string `json:"sort_by,omitempty" jsonschema:"enum=username,enum=created_at,enum=updated_at,enum=last_login_at,default=username"`
	registry.ListIn
}

// ListUsersOut is the result of ratchet_list_users.
type ListUsersOut struct {
	Users []registry.Row[UserView] `json:"users"`
	registry.ListOut
}

// ListUsers shows who may log in.
var ListUsers = registry.Define(registry.Spec{
	Name: "ratchet_list_users", Title: "List users", Toolset: "admin", Category: "registry",
	Doc: "Call this to see who may log in, with which role and when they did last; a bounded caller sees those that reach no further. " +
		"Next: ratchet_create_user, ratchet_update_user.",
	Omits:  leanList("users", "is_active=true", "has_password=true", "created_at", "updated_at"),
	Effect: registry.Reads, Filters: storage.UserFilters,
	Routes: []registry.Route{
		{Method: "GET", Path: "/users", Field: "users"},
		{Method: "GET", Path: "/users/{user_id}", Field: "user", One: true, Doc: "One user"},
	},
	Examples: []registry.Example{{Title: "All admins", Args: json.RawMessage(`{"role":"admin"}`)}},
}, listUsers)

func listUsers(ctx context.Context, d *registry.Deps, in ListUsersIn) (ListUsersOut, error) {
	q, err := in.Query(in.SortBy, in.filters()...)
	if err != nil {
		return ListUsersOut{}, err
	}
	if in.User != "" {
		u, err := d.Store.User(ctx, in.User, userWithin(ctx))
		if err != nil {
			return ListUsersOut{}, err
		}
		q.Filters = append(q.Filters, ratchet.Filter{Field: "id", Operator: ratchet.OpEQ, Value: u.ID})
	}
	page, err := d.Store.ListUsers(ctx, q, userWithin(ctx))
	if err != nil {
		return ListUsersOut{}, err
	}
	items := make([]UserView, len(page.Items))
	for i := range page.Items {
		items[i] = userView(&page.Items[i])
	}
	out := ListUsersOut{ListOut: registry.NewListOut(q, page.Total, page.NextCursor)}
	out.Users, err = registry.Rows(items, in.Fields)
	return out, err
}

func (in ListUsersIn) filters() []ratchet.Filter {
	var out []ratchet.Filter
	add := func(field string, op ratchet.Operator, value any) {
		out = append(out, ratchet.Filter{Field: field, Operator: op, Value: value})
	}
	if in.Username != "" {
		add("username", ratchet.OpContains, in.Username)
	}
	if in.Email != "" {
		add("email", ratchet.OpContains, in.Email)
	}
	if in.Role != "" {
		add("role", ratchet.OpEQ, in.Role)
	}
	if in.IsActive != nil {
		add("is_active", ratchet.OpEQ, *in.IsActive)
	}
	return out
}
