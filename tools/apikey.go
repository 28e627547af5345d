package tools

import (
	"net/netip"
	"time"

	"ratchet/registry"

	"ratchet"
)

// KeyView is an API key as a caller sees it, without the key.
type KeyView struct {
	ID                  string          `json:"id" jsonschema_description:"UUID"`
	Name                string          `json:"name"`
	KeyPrefix           string          `json:"key_prefix" jsonschema_description:"how the key begins"`
	Permissions         string          `json:"permissions" jsonschema_description:"full = role service, execute = user, read = readonly"`
	Role                string          `json:"role"`
	Tools               []string        `json:"tools,omitempty"`
	DeniedTools         []string        `json:"denied_tools,omitempty"`
	Toolsets            []string        `json:"toolsets,omitempty"`
	AllowedTaskPatterns []string        `json:"allowed_task_patterns,omitempty"`
	DeniedTaskPatterns  []string        `json:"denied_task_patterns,omitempty"`
	Withheld            []ratchet.Right `json:"withheld,omitempty" jsonschema_description:"rights that the key does not have: those of can_… that are false"`
	RateTier            string          `json:"rate_tier,omitempty" jsonschema_description:"absent = as configured"`
	AllowedIPs          []string        `json:"allowed_ips,omitempty"`
	IsActive            bool            `json:"is_active" jsonschema_description:"false = revoked"`
	CreatedBy           string          `json:"created_by,omitempty"`
	CreatedAt           string          `json:"created_at"`
	ExpiresAt           string          `json:"expires_at,omitempty" jsonschema_description:"absent = never"`
	LastUsedAt          string          `json:"last_used_at,omitempty" jsonschema_description:"absent = never"`
	UsageCount          int64           `json:"usage_count"`
}

// NewKeyView is a key that was just made: the only time it is shown.
type NewKeyView struct {
	Key string `json:"key" jsonschema_description:"the key itself; it is not shown again"`
	KeyView
}

func keyView(k *ratchet.APIKey) KeyView {
	permissions := ""
	for name, role := range keyPermissions() {
		if role == k.Role {
			permissions = name
		}
	}
	return KeyView{
		ID: k.ID, Name: k.Name, KeyPrefix: k.Prefix, Permissions: permissions, Role: string(k.Role),
		Tools: k.Scope.Tools, DeniedTools: k.Scope.DeniedTools, Toolsets: k.Scope.Toolsets,
		AllowedTaskPatterns: k.Scope.TaskPatterns, DeniedTaskPatterns: k.Scope.DeniedTasks, Withheld: k.Scope.Withheld,
		RateTier: k.Tier, AllowedIPs: k.AllowedIPs, IsActive: k.Active, CreatedBy: k.CreatedBy,
		CreatedAt: registry.Stamp(k.CreatedAt), ExpiresAt: registry.Stamp(k.ExpiresAt), LastUsedAt: registry.Stamp(k.LastUsedAt), UsageCount: k.UsageCount,
	}
}

// keyPermissions are the roles of keys by the names keys have for them.
func keyPermissions() map[string]ratchet.Role {
	return map[string]ratchet.Role{
		"admin": ratchet.RoleAdmin, "full": ratchet.RoleService, "execute": ratchet.RoleUser, "read": ratchet.RoleReadonly,
	}
}

// expiry reads when a key ends; it must be to come. Empty is zero.
func expiry(d *registry.Deps, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || !at.After(now(d)) {
		return at, ratchet.Errorf(ratchet.CodeInvalid, "expires_at %q is not in the future", text).At("/expires_at").
			With(ratchet.FieldExample, now(d).AddDate(1, 0, 0).UTC().Format(time.RFC3339)).WithHint("write an RFC 3339 time as in the example")
	}
	return at.UTC(), nil
}

// acceptableIPs refuses what is neither an address nor a network.
func acceptableIPs(list []string) error {
	for _, text := range list {
		if _, err := netip.ParseAddr(text); err == nil {
			continue
		}
		if _, err := netip.ParsePrefix(text); err != nil {
			return ratchet.Errorf(ratchet.CodeInvalid, "%q is neither an address nor a network", text).At("/allowed_ips").
				With(ratchet.FieldExample, []string{"192.0.2.7", "2001:db8::/32"}).WithHint("write addresses or networks as in the example")
		}
	}
	return nil
}
