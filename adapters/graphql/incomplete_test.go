package graphql_test

import (
	"context"
	"strings"
	"testing"

	"ratchet"
	"ratchet/adapters/graphql"
	"ratchet/tools"
)

// TestIncompletePage: a search that stopped before the page was full says so,
// and leads on by its cursor, whatever the total says.
func TestIncompletePage(t *testing.T) {
	type in struct {
		tools.ListIn
		SortBy string `json:"sort_by,omitempty" jsonschema:"enum=id,default=id"`
	}
	type item struct {
		ID string `json:"id"`
	}
	type out struct {
		Items []item `json:"items"`
		tools.ListOut
	}
	list := tools.Define(tools.Spec{
		Name: "ratchet_list_items", Title: "List", Doc: "Lists what was found.", Toolset: "core", Category: "discovery", Effect: tools.Reads,
		Routes: []tools.Route{{Method: "GET", Path: "/items", Field: "items"}},
		Filters: func() []ratchet.FilterField {
			return []ratchet.FilterField{{Name: "id", Type: ratchet.FilterText, Operators: []ratchet.Operator{ratchet.OpEQ}}}
		},
	}, func(_ context.Context, _ *tools.Deps, in in) (out, error) {
		q, err := in.Query("id")
		return out{Items: []item{{"a"}, {"b"}}, ListOut: tools.NewListOut(q, 2, "behind").Incomplete()}, err
	})
	r, err := tools.NewRegistry(list)
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
	of(t, graphql.Config{Registry: r, Deps: &tools.Deps{}}).must(&got, "{ items { items { id } meta { hasNext nextCursor note } } }", nil)
	if m := got.Items.Meta; len(got.Items.Items) != 2 || !m.HasNext || m.NextCursor != "behind" || !strings.Contains(m.Note, "go on with the cursor") {
		t.Errorf("%+v", got)
	}
}
