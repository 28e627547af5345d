package storage

import (
	"context"
	"strings"

	"ratchet"
)

// What the scope of a context (ratchet.WithScope) leaves out does not exist
// for the reads and writes made with that context: this is the one place where
// tasks and executions are kept from callers who may not know them.

// visible is the condition that the task named by the column exists for ctx.
func visible(ctx context.Context, column string) (condition string, args []any) {
	s := ratchet.ScopeFrom(ctx)
	if s == nil {
		return "1", nil
	}
	condition = "1"
	if len(s.TaskPatterns) > 0 {
		condition, args = anyPattern(column, s.TaskPatterns)
	}
	if len(s.DeniedTasks) > 0 {
		denied, more := anyPattern(column, s.DeniedTasks)
		condition, args = condition+" AND NOT "+denied, append(args, more...)
	}
	return condition, args
}

// anyPattern is MatchPattern for several patterns in SQL.
func anyPattern(column string, patterns []string) (string, []any) {
	var list []string
	var args []any
	for _, p := range patterns {
		switch {
		case p == "*":
			return "1", nil
		case strings.HasSuffix(p, "*"):
			part := []byte(strings.TrimSuffix(p, "*"))
			list, args = append(list, "substr("+column+", 1, ?) = ?"), append(args, len(part), part)
		case strings.HasPrefix(p, "*"):
			part := []byte(strings.TrimPrefix(p, "*"))
			list, args = append(list, "substr("+column+", ?) = ?"), append(args, -len(part), part)
		default:
			list, args = append(list, column+" = ?"), append(args, []byte(p))
		}
	}
	return "(" + strings.Join(list, " OR ") + ")", args
}

// within adds the scope of ctx to a plan; column names the task.
func (p *plan) within(ctx context.Context, column string) {
	condition, args := visible(ctx, column)
	if condition == "1" {
		return
	}
	p.where, p.args = "("+p.where+") AND "+condition, append(p.args, args...)
}

// seen refuses what the scope of ctx leaves out as if it were not there.
func seen(ctx context.Context, task, noun, ref, listTool string) error {
	if ratchet.ScopeFrom(ctx).AllowsTask(task) {
		return nil
	}
	return notFound(noun, ref, listTool)
}

// mayName refuses to give a task a name that the scope of ctx leaves out.
func mayName(ctx context.Context, name string) error {
	s := ratchet.ScopeFrom(ctx)
	if s.AllowsTask(name) {
		return nil
	}
	return ratchet.Errorf(ratchet.CodeDenied, "you may not name a task %q", name).At("/name").
		With(ratchet.FieldAllowed, s.TaskPatterns).With("denied", s.DeniedTasks).WithHint("choose a name that fits the patterns you were given")
}
