package main

import (
	"context"

	"ratchet"
	"ratchet/executor"
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
			list = append(list, aboveBounds(d.Exec.Bounds(), &page.Items[i])...)
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			return list, nil
		}
	}
}

// aboveBounds is the finding of a task that does not run within bounds, if it does not.
func aboveBounds(bounds executor.Bounds, t *ratchet.Task) []finding {
	_, err := bounds.Policy(t.Metadata)
	if err == nil {
		return nil
	}
	e := ratchet.AsError(err)
	return []finding{{Check: "task " + t.Name, Status: findingWarn, Detail: "does not run: " + e.Message, Hint: e.Hint}}
}
