package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"ratchet/executor/policy"

	"ratchet"
	"ratchet/server/sources"
	"ratchet/storage"
)

// openTasks loads the tasks below dir and returns the folder that keeps them.
// What is wrong with a task is logged and does not keep the server from
// starting: the task stays as it was stored.
func openTasks(ctx context.Context, db *storage.DB, dir string, most policy.Bounds, log *slog.Logger) (sources.Folder, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return sources.Folder{}, fmt.Errorf("find the folder of tasks %s: %w", dir, err)
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return sources.Folder{}, ratchet.Errorf(ratchet.CodeConfig, "registry.tasks_dir: the folder %s cannot be made", root).Wrap(err).
			WithHint("name a folder that can be written, or leave it out")
	}
	found, err := sources.LoadRoot(root)
	if err != nil {
		return sources.Folder{}, err
	}
	seen := map[string]string{}
	for _, f := range found {
		at := log.With("folder", f.Path)
		for _, p := range f.Problems {
			at.Warn("problem in a task's files", "problem", p.String())
		}
		if f.Removed {
			at.Info("task not loaded: it was deleted; it comes back when one of its files changes or .removed is deleted")
			continue
		}
		if f.Err != nil {
			at.Error("task not loaded", "error", f.Err)
			continue
		}
		if sources.Unusable(f.Problems) {
			at.Error("task not loaded: its files have the errors above")
			continue
		}
		if sources.Failed(f.Problems) {
			at.Error("task loaded without the tests that have the errors above")
		}
		if other, twice := seen[f.Task.Name]; twice {
			at.Error("task not loaded: its name is taken", "task", f.Task.Name, "by", other)
			continue
		}
		seen[f.Task.Name] = f.Path
		if _, err := most.Policy(f.Task.Metadata); err != nil {
			at.Error("task not loaded: a limit is above its bound", "task", f.Task.Name, "error", err)
			continue
		}
		what, err := loadTask(ctx, db, f.Task)
		if err != nil {
			at.Error("task not loaded", "task", f.Task.Name, "error", err)
			continue
		}
		at.Info("task "+what, "task", f.Task.Name)
	}
	return sources.Folder{Root: root}, nil
}

// loadTask brings the row of t to what its files say.
func loadTask(ctx context.Context, db *storage.DB, t *ratchet.Task) (what string, err error) {
	t.Source = "tasks"
	stored, err := storedTask(ctx, db, t)
	if err != nil {
		return "", err
	}
	if stored == nil {
		return "added", db.CreateTask(ctx, t, "loaded from its folder", "")
	}
	t.ID = stored.ID
	same, err := sources.Same(t, stored)
	if err != nil {
		return "", err
	}
	if same && stored.Path == t.Path && stored.SourceType == t.SourceType {
		return "unchanged", nil
	}
	_, err = db.UpdateTask(ctx, t, storage.UpdateOptions{Note: "loaded from its folder", Backup: !same, Overwrite: true})
	return "changed", err
}

// storedTask is the row of t by name, else by id; nil when there is none.
func storedTask(ctx context.Context, db *storage.DB, t *ratchet.Task) (*ratchet.Task, error) {
	for _, ref := range []string{t.Name, t.ID} {
		stored, err := db.Task(ctx, ref)
		switch {
		case ratchet.CodeOf(err) == ratchet.CodeNotFound:
		case err != nil:
			return nil, err
		case stored.Name == t.Name || stored.ID == t.ID: // a name may look like a number
			return stored, nil
		}
	}
	return nil, nil
}
