package tools

import (
	"context"

	"ratchet/registry"

	"ratchet"
)

// UserView is a user as a caller sees it. Passwords are never shown.
type UserView struct {
	ID          string      `json:"id" jsonschema_description:"UUID"`
	Username    string      `json:"username"`
	Email       string      `json:"email,omitempty"`
	DisplayName string      `json:"display_name,omitempty"`
	Role        string      `json:"role"`
	Bounds      *BoundsView `json:"bounds,omitempty" jsonschema_description:"what narrows the user below the role: the bounds of who made it"`
	IsActive    bool        `json:"is_active"`
	HasPassword bool        `json:"has_password" jsonschema_description:"without one the user logs in by a token or a certificate"`
	CreatedAt   string      `json:"created_at"`
	UpdatedAt   string      `json:"updated_at"`
	LastLoginAt string      `json:"last_login_at,omitempty" jsonschema_description:"absent when never"`
}

// BoundsView is what narrows a caller below its role.
type BoundsView struct {
	Tools               []string        `json:"tools,omitempty"`
	DeniedTools         []string        `json:"denied_tools,omitempty"`
	Toolsets            []string        `json:"toolsets,omitempty"`
	AllowedTaskPatterns []string        `json:"allowed_task_patterns,omitempty"`
	DeniedTaskPatterns  []string        `json:"denied_task_patterns,omitempty"`
	Withheld            []ratchet.Right `json:"withheld,omitempty"`
	RateTier            string          `json:"rate_tier,omitempty"`
	AllowedIPs          []string        `json:"allowed_ips,omitempty"`
	ExpiresAt           string          `json:"expires_at,omitempty"`
}

func boundsView(b ratchet.Bounds) *BoundsView {
	if b.Empty() {
		return nil
	}
	return &BoundsView{
		b.Scope.Tools, b.Scope.DeniedTools, b.Scope.Toolsets, b.Scope.TaskPatterns, b.Scope.DeniedTasks, b.Scope.Withheld,
		b.Tier, b.AllowedIPs, registry.Stamp(b.ExpiresAt),
	}
}

func userView(u *ratchet.User) UserView {
	return UserView{
		ID: u.ID, Username: u.Username, Email: u.Email, DisplayName: u.DisplayName, Role: string(u.Role), Bounds: boundsView(u.Bounds),
		IsActive: u.Active, HasPassword: u.PasswordHash != "",
		CreatedAt: registry.Stamp(u.CreatedAt), UpdatedAt: registry.Stamp(u.UpdatedAt), LastLoginAt: registry.Stamp(u.LastLoginAt),
	}
}

// mayGrant refuses to touch a role beyond the caller's own reach: only an
// admin without a scope makes, changes or ends admins and services. A caller
// without a role is this program itself.
func mayGrant(ctx context.Context, role ratchet.Role) error {
	p := registry.CallerFrom(ctx).Identity
	if role == ratchet.RoleUser || role == ratchet.RoleReadonly || p.Role == "" || (p.Role == ratchet.RoleAdmin && p.Scope.Empty()) {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeDenied, "only an admin without a scope may do this with the role %s", role).
		At("/role").With(ratchet.FieldAllowed, []string{string(ratchet.RoleReadonly), string(ratchet.RoleUser)}).
		WithHint("ask such an admin, or choose another role")
}
