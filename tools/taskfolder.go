package tools

import (
	"context"
	"time"

	"ratchet/executor/policy"

	"ratchet/registry"

	"ratchet"
	"ratchet/executor"
)

// publish tells live readers that a task changed.
func publish(d *registry.Deps, kind string, t *ratchet.Task) {
	if d.Bus == nil {
		return
	}
	shown := *t
	d.Bus.Publish(ratchet.Event{Kind: kind, ID: t.ID, Task: t.Name, At: now(d), Data: &shown})
}

func now(d *registry.Deps) time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

// placeFolder says in the row where the task's files will be.
func placeFolder(d *registry.Deps, t *ratchet.Task) {
	if d.Folder == nil {
		return
	}
	t.Path, t.SourceType = d.Folder.Path(t), "filesystem"
	if t.Source == "" {
		t.Source = "tasks"
	}
}

// saveFolder writes the task's files where tasks have files. The row is the
// truth: a folder that cannot be written is a warning. before are the files it
// had: those that it no longer has are removed.
func saveFolder(ctx context.Context, d *registry.Deps, t *ratchet.Task, before map[string]string) (warning string) {
	if d.Folder == nil {
		return ""
	}
	var gone []string
	for name := range before {
		if _, has := t.Files[name]; !has {
			gone = append(gone, name)
		}
	}
	// The row is stored: its files follow even when the caller has gone.
	if _, err := d.Folder.Save(context.WithoutCancel(ctx), t, gone...); err != nil {
		if d.Log != nil {
			d.Log.Error("save the folder of a task", "task", t.Name, "error", err)
		}
		return "the task is stored, but its files could not be written"
	}
	return ""
}

// changeable refuses tasks that must not be changed or deleted.
func changeable(d *registry.Deps, t *ratchet.Task) error {
	policy, err := policy.Parse(t.Metadata)
	if err == nil && policy.ReadOnly {
		return ratchet.Errorf(ratchet.CodeDenied, "task %s is read-only: its metadata has readonly or system_task", t.Name).
			At("/task_id").WithHint("create a task of your own with another name by ratchet_create_task")
	}
	if t.SourceType == "embedded" || (t.SourceType == "filesystem" && (d.Folder == nil || t.Path == "")) {
		return ratchet.Errorf(ratchet.CodeConflict, "task %s comes from the read-only source %q", t.Name, t.Source).
			At("/task_id").WithHint("change it in its source, or create a copy with another name by ratchet_create_task")
	}
	return nil
}

// activeTask is the active version of the task that ref means.
func activeTask(ctx context.Context, d *registry.Deps, ref string) (*ratchet.Task, error) {
	t, err := executor.FindTask(ctx, d.Store, ref)
	if err != nil {
		return nil, err
	}
	active, err := d.Store.Task(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	if active.Version != t.Version {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "only the active version %s of task %s can be changed, not %s", active.Version, active.Name, t.Version).
			At("/task_id").WithHint("leave the version out of task_id")
	}
	return active, nil
}
