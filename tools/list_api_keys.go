package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/storage"
)

// ListKeysIn are the arguments of ratchet_list_api_keys.
type ListKeysIn struct {
	Key      string `json:"key_id,omitempty" jsonschema_description:"only this one: UUID or name"`
	Name     string `json:"name,omitempty" jsonschema_description:"part of the name"`
	Role     string `json:"role,omitempty" jsonschema:"enum=admin,enum=service,enum=user,enum=readonly"`
	IsActive *bool  `json:"is_active,omitempty" jsonschema_description:"false = the revoked ones"`
	SortBy   string `json:"sort_by,omitempty" jsonschema:"enum=name,enum=created_at,enum=expires_at,enum=last_used_at,enum=usage_count,default=name"`
	registry.ListIn
}

// ListKeysOut is the result of ratchet_list_api_keys.
type ListKeysOut struct {
	Keys []registry.Row[KeyView] `json:"keys"`
	registry.ListOut
}

// ListKeys shows the API keys there are.
var ListKeys = registry.Define(registry.Spec{
	Name: "ratchet_list_api_keys", Title: "List API keys", Toolset: "admin", Category: "registry",
	Doc: "Call this to see which programs may call, what each key reaches and when it was used last. Keys themselves are never shown, " +
		"nor to a bounded caller keys that reach further. " +
		"Next: ratchet_revoke_api_key for unused keys.",
	Omits:  leanList("keys", "is_active=true", "created_by", "created_at"),
	Effect: registry.Reads, Filters: storage.APIKeyFilters,
	Routes: []registry.Route{
		{Method: "GET", Path: "/api-keys", Field: "apiKeys"},
		{Method: "GET", Path: "/api-keys/{key_id}", Field: "apiKey", One: true, Doc: "One API key"},
	},
	Examples: []registry.Example{{Title: "Keys by their last use", Args: json.RawMessage(`{"sort_by":"last_used_at","is_active":true}`)}},
}, listKeys)

func listKeys(ctx context.Context, d *registry.Deps, in ListKeysIn) (ListKeysOut, error) {
	var extra []ratchet.Filter
	add := func(field string, op ratchet.Operator, value any) {
		extra = append(extra, ratchet.Filter{Field: field, Operator: op, Value: value})
	}
	if in.Key != "" {
		k, err := d.Store.APIKey(ctx, in.Key, keyWithin(ctx))
		if err != nil {
			return ListKeysOut{}, err
		}
		add("id", ratchet.OpEQ, k.ID)
	}
	if in.Name != "" {
		add("name", ratchet.OpContains, in.Name)
	}
	if in.Role != "" {
		add("role", ratchet.OpEQ, in.Role)
	}
	if in.IsActive != nil {
		add("is_active", ratchet.OpEQ, *in.IsActive)
	}
	q, err := in.Query(in.SortBy, extra...)
	if err != nil {
		return ListKeysOut{}, err
	}
	page, err := d.Store.ListAPIKeys(ctx, q, keyWithin(ctx))
	if err != nil {
		return ListKeysOut{}, err
	}
	items := make([]KeyView, len(page.Items))
	for i := range page.Items {
		items[i] = keyView(&page.Items[i])
	}
	out := ListKeysOut{ListOut: registry.NewListOut(q, page.Total, page.NextCursor)}
	out.Keys, err = registry.Rows(items, in.Fields)
	return out, err
}
