package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/storage"
)

// ListTasksIn are the arguments of ratchet_list_available_tasks.
type ListTasksIn struct {
	Filter          string   `json:"filter,omitempty" jsonschema:"maxLength=200" jsonschema_description:"part of the name"`
	IncludeSchemas  bool     `json:"include_schemas,omitempty"`
	Category        string   `json:"category,omitempty" jsonschema_description:"category or tag" shown:"or tag"`
	Tags            []string `json:"tags,omitempty" jsonschema_description:"all must match" shown:"all must match"`
	IncludeDisabled bool     `json:"include_disabled,omitempty"`
	SortBy          string   `json:"sort_by,omitempty" jsonschema:"enum=name,enum=created_at,enum=updated_at,enum=version,default=name"`
	registry.ListIn
}

// TaskItem is a task in a list.
type TaskItem struct {
	ID            string          `json:"id"`
	UUID          string          `json:"uuid"`
	Name          string          `json:"name"`
	Label         string          `json:"label"`
	Version       string          `json:"version"`
	Description   string          `json:"description"`
	Category      string          `json:"category"`
	Tags          []string        `json:"tags"`
	Enabled       bool            `json:"enabled"`
	SourceType    string          `json:"source_type"`
	Source        string          `json:"source"`
	InSync        bool            `json:"in_sync"`
	CreatedAt     string          `json:"created_at"`
	UpdatedAt     string          `json:"updated_at"`
	LastExecution *LastRun        `json:"last_execution,omitempty" jsonschema_description:"absent when it never ran"`
	InputSchema   json.RawMessage `json:"input_schema,omitempty"`
	OutputSchema  json.RawMessage `json:"output_schema,omitempty"`
}

// LastRun is the newest execution of a task.
type LastRun struct {
	Status string `json:"status"`
	At     string `json:"at"`
}

// ListTasksOut is the result of ratchet_list_available_tasks.
type ListTasksOut struct {
	Tasks []registry.Row[TaskItem] `json:"tasks"`
	registry.ListOut
}

// ListTasks finds tasks.
var ListTasks = registry.Define(registry.Spec{
	Name: "ratchet_list_available_tasks", Title: "List tasks", Toolset: "core", Category: "discovery",
	Doc: "Call this first to find tasks, by part of the name, category or tags. include_schemas shows what a task takes and returns. " +
		"Next: ratchet_execute_task, or ratchet_create_task when none fits.",
	Omits:  slices.Concat(leanList("tasks"), leanTask("tasks")),
	Effect: registry.Reads,
	Routes: []registry.Route{{
		Method: "GET", Path: "/tasks", Field: "tasks", Set: json.RawMessage(`{"include_disabled":true}`), Doc: "All tasks, enabled or not",
	}},
	Aliases:  []string{"ratchet.list_tasks", "ratchet.list_tasks_paginated"},
	Filters:  storage.TaskFilters,
	Examples: []registry.Example{{Title: "Tasks whose name holds \"report\"", Args: json.RawMessage(`{"filter":"report","limit":10}`)}},
}, listTasks)

func listTasks(ctx context.Context, d *registry.Deps, in ListTasksIn) (ListTasksOut, error) {
	var extra []ratchet.Filter
	where := func(field string, op ratchet.Operator, value any) {
		extra = append(extra, ratchet.Filter{Field: field, Operator: op, Value: value})
	}
	if in.Filter != "" {
		where("name", ratchet.OpContains, in.Filter)
	}
	if in.Category != "" {
		where("category_or_tag", ratchet.OpEQ, in.Category)
	}
	for _, tag := range in.Tags {
		where("tag", ratchet.OpEQ, tag)
	}
	if !in.IncludeDisabled {
		where("enabled", ratchet.OpEQ, true)
	}
	q, err := in.Query(in.SortBy, extra...)
	if err != nil {
		return ListTasksOut{}, err
	}
	if err := refreshSync(ctx, d, q.Filters); err != nil {
		return ListTasksOut{}, err
	}
	page, err := d.Store.ListTasks(ctx, q)
	if err != nil {
		return ListTasksOut{}, err
	}
	items := make([]TaskItem, len(page.Items))
	for i := range page.Items {
		items[i] = taskItem(d, &page.Items[i], in.IncludeSchemas)
	}
	rows, err := registry.Rows(items, in.Fields)
	if err != nil {
		return ListTasksOut{}, err
	}
	out := ListTasksOut{Tasks: rows, ListOut: registry.NewListOut(q, page.Total, page.NextCursor)}
	if page.Total == 0 && strings.ContainsAny(in.Filter, `^$*?[](){}|\+`) {
		out.Note = fmt.Sprintf("no name contains %q: filter is a part of the name, not a pattern", in.Filter)
	}
	return out, nil
}

func taskItem(d *registry.Deps, t *ratchet.Task, schemas bool) TaskItem {
	item := TaskItem{
		ID: fmt.Sprint(t.Number), UUID: t.ID, Name: t.Name, Label: t.Label, Version: t.Version, Description: t.Description,
		Category: t.Category, Tags: append([]string{}, t.Tags...), Enabled: t.Enabled, SourceType: t.SourceType, Source: t.Source,
		InSync: inSync(d, t), CreatedAt: registry.Stamp(t.CreatedAt), UpdatedAt: registry.Stamp(t.UpdatedAt),
	}
	if t.Last != nil {
		item.LastExecution = &LastRun{Status: string(t.Last.Status), At: registry.Stamp(t.Last.At)}
	}
	if schemas {
		item.InputSchema, item.OutputSchema = t.InputSchema, t.OutputSchema
	}
	return item
}
