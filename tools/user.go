package tools

import (
	"context"

	"ratchet"
)

// UserView is a user as a caller sees it. Passwords are never shown.
type UserView struct {
	ID          string `json:"id" jsonschema_description:"UUID"`
	Username    string `json:"username"`
	Email       string `json:"email,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
	Role        string `json:"role"`
	IsActive    bool   `json:"is_active"`
	HasPassword bool   `json:"has_password" jsonschema_description:"without one the user logs in by a token or a certificate"`
	CreatedAt   string `json:"created_at"`
	UpdatedAt   string `json:"updated_at"`
	LastLoginAt string `json:"last_login_at,omitempty" jsonschema_description:"absent when never"`
}

func userView(u *ratchet.User) UserView {
	return UserView{
		ID: u.ID, Username: u.Username, Email: u.Email, DisplayName: u.DisplayName, Role: string(u.Role),
		IsActive: u.Active, HasPassword: u.PasswordHash != "",
		CreatedAt: Stamp(u.CreatedAt), UpdatedAt: Stamp(u.UpdatedAt), LastLoginAt: Stamp(u.LastLoginAt),
	}
}

// mayGrant refuses to touch a role beyond the caller's own reach: only an
// admin without a scope makes, changes or ends admins and services. A caller
// without a role is this program itself.
func mayGrant(ctx context.Context, role ratchet.Role) error {
	p := CallerFrom(ctx).Identity
	if role == ratchet.RoleUser || role == ratchet.RoleReadonly || p.Role == "" || (p.Role == ratchet.RoleAdmin && p.Scope.Empty()) {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeDenied, "only an admin without a scope may do this with the role %s", role).
		At("/role").With(ratchet.FieldAllowed, []string{string(ratchet.RoleReadonly), string(ratchet.RoleUser)}).
		WithHint("ask such an admin, or choose another role")
}
