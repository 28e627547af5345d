package storage

import (
	"context"

	"ratchet"
)

// taskList describes the list of tasks (columns of tasks AS t).
func taskList() *list {
	fields := map[string]field{
		"id":              {kind: kindID, expr: "t.uuid", byNumber: "t.id IN (%s)", number: "t.id"},
		"uuid":            {kind: kindText, expr: "t.uuid"},
		"name":            {kind: kindText, expr: "t.name"},
		"name_exact":      {kind: kindText, expr: "t.name", op: ratchet.OpEQ},
		"label":           {kind: kindText, expr: "t.label"},
		"description":     {kind: kindText, expr: "t.description"},
		"version":         {kind: kindText, expr: "t.version"},
		"enabled":         {kind: kindBool, expr: "t.enabled"},
		"registry_source": {kind: kindText, expr: "coalesce(t.source, t.source_type)"},
		"source_type":     {kind: kindText, expr: "t.source_type"},
		"category":        {kind: kindText, expr: "t.category"},
		"tag":             {kind: kindTag},
		"category_or_tag": {kind: kindTopic},
		"has_validation":  {kind: kindBool, expr: "(t.validated_at IS NOT NULL)"},
		"in_sync":         {kind: kindBool, expr: "t.in_sync"},
	}
	withBounds(fields, "created", "t.created_at")
	withBounds(fields, "updated", "t.updated_at")
	withBounds(fields, "validated", "t.validated_at")
	return &list{
		noun: "task", from: "tasks AS t", id: "t.id", task: "t.name", fields: fields, sort: "name",
		// the newest execution as one integer: time and status
		columns: taskColumns + `, (SELECT 8 * queued_at + status FROM executions
			WHERE task_id = t.uuid AND queued_at < 253402300800000000 AND status BETWEEN 0 AND 5 ORDER BY queued_at DESC, id DESC LIMIT 1)`,
		sorts: map[string]sortField{
			"id": {expr: "t.id"}, "name": {expr: "t.name"}, "version": {expr: "t.version_key"},
			"created_at": {expr: "t.created_at"}, "updated_at": {expr: "t.updated_at"},
		},
	}
}

// TaskFilterFields are the names ListTasks filters by, sorted.
func TaskFilterFields() []string { return sorted(taskList().fields) }

// TaskFilters describes what ListTasks filters by, sorted by name.
func TaskFilters() []ratchet.FilterField { return filterFields(taskList().fields) }

// TaskSortFields are the names ListTasks sorts by, sorted.
func TaskSortFields() []string { return sorted(taskList().sorts) }

// ListTasks returns a page of tasks, by name unless SortBy says otherwise.
// Versions sort as semantic versions. Last is set.
func (db *DB) ListTasks(ctx context.Context, query ratchet.Query) (ratchet.Page[ratchet.Task], error) {
	return pageOf(ctx, db, taskList(), query, nil, func() ([]any, *int64, func() (*ratchet.Task, error)) {
		r, last := new(taskRow), new(*int64)
		return append(r.dest(), last), &r.number, func() (*ratchet.Task, error) {
			t, err := r.task()
			if err == nil && *last != nil && sound(**last/8) == nil {
				t.Last = &ratchet.LastExecution{Status: statusName(**last % 8), At: timeOf(**last / 8)}
			}
			return t, err
		}
	})
}
