package tools

import (
	"context"
	"encoding/json"
	"fmt"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
	"ratchet/storage"
)

// DeleteTaskIn are the arguments of ratchet_delete_task.
type DeleteTaskIn struct {
	TaskID       string `json:"task_id" jsonschema:"minLength=1" jsonschema_description:"name, UUID or number" shown:""`
	CreateBackup bool   `json:"create_backup,omitempty" jsonschema:"default=true" jsonschema_description:"archive the task first" shown:""`
	DeleteFiles  bool   `json:"delete_files,omitempty" jsonschema_description:"also remove its folder" shown:"remove its folder too"`
	Force        bool   `json:"force,omitempty" jsonschema_description:"delete although executions are running" shown:"although executions run"`
}

// Reference is something that refers to a task.
type Reference struct {
	Type string `json:"type" jsonschema:"enum=execution"`
	ID   string `json:"id"`
}

// DeleteTaskOut is the result of ratchet_delete_task.
type DeleteTaskOut struct {
	TaskID        string      `json:"task_id"`
	TaskName      string      `json:"task_name"`
	Success       bool        `json:"success"`
	BackupCreated bool        `json:"backup_created"`
	BackupID      string      `json:"backup_id,omitempty" jsonschema_description:"ratchet_restore_task brings it back"`
	FilesDeleted  []string    `json:"files_deleted"`
	References    []Reference `json:"references"`
	Force         bool        `json:"force"`
	Message       string      `json:"message"`
	DeletedAt     string      `json:"deleted_at"`
}

// DeleteTask removes a task.
var DeleteTask = registry.Define(registry.Spec{
	Name: "ratchet_delete_task", Title: "Delete task", Toolset: "core", Category: "development",
	Doc: "Call this to remove a task for good. The history of its executions stays, and a backup that ratchet_restore_task brings back. " +
		"While executions are pending or running it is refused unless force is set.",
	Omits:  []string{"task_id", "backup_created", "force", "deleted_at"},
	Effect: registry.Destroys,
	Routes: []registry.Route{
		{Method: "DELETE", Path: "/tasks/{task_id}", Field: "deleteTask"},
		{Method: "DELETE", Path: "/mcp/tasks/{task_id}", Field: "mcpDeleteTask"},
	},
	Examples: []registry.Example{{
		Title: "Delete a task and keep a backup",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args}},
		Args:  json.RawMessage(`{"task_id":"add"}`),
	}},
}, deleteTask)

func deleteTask(ctx context.Context, d *registry.Deps, in DeleteTaskIn) (DeleteTaskOut, error) {
	t, err := activeTask(ctx, d, in.TaskID)
	if err != nil {
		return DeleteTaskOut{}, err
	}
	if err := changeable(d, t); err != nil {
		return DeleteTaskOut{}, err
	}
	running, err := d.Store.TaskReferences(ctx, t.ID)
	if err != nil {
		return DeleteTaskOut{}, err
	}
	refs := make([]Reference, len(running))
	for i, id := range running {
		refs[i] = Reference{Type: "execution", ID: id}
	}
	if len(refs) > 0 && !in.Force {
		return DeleteTaskOut{}, ratchet.Errorf(ratchet.CodeConflict, "%d executions of task %s are pending or running", len(refs), t.Name).
			At("/task_id").With("references", refs).WithHint("wait for them, or call again with force: true")
	}
	backup, err := d.Store.DeleteTask(ctx, t.ID, storage.DeleteOptions{Backup: in.CreateBackup})
	if err != nil {
		return DeleteTaskOut{}, err
	}
	publish(d, events.TaskDeleted, t)
	out := DeleteTaskOut{
		TaskID: t.ID, TaskName: t.Name, Success: true, BackupCreated: backup != "", BackupID: backup,
		FilesDeleted: []string{}, References: refs, Force: in.Force, DeletedAt: registry.Stamp(now(d)),
		Message: fmt.Sprintf("task %s is deleted without a backup", t.Name),
	}
	if backup != "" {
		out.Message = fmt.Sprintf("task %s is deleted; ratchet_restore_task brings it back", t.Name)
	}
	kept := d.Folder != nil && t.Path != "" && t.Path == d.Folder.Path(t)
	if d.Folder != nil && t.Path != "" && !in.DeleteFiles {
		out.Message += keepFiles(ctx, d, t)
	}
	if kept && in.DeleteFiles {
		files, err := d.Folder.Remove(ctx, t)
		if err != nil {
			d.Log.Error("remove the folder of a task", "task", t.Name, "error", err)
			out.Message += "; its files could not be removed"
		}
		out.FilesDeleted = append(out.FilesDeleted, files...)
	}
	return out, nil
}

// keepFiles leaves the files of a deleted task where they are, and sees to it that they
// are not loaded again.
func keepFiles(ctx context.Context, d *registry.Deps, t *ratchet.Task) (said string) {
	if err := d.Folder.MarkRemoved(ctx, t); err != nil {
		d.Log.Error("mark the folder of a task", "task", t.Name, "error", err)
		return fmt.Sprintf("; its files stay in %s, and the next start of the server loads them again: remove them, or call with delete_files: true", t.Path)
	}
	return fmt.Sprintf("; its files stay in %s and are not loaded again until one of them changes; delete_files: true removes them too", t.Path)
}
