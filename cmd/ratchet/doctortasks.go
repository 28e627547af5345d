package main

import (
	"context"

	"ratchet"
	"ratchet/tools"
)

// tasksAboveBounds is one finding for each stored task whose metadata names a
// limit above the operator's bounds, or is otherwise refused: it does not run.
func tasksAboveBounds(ctx context.Context, d *tools.Deps) ([]finding, error) {
	var list []finding
	query := ratchet.Query{Limit: 100}
	for {
		page, err := d.Store.ListTasks(ctx, query)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			t := &page.Items[i]
			if _, err := d.Exec.Bounds().Policy(t.Metadata); err != nil {
				e := ratchet.AsError(err)
				list = append(list, finding{
					Check: "task " + t.Name, Status: findingWarn, Detail: "does not run: " + e.Message, Hint: e.Hint,
				})
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return list, nil
		}
	}
}
