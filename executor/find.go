package executor

import (
	"context"

	"ratchet"
	"ratchet/schema"
	"ratchet/storage"
)

// maxNames is how many task names a misspelt one is compared with.
const maxNames = 1000

// FindTask is the task that a name, name@version, UUID or number means. When
// there is none, the error names the nearest task.
func FindTask(ctx context.Context, db *storage.DB, ref string) (*ratchet.Task, error) {
	t, err := db.Task(ctx, ref)
	if ratchet.CodeOf(err) != ratchet.CodeNotFound {
		return t, err
	}
	e := *ratchet.AsError(err)
	known := &e
	if known.Fields[ratchet.FieldPointer] == nil {
		known = known.At("/task_id")
	}
	// The refusal stands whether or not the names can be read.
	names, _ := db.TaskNames(ctx, "", maxNames)
	if near := schema.Nearest(ref, names); near != "" {
		known = known.With(ratchet.FieldNearest, near)
	}
	return nil, known
}
