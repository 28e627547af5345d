package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"

	"ratchet"
	"ratchet/storage"
)

// ListSecretsIn are the arguments of ratchet_list_secrets.
type ListSecretsIn struct {
	Name   string `json:"name,omitempty" jsonschema_description:"only this one"`
	SortBy string `json:"sort_by,omitempty" jsonschema:"enum=name,enum=created_at,enum=updated_at,default=name"`
	registry.ListIn
}

// ListSecretsOut is the result of ratchet_list_secrets.
type ListSecretsOut struct {
	Secrets []registry.Row[SecretView] `json:"secrets"`
	Message string                     `json:"message,omitempty" jsonschema_description:"values in the configuration that are bound to nothing, by name"`
	registry.ListOut
}

// ListSecrets shows which secrets there are and what they are bound to.
var ListSecrets = registry.Define(registry.Spec{
	Name: "ratchet_list_secrets", Title: "List secrets", Toolset: "admin", Category: "registry",
	Doc: "Call this to see which secrets there are, which tasks, roles and hosts each is bound to, and whether it can be used. " +
		"Values are never shown. Next: ratchet_set_secret to change a binding.",
	Omits:  leanList("secrets", "created_by", "created_at"),
	Effect: registry.Reads, Filters: storage.SecretFilters,
	Routes: []registry.Route{
		{Method: "GET", Path: "/secrets", Field: "secrets"},
		{Method: "GET", Path: "/secrets/{name}", Field: "secret", One: true, Doc: "One secret, without its value"},
	},
	Examples: []registry.Example{{
		Title: "All secrets",
		Setup: []registry.Call{{Tool: "ratchet_set_secret", Args: json.RawMessage(`{"name":"API_TOKEN","value":"example","task_patterns":["report-*"]}`)}},
		Args:  json.RawMessage(`{}`),
	}},
}, listSecrets)

func listSecrets(ctx context.Context, d *registry.Deps, in ListSecretsIn) (ListSecretsOut, error) {
	v, err := vault(ctx, d)
	if err != nil {
		return ListSecretsOut{}, err
	}
	var extra []ratchet.Filter
	if in.Name != "" {
		if s, err := d.Store.Secret(ctx, in.Name); err != nil {
			return ListSecretsOut{}, err
		} else if s == nil {
			return ListSecretsOut{}, ratchet.Errorf(ratchet.CodeNotFound, "there is no secret %q", in.Name).At("/name").
				WithHint("list them with ratchet_list_secrets").Next("ratchet_list_secrets", nil)
		}
		extra = append(extra, ratchet.Filter{Field: "name", Operator: ratchet.OpEQ, Value: in.Name})
	}
	q, err := in.Query(in.SortBy, extra...)
	if err != nil {
		return ListSecretsOut{}, err
	}
	page, err := d.Store.ListSecrets(ctx, q)
	if err != nil {
		return ListSecretsOut{}, err
	}
	unbound, err := v.Unbound(ctx)
	if err != nil {
		return ListSecretsOut{}, err
	}
	out := ListSecretsOut{ListOut: registry.NewListOut(q, page.Total, page.NextCursor)}
	if len(unbound) > 0 {
		out.Message = "in the configuration and bound to nothing: " + unboundText(unbound) + "; bind them with ratchet_set_secret"
	}
	items := make([]SecretView, len(page.Items))
	for i := range page.Items {
		items[i] = secretView(v, &page.Items[i])
	}
	out.Secrets, err = registry.Rows(items, in.Fields)
	return out, err
}
