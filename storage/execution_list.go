package storage

import (
	"context"

	"ratchet"
)

// executionList describes the list of executions (columns of executions AS e).
func executionList() *list {
	const deleted = "NOT EXISTS (SELECT 1 FROM tasks WHERE uuid = e.task_id)"
	fields := map[string]field{
		"id":                {kind: kindID, expr: "e.uuid", byNumber: "e.id IN (%s)"},
		"uuid":              {kind: kindText, expr: "e.uuid"},
		"task_id":           {kind: kindTask, expr: "e.task_id", byNumber: "e.task_id IN (SELECT uuid FROM tasks WHERE id IN (%s))"},
		"task_name":         {kind: kindText, expr: "e.task_name"},
		"status":            {kind: kindStatus, expr: "e.status"},
		"job_id":            {kind: kindText, expr: "e.job_id"},
		"schedule_id":       {kind: kindText, expr: "e.schedule_id"},
		"batch_id":          {kind: kindText, expr: "e.batch_id"},
		"correlation_token": {kind: kindText, expr: "e.correlation"},
		"duration":          {kind: kindFloat, expr: "e.duration", scale: 1000}, // given in milliseconds
		"duration_ms":       {kind: kindFloat, expr: "e.duration", scale: 1000},
		"progress":          {kind: kindFloat, expr: "e.progress"}, // 0 to 1
		"has_progress":      {kind: kindBool, expr: "(e.progress IS NOT NULL)"},
		"has_error":         {kind: kindBool, expr: "(e.error IS NOT NULL)"},
		"error_message":     {kind: kindText, expr: "e.error_message"},
		"can_retry":         {kind: kindBool, expr: "(e.status > 2 AND e.origin <> 3 AND NOT " + deleted + ")"},
		"can_cancel":        {kind: kindBool, expr: "(e.status < 2)"},
	}
	withBounds(fields, "queued", "e.queued_at")
	withBounds(fields, "started", "e.started_at")
	withBounds(fields, "completed", "e.completed_at")
	return &list{
		noun: "execution", from: "executions AS e", id: "e.id", columns: executionColumns, fields: fields,
		sort: "queued_at", desc: true,
		counts: map[string]string{
			// Nearly all are completed: the others have small indexes.
			"e.status IN (2)": `SELECT (SELECT count(*) FROM executions) - (SELECT count(*) FROM executions WHERE status < 2)
				- (SELECT count(*) FROM executions WHERE status > 2)`,
		},
		sorts: map[string]sortField{
			"id":           {expr: "e.id"},
			"queued_at":    {expr: "e.queued_at"},
			"started_at":   {expr: "e.started_at", nullable: true},
			"completed_at": {expr: "e.completed_at", nullable: true},
			"duration":     {expr: "e.duration", nullable: true},
			"duration_ms":  {expr: "e.duration", nullable: true},
			"status":       {expr: "e.status"}, // in the order of life
		},
	}
}

// ExecutionFilterFields are the names ListExecutions filters by, sorted.
func ExecutionFilterFields() []string { return sorted(executionList().fields) }

// ExecutionFilters describes what ListExecutions filters by, sorted by name.
func ExecutionFilters() []ratchet.FilterField { return filterFields(executionList().fields) }

// ExecutionSortFields are the names ListExecutions sorts by, sorted.
func ExecutionSortFields() []string { return sorted(executionList().sorts) }

// ListExecutions returns a page of executions, the newest first when SortBy is
// empty. Absent times sort last in both orders.
func (db *DB) ListExecutions(ctx context.Context, query ratchet.Query) (ratchet.Page[ratchet.Execution], error) {
	return db.listExecutions(ctx, query, true)
}

// ListExecutionHeads is ListExecutions without inputs and outputs, which are
// nil, and so costs less.
func (db *DB) ListExecutionHeads(ctx context.Context, query ratchet.Query) (ratchet.Page[ratchet.Execution], error) {
	return db.listExecutions(ctx, query, false)
}

func (db *DB) listExecutions(ctx context.Context, query ratchet.Query, payloads bool) (ratchet.Page[ratchet.Execution], error) {
	page := ratchet.Page[ratchet.Execution]{Items: []ratchet.Execution{}}
	l := executionList()
	if payloads {
		l.columns += payloadColumns
	}
	p, err := l.plan(query)
	if err != nil {
		return page, err
	}
	p.within(ctx, "e.task_name")
	err = db.snapshot(ctx, func(q querier) error {
		var rows []*executionRow
		var err error
		page.Total, page.NextCursor, err = l.run(ctx, q, p, func() ([]any, *int64, func() error) {
			r := new(executionRow)
			return r.dest(payloads), &r.number, func() error {
				rows = append(rows, r)
				return nil
			}
		})
		if err != nil {
			return err
		}
		for _, r := range rows { // after the list, since large payloads need the connection
			e, err := r.execution(ctx, q)
			if err != nil {
				return err
			}
			page.Items = append(page.Items, *e)
		}
		return nil
	})
	return page, err
}
