package storage

import (
	"slices"

	"ratchet"
)

// column is a column of executions that an index can serve.
type column string

const (
	colID          column = "id"
	colUUID        column = "uuid"
	colTask        column = "task_id"
	colTaskName    column = "task_name"
	colStatus      column = "status"
	colQueued      column = "queued_at"
	colStarted     column = "started_at"
	colCompleted   column = "completed_at"
	colDuration    column = "duration"
	colProgress    column = "progress"
	colError       column = "error"
	colBatch       column = "batch_id"
	colJob         column = "job_id"
	colSchedule    column = "schedule_id"
	colCorrelation column = "correlation"
	colRetry       column = "can_retry"
	colOrigin      column = "origin"
)

// indexes of executions by what they serve.
const (
	byID      = "the table itself"
	byQueued  = "executions_by_queued"
	byTask    = "executions_by_task"
	byStatus  = "executions_by_status"
	unhappy   = "executions_unhappy"
	withError = "executions_with_error"
	retryable = "executions_retryable"
	byTests   = "executions_tests"
)

// indexOf is the index that begins with a column.
func indexOf(c column) string {
	switch c {
	case colQueued:
		return byQueued
	case colTask:
		return byTask
	case colStarted:
		return "executions_by_started"
	case colCompleted:
		return "executions_by_completed"
	case colDuration:
		return "executions_by_duration"
	case colProgress:
		return "executions_by_progress"
	case colBatch:
		return "executions_by_batch"
	case colJob:
		return "executions_by_job"
	case colSchedule:
		return "executions_by_schedule"
	case colCorrelation:
		return "executions_by_correlation"
	default:
		return ""
	}
}

// covered are the columns in an index, which are tested without reading rows.
func covered(index string) []column {
	switch index {
	case byQueued:
		return []column{colQueued, colID, colStatus, colOrigin}
	case byTask:
		return []column{colTask, colQueued, colID, colStatus, colOrigin}
	case byStatus:
		return []column{colStatus, colID, colOrigin}
	case unhappy:
		return []column{colStatus, colQueued, colID, colOrigin}
	case withError:
		return []column{colQueued, colID, colOrigin}
	case retryable:
		return []column{colQueued, colID, colTask, colOrigin}
	case byTests:
		return []column{colQueued, colID, colStatus, colTask}
	}
	for _, c := range []column{colStarted, colCompleted, colDuration, colProgress, colBatch, colJob, colSchedule, colCorrelation} {
		if indexOf(c) == index {
			return []column{c, colQueued, colID, colOrigin}
		}
	}
	return nil
}

// servedBy says whether an index tests the condition without reading rows.
func (c cond) servedBy(index string) bool {
	if c.allOf(index) || index == retryable && c.column == colRetry && isTrue(c) {
		return true
	}
	return slices.Contains(covered(index), c.column) && (c.kind != kindBool || c.column == colStatus)
}

// allOf says whether all rows of a partial index meet the condition.
func (c cond) allOf(index string) bool {
	if c.column == colOrigin {
		return index == byTests && slices.Equal(c.values, []any{int64(testOrigin)})
	}
	if c.kind != kindBool || !isTrue(c) {
		return false
	}
	return index == withError && c.column == colError || index == indexOf(colProgress) && c.column == colProgress
}

// narrows says whether the condition leads to a range of the index.
func (c cond) narrows(index string, by *driver) bool {
	columns := covered(index)
	if c.kind == kindBool || len(columns) == 0 {
		return false
	}
	return c.column == columns[0] || by != nil && by.ordered && c.column == colQueued
}

// driver is a way to the rows that fit a filter, or a little more.
type driver struct {
	index   string // empty = the database finds it: the filter is by id
	sql     string
	args    []any
	ordered bool // in the order of queued_at and id
	text    bool // every entry of the index must be looked at, all that are
	present string
}

// left is what of the conditions is to be tested in the rows a driver leads to,
// without what all of its partial index meet: an index does not hold that.
func (d *driver) left(conds []cond) (left []cond) {
	for _, c := range conds {
		switch {
		case c.allOf(d.index):
		case d.index == retryable && c.column == colRetry && isTrue(c):
			left = append(left, cond{sql: "e.task_id IN (SELECT uuid FROM tasks)"})
		default:
			left = append(left, c)
		}
	}
	return left
}

// driver is the way a filter offers; nil = none.
func (c cond) driver() *driver {
	negative := c.operator == ratchet.OpNE || c.operator == ratchet.OpNotIn
	if negative && c.column != colStatus && c.column != colOrigin || slices.Contains(c.values, nil) {
		return nil
	}
	one := c.operator == ratchet.OpEQ
	switch c.column {
	case colID:
		return &driver{sql: c.sql, args: c.args}
	case colUUID:
		if one || c.operator == ratchet.OpIn {
			return &driver{sql: c.sql, args: c.args}
		}
	case colTask:
		_, isUUID := c.values[0].([]byte)
		return &driver{index: byTask, sql: c.sql, args: c.args, ordered: one && isUUID}
	case colBatch, colJob, colSchedule, colCorrelation:
		d := &driver{index: indexOf(c.column), sql: c.sql + " AND " + c.expr + " IS NOT NULL", args: c.args, ordered: one}
		if one {
			d.sql = c.expr + " = ?"
		}
		d.present = c.expr + " IS NOT NULL"
		d.text = !one && c.operator != ratchet.OpIn && comparison(c.operator) == ""
		return d
	case colOrigin:
		if c.allOf(byTests) {
			return &driver{index: byTests, sql: c.sql, ordered: true}
		}
	case colStatus:
		return statusDriver(c)
	case colQueued, colStarted, colCompleted, colDuration:
		return &driver{index: indexOf(c.column), sql: c.sql, args: c.args}
	case colProgress:
		if c.kind != kindBool || isTrue(c) {
			return &driver{index: indexOf(colProgress), sql: "e.progress IS NOT NULL"}
		}
	case colError:
		if c.kind != kindBool || isTrue(c) {
			return &driver{index: withError, sql: "e.error IS NOT NULL", ordered: true}
		}
	case colRetry:
		if isTrue(c) {
			return &driver{index: retryable, sql: "e.status > 2 AND e.origin <> 3", ordered: true}
		}
	}
	return nil
}

func isTrue(c cond) bool { return c.operator == ratchet.OpEQ && c.values[0] == true }

func isFalse(c cond) bool {
	return c.kind == kindBool && (c.operator == ratchet.OpEQ && c.values[0] == false || c.operator == ratchet.OpNE && c.values[0] == true)
}

// statusDriver serves statuses that few executions have.
func statusDriver(c cond) *driver {
	if c.kind == kindBool { // can_cancel
		if isTrue(c) {
			return &driver{index: byStatus, sql: "e.status < 2"}
		}
		return nil
	}
	d := &driver{index: byStatus, sql: c.sql, args: c.args}
	rare, active := true, true
	for _, v := range c.values {
		n, _ := integer(v)
		rare, active = rare && n > 2, active && n < 2
	}
	switch {
	case len(c.values) == 0 || active:
		return d
	case rare:
		d.index, d.ordered = unhappy, len(c.values) == 1
		return d
	default:
		return nil
	}
}
