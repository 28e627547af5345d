package tools

import (
	"context"
	"encoding/json"

	"ratchet/registry"
)

// ListVersionsIn are the arguments of ratchet_list_task_versions.
type ListVersionsIn struct {
	TaskID string `json:"task_id" jsonschema:"minLength=1" jsonschema_description:"name, UUID or number"`
	Page   int    `json:"page,omitempty" jsonschema:"minimum=0,default=0" jsonschema_description:"0-based page"`
	Limit  int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=1000,default=50" jsonschema_description:"page size"`
}

// VersionItem is a state a task had.
type VersionItem struct {
	ID        string `json:"id"`
	Version   string `json:"version"`
	Revision  int    `json:"revision" jsonschema_description:"counts edits inside one version, from 1"`
	Active    bool   `json:"active" jsonschema_description:"what the task is now"`
	Checksum  string `json:"checksum"`
	Note      string `json:"note" jsonschema_description:"what changed"`
	Author    string `json:"author,omitempty"`
	CreatedAt string `json:"created_at"`
}

// ListVersionsOut is the result of ratchet_list_task_versions.
type ListVersionsOut struct {
	TaskID     string        `json:"task_id"`
	TaskName   string        `json:"task_name"`
	Versions   []VersionItem `json:"versions"`
	TotalCount int           `json:"total_count"`
	HasMore    bool          `json:"has_more"`
}

// ListVersions shows the history of a task.
var ListVersions = registry.Define(registry.Spec{
	Name: "ratchet_list_task_versions", Title: "List task versions", Toolset: "control", Category: "development",
	Doc:    "Call this to see how a task came to be what it is: its versions and the edits inside each, newest first. Next: ratchet_get_task with name@version.",
	Omits:  []string{"task_id", "versions.id", "versions.checksum", "has_more=false"},
	Effect: registry.Reads,
	Routes: []registry.Route{{Method: "GET", Path: "/tasks/{task_id}/versions", Field: "taskVersions"}},
	Examples: []registry.Example{{
		Title: "The history of a task",
		Setup: []registry.Call{{Tool: "ratchet_create_task", Args: CreateTask.Examples[0].Args}},
		Args:  json.RawMessage(`{"task_id":"add"}`),
	}},
}, listVersions)

func listVersions(ctx context.Context, d *registry.Deps, in ListVersionsIn) (ListVersionsOut, error) {
	t, err := activeTask(ctx, d, in.TaskID)
	if err != nil {
		return ListVersionsOut{}, err
	}
	history, err := d.Store.TaskVersions(ctx, t.ID)
	if err != nil {
		return ListVersionsOut{}, err
	}
	from := min(in.Page*in.Limit, len(history))
	to := min(from+in.Limit, len(history))
	out := ListVersionsOut{TaskID: t.ID, TaskName: t.Name, Versions: []VersionItem{}, TotalCount: len(history), HasMore: to < len(history)}
	for i, v := range history[from:to] {
		out.Versions = append(out.Versions, VersionItem{
			ID: v.ID, Version: v.Version, Revision: v.Revision, Active: from+i == 0, Checksum: v.Task.Checksum,
			Note: v.Note, Author: v.Author, CreatedAt: registry.Stamp(v.CreatedAt),
		})
	}
	return out, nil
}
