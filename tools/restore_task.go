package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/storage"
)

// RestoreTaskIn are the arguments of ratchet_restore_task.
type RestoreTaskIn struct {
	TaskID   string `json:"task_id,omitempty" jsonschema:"minLength=1" jsonschema_description:"its newest backup; name, UUID or number, of a deleted task name or UUID"`
	BackupID string `json:"backup_id,omitempty" jsonschema:"minLength=1" jsonschema_description:"this backup, as a result named it"`
	Confirm  bool   `json:"confirm,omitempty" jsonschema_description:"replace the present state of a task that is not deleted; it is kept as a backup"`
}

// RestoreTaskOut is the result of ratchet_restore_task.
type RestoreTaskOut struct {
	TaskID           string   `json:"task_id"`
	TaskName         string   `json:"task_name"`
	Version          string   `json:"version"`
	Enabled          bool     `json:"enabled"`
	BackupID         string   `json:"backup_id" jsonschema_description:"the backup that was restored"`
	SavedAt          string   `json:"saved_at" jsonschema_description:"when the task was as it is now"`
	Recreated        bool     `json:"recreated" jsonschema_description:"the task had been deleted"`
	ReplacedBackupID string   `json:"replaced_backup_id,omitempty" jsonschema_description:"the state that was replaced; restoring it undoes this"`
	Warnings         []string `json:"warnings"`
	Checksum         string   `json:"checksum"`
	Revision         string   `json:"revision"`
	URI              string   `json:"uri"`
	Message          string   `json:"message"`
}

// RestoreTask brings back what an edit or the deletion of a task saved.
var RestoreTask = registry.Define(registry.Spec{
	Name: "ratchet_restore_task", Title: "Restore task", Toolset: "control", Category: "development",
	Doc: "Call this to bring back a deleted task, or a task as it was before an edit: code, schemas, metadata and tests. " +
		"Give the backup_id of a result, or task_id for the newest backup. The state that it replaces is kept as a backup. Next: ratchet_get_task.",
	Omits:  []string{"task_id", "enabled=true", "recreated=false", "checksum", "uri"},
	Effect: registry.Writes,
	Routes: []registry.Route{{Method: "POST", Path: "/tasks/{task_id}/restore", Field: "restoreTask"}},
	Examples: []registry.Example{{
		Title: "Bring back a deleted task",
		Setup: []registry.Call{
			{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args},
			{Tool: "ratchet_delete_task", Args: json.RawMessage(`{"task_id":"add"}`)},
		},
		Args: json.RawMessage(`{"task_id":"add"}`),
	}},
}, restoreTask)

func restoreTask(ctx context.Context, d *registry.Deps, in RestoreTaskIn) (RestoreTaskOut, error) {
	b, err := in.backup(ctx, d)
	if err != nil {
		return RestoreTaskOut{}, err
	}
	present, err := d.Store.Task(ctx, b.TaskID)
	switch {
	case err == nil:
		if err := in.mayReplace(d, present, b); err != nil {
			return RestoreTaskOut{}, err
		}
	case ratchet.CodeOf(err) != ratchet.CodeNotFound:
		return RestoreTaskOut{}, err
	}
	// The operator's bounds may be lower than when the backup was made.
	if _, err := d.Exec.Bounds().Policy(b.Task.Metadata); err != nil {
		return RestoreTaskOut{}, in.refused(err)
	}
	t, replaced, err := d.Store.RestoreTask(ctx, b.ID, storage.RestoreOptions{Author: registry.CallerFrom(ctx).Principal, Place: func(t *ratchet.Task) { placeFolder(d, t) }})
	if err != nil {
		return RestoreTaskOut{}, in.refused(err)
	}
	out := RestoreTaskOut{
		TaskID: t.ID, TaskName: t.Name, Version: t.Version, Enabled: t.Enabled, BackupID: b.ID, SavedAt: registry.Stamp(b.CreatedAt),
		Recreated: replaced == "", ReplacedBackupID: replaced, Warnings: []string{}, Checksum: t.Checksum, Revision: taskRevision(t),
		URI: "ratchet://tasks/" + t.Name, Message: fmt.Sprintf("task %s is again as it was at %s", t.Name, registry.Stamp(b.CreatedAt)),
	}
	var before map[string]string
	if present != nil {
		before = present.Files
	}
	if warning := saveFolder(ctx, d, t, before); warning != "" {
		out.Warnings = append(out.Warnings, warning)
	}
	if out.Recreated {
		publish(d, events.TaskCreated, t)
	} else {
		publish(d, events.TaskUpdated, t)
	}
	return out, nil
}

// backup is the backup that the arguments mean.
func (in RestoreTaskIn) backup(ctx context.Context, d *registry.Deps) (*ratchet.TaskBackup, error) {
	switch {
	case in.TaskID == "" && in.BackupID == "":
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "neither backup_id nor task_id is given").At("/backup_id").
			WithHint("give the backup_id that ratchet_edit_task or ratchet_delete_task answered, or task_id for the newest backup of a task")
	case in.BackupID == "":
		b, err := d.Store.NewestTaskBackup(ctx, in.TaskID)
		if err != nil {
			return nil, ratchet.AsError(err).At("/task_id")
		}
		return b, nil
	}
	b, err := d.Store.TaskBackup(ctx, in.BackupID)
	if err != nil {
		return nil, ratchet.AsError(err).At("/backup_id")
	}
	if in.TaskID != "" && in.TaskID != b.TaskName && in.TaskID != b.TaskID && in.TaskID != fmt.Sprint(b.Task.Number) {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "backup %s is one of task %s", b.ID, b.TaskName).At("/task_id").
			WithHint("leave task_id out, or give %s", b.TaskName)
	}
	return b, nil
}

// refused is an error of the backup's content, at the argument that names the
// backup.
func (in RestoreTaskIn) refused(err error) error {
	e := *ratchet.AsError(err)
	e.Fields = maps.Clone(e.Fields)
	switch e.Code {
	case ratchet.CodeConflict:
		e.WithHint("another task has the name of the backup: delete it first, or create a copy of what you need with ratchet_create_task")
	case ratchet.CodeInvalid, ratchet.CodeDenied:
		e.Message = "the backup cannot be restored: " + e.Message
	default:
		return err
	}
	if in.BackupID == "" {
		return e.At("/task_id")
	}
	return e.At("/backup_id")
}

// mayReplace says whether the backup may take the place of a task that is there.
func (in RestoreTaskIn) mayReplace(d *registry.Deps, present *ratchet.Task, b *ratchet.TaskBackup) error {
	if err := changeable(d, present); err != nil {
		return err
	}
	if !in.Confirm {
		return ratchet.Errorf(ratchet.CodeInvalid, "task %s is there, changed at %s: the backup of %s would replace that state", present.Name, registry.Stamp(present.UpdatedAt), registry.Stamp(b.CreatedAt)).
			At("/confirm").With(ratchet.FieldAllowed, []string{"true"}).
			WithHint("call again with confirm: true; the present state is kept as a backup")
	}
	return nil
}
