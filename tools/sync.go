package tools

import (
	"context"
	"slices"

	"ratchet"
	"ratchet/registry"
)

// inSync says whether the files of a task say what its row does.
func inSync(d *registry.Deps, t *ratchet.Task) bool { return d.Folder == nil || d.Folder.InSync(t) }

// refreshSync compares every task with its files, for a list that filters by the outcome.
func refreshSync(ctx context.Context, d *registry.Deps, filters []ratchet.Filter) error {
	asked := func(f ratchet.Filter) bool { return f.Field == "in_sync" }
	if d.Folder == nil || !slices.ContainsFunc(filters, asked) {
		return nil
	}
	differ := []string{}
	for cursor, more := "", true; more; more = cursor != "" {
		page, err := d.Store.ListTasks(ctx, ratchet.Query{Limit: 100, Cursor: cursor})
		if err != nil {
			return err
		}
		for i := range page.Items {
			if t := &page.Items[i]; !d.Folder.InSync(t) {
				differ = append(differ, t.ID)
			}
		}
		cursor = page.NextCursor
	}
	return d.Store.MarkSync(ctx, differ)
}
