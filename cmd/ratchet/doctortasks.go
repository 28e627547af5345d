package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ratchet/executor/policy"

	"ratchet/registry"

	"ratchet"
	"ratchet/storage"
)

// tasksAboveBounds is one finding for each stored task whose metadata names a
// limit above the operator's bounds or a secret that is not granted, or is
// otherwise refused: it does not run. Then comes one for each secret that tasks
// read because they did before secrets were bound.
func tasksAboveBounds(ctx context.Context, d *registry.Deps) ([]finding, error) {
	var list []finding
	query := ratchet.Query{Limit: 100}
	for {
		page, err := d.Store.ListTasks(ctx, query)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			list = append(list, aboveBounds(d.Exec.Bounds(), &page.Items[i])...)
			if err := d.Store.MayDeclare(ctx, &page.Items[i]); err != nil {
				list = append(list, doesNotRun(&page.Items[i], err))
			}
		}
		if query.Cursor = page.NextCursor; query.Cursor == "" {
			held, err := secretsUnbound(ctx, d)
			return append(list, held...), err
		}
	}
}

// aboveBounds is the finding of a task that does not run within bounds, if it does not.
func aboveBounds(bounds policy.Bounds, t *ratchet.Task) []finding {
	_, err := bounds.Policy(t.Metadata)
	if err == nil {
		return nil
	}
	return []finding{doesNotRun(t, err)}
}

func doesNotRun(t *ratchet.Task, err error) finding {
	e := ratchet.AsError(err)
	return finding{Check: "task " + t.Name, Status: findingWarn, Detail: "does not run: " + e.Message, Hint: e.Hint}
}

func secretsUnbound(ctx context.Context, d *registry.Deps) ([]finding, error) {
	holders, err := d.Store.SecretHolders(ctx)
	return secretFindings(storage.Inspection{Holders: holders}), err
}

// secretFindings are tasks that do not run for want of a secret, and secrets
// that tasks read because they did before secrets were bound.
func secretFindings(in storage.Inspection) (list []finding) {
	for _, err := range in.Refused {
		e := ratchet.AsError(err)
		list = append(list, finding{Check: "secrets of tasks", Status: findingWarn, Detail: e.Message + "; it does not run", Hint: e.Hint})
	}
	for _, name := range slices.Sorted(maps.Keys(in.Holders)) {
		tasks := in.Holders[name]
		list = append(list, finding{
			Check: "secret " + name, Status: findingWarn,
			Detail: "is bound to nothing: whoever edits one of these tasks reads it: " + strings.Join(tasks[:min(len(tasks), 10)], ", "),
			Hint:   "bind it with `ratchet secrets set " + name + " --keep-value --task-patterns …`",
		})
	}
	return list
}
