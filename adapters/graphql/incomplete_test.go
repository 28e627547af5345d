package graphql_test

import (
	"context"
	"strings"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/adapters/graphql"
)

// TestIncompletePage: a search that stopped before the page was full says so,
// and leads on by its cursor, whatever the total says.
func TestIncompletePage(t *testing.T) {
	type in struct {
		registry.ListIn
		SortBy string `json:"sort_by,omitempty" jsonschema:"enum=id,default=id"`
	}
	type item struct {
		ID string `json:"id"`
	}
	type out struct {
		Items []item `json:"items"`
		registry.ListOut
	}
	list := registry.Define(registry.Spec{
		Name: "ratchet_list_items", Title: "List", Doc: "Lists what was found.", Toolset: "core", Category: "discovery", Effect: registry.Reads,
		Routes: []registry.Route{{Method: "GET", Path: "/items", Field: "items"}},
		Filters: func() []ratchet.FilterField {
			return []ratchet.FilterField{{Name: "id", Type: ratchet.FilterText, Operators: []ratchet.Operator{ratchet.OpEQ}}}
		},
	}, func(_ context.Context, _ *registry.Deps, in in) (out, error) {
		q, err := in.Query("id")
		return out{Items: []item{{"a"}, {"b"}}, ListOut: registry.NewListOut(q, 2, "behind").Incomplete()}, err
	})
	r, err := registry.New(list)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Items struct {
			Items []struct{ ID string }
			Meta  struct {
				HasNext          bool
				NextCursor, Note string
			}
		}
	}
	of(t, graphql.Config{Registry: r, Deps: &registry.Deps{}}).must(&got, "{ items { items { id } meta { hasNext nextCursor note } } }", nil)
	if m := got.Items.Meta; len(got.Items.Items) != 2 || !m.HasNext || m.NextCursor != "behind" || !strings.Contains(m.Note, "go on with the cursor") {
		t.Errorf("%+v", got)
	}
}
