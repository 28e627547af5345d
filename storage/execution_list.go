package storage

import (
	"context"
	"database/sql"
	"encoding/json"

	"ratchet"
)

// executionList describes the list of executions (columns of executions AS e).
func executionList() *list {
	const deleted = "NOT EXISTS (SELECT 1 FROM tasks WHERE uuid = e.task_id)"
	fields := map[string]field{
		"id":                {column: colID, kind: kindID, expr: "e.uuid", byNumber: "e.id IN (%s)", number: "e.id"},
		"uuid":              {column: colUUID, kind: kindText, expr: "e.uuid"},
		"task_id":           {column: colTask, kind: kindTask, expr: "e.task_id", byNumber: "e.task_id IN (SELECT uuid FROM tasks WHERE id IN (%s))"},
		"task_name":         {column: colTaskName, kind: kindText, expr: "e.task_name"},
		"status":            {column: colStatus, kind: kindStatus, expr: "e.status"},
		"origin":            {column: colOrigin, kind: kindOrigin, expr: "e.origin"},
		"job_id":            {column: colJob, kind: kindText, expr: "e.job_id"},
		"schedule_id":       {column: colSchedule, kind: kindText, expr: "e.schedule_id"},
		"batch_id":          {column: colBatch, kind: kindText, expr: "e.batch_id"},
		"correlation_token": {column: colCorrelation, kind: kindText, expr: "e.correlation"},
		"duration":          {column: colDuration, kind: kindFloat, expr: "e.duration", scale: 1000}, // given in milliseconds
		"duration_ms":       {column: colDuration, kind: kindFloat, expr: "e.duration", scale: 1000},
		"progress":          {column: colProgress, kind: kindFloat, expr: "e.progress"}, // 0 to 1
		"has_progress":      {column: colProgress, kind: kindBool, expr: "(e.progress IS NOT NULL)"},
		"has_error":         {column: colError, kind: kindBool, expr: "(e.error IS NOT NULL)"},
		"error_message":     {column: colError, kind: kindText, expr: "e.error_message"},
		"can_retry":         {column: colRetry, kind: kindBool, expr: "(e.status > 2 AND e.origin <> 3 AND NOT " + deleted + ")"},
		"can_cancel":        {column: colStatus, kind: kindBool, expr: "(e.status < 2)"},
	}
	for name, c := range map[string]column{"queued": colQueued, "started": colStarted, "completed": colCompleted} {
		withBounds(fields, name, "e."+string(c))
		for _, suffix := range []string{"_at", "_after", "_before"} {
			f := fields[name+suffix]
			f.column = c
			fields[name+suffix] = f
		}
	}
	return &list{
		noun: "execution", from: "executions AS e", id: "e.id", columns: executionColumns, fields: fields,
		sort: "queued_at", desc: true,
		sorts: map[string]sortField{
			"id":           {column: colID, expr: "e.id"},
			"queued_at":    {column: colQueued, expr: "e.queued_at"},
			"started_at":   {column: colStarted, expr: "e.started_at", nullable: true},
			"completed_at": {column: colCompleted, expr: "e.completed_at", nullable: true},
			"duration":     {column: colDuration, expr: "e.duration", nullable: true},
			"duration_ms":  {column: colDuration, expr: "e.duration", nullable: true},
			"status":       {column: colStatus, expr: "e.status"}, // in the order of life
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
	p, err := executionList().plan(query)
	if err != nil {
		return page, err
	}
	err = db.snapshot(ctx, func(q querier) error {
		s := &search{searchLimits: db.limits, q: q, p: p}
		h, err := s.page(ctx)
		if err != nil {
			return err
		}
		page.Total, page.LowerBound, page.NextCursor, page.Incomplete = h.total, h.lowerBound, h.next, h.incomplete
		rows, err := db.executionRows(ctx, q, h.ids, payloads)
		if err != nil {
			return err
		}
		for _, r := range rows { // after the list, since large payloads need the connection
			if r == nil {
				continue // damaged
			}
			e, err := r.execution(ctx, q)
			ok, err := db.whole("execution", r.number, err)
			if err != nil {
				return err
			}
			if ok {
				page.Items = append(page.Items, *e)
			}
		}
		return nil
	})
	return page, err
}

// executionRows reads the rows with these numbers, in their order; nil for a
// damaged one.
func (db *DB) executionRows(ctx context.Context, q querier, ids []int64, payloads bool) ([]*executionRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	columns := executionColumns
	if payloads {
		columns += payloadColumns
	}
	at := map[int64]int{}
	for i, id := range ids {
		at[id] = i
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows := make([]*executionRow, len(ids))
	err = each(ctx, q, "read executions", func(r *sql.Rows) error {
		row := new(executionRow)
		err := scanRow(r, row.dest(payloads), 0)
		if ok, err := db.whole("execution", row.number, err); !ok {
			return err
		}
		rows[at[row.number]] = row
		return nil
	}, "SELECT "+columns+" FROM json_each(?) AS j CROSS JOIN executions AS e ON e.id = j.value", string(list))
	return rows, err
}
