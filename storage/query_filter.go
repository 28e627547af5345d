package storage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ratchet"
)

// cond is a checked filter and its SQL.
type cond struct {
	field
	operator ratchet.Operator
	values   []any // as the column has them; numbers of a status
	sql      string
	args     []any
}

// condition turns a filter into SQL and its arguments. The error's pointer is
// relative to the filter.
func (l *list) condition(f ratchet.Filter) (cond, *ratchet.Error) {
	fd, ok := l.fields[f.Field]
	if !ok {
		return cond{}, ratchet.Errorf(ratchet.CodeInvalid, "%ss have no filter field %q", l.noun, f.Field).
			At("/field").With(ratchet.FieldAllowed, sorted(l.fields))
	}
	op, allowed := f.Operator, fd.operators()
	if fd.op != "" {
		allowed = []ratchet.Operator{ratchet.OpEQ}
	}
	if op == "" {
		op = ratchet.OpEQ
	}
	if !slices.Contains(allowed, op) {
		return cond{}, ratchet.Errorf(ratchet.CodeInvalid, "the field %s does not take the operator %q", f.Field, f.Operator).
			At("/operator").With(ratchet.FieldAllowed, allowed)
	}
	values, err := valuesOf(op, f.Value)
	if err != nil {
		return cond{}, err
	}
	if fd.op != "" {
		op = fd.op
	}
	if fd.kind == kindStatus || fd.kind == kindOrigin {
		return choiceCondition(fd, op, values)
	}
	args := make([]any, len(values))
	for i, v := range values {
		if args[i], err = fd.value(f.Field, v); err != nil {
			return cond{}, err
		}
	}
	c := cond{field: fd, operator: op, values: args}
	c.sql, c.args = fd.sql(op, args)
	if fd.kind == kindBool && op == ratchet.OpEQ && args[0] == true {
		c.sql, c.args = fd.expr, nil // as the condition of a partial index has it
	}
	return c, nil
}

// valuesOf is the list of an IN filter, or the one value of another.
func valuesOf(op ratchet.Operator, value any) ([]any, *ratchet.Error) {
	many, isList := value.([]any)
	if texts, ok := value.([]string); ok {
		isList = true
		for _, s := range texts {
			many = append(many, s)
		}
	}
	if op != ratchet.OpIn && op != ratchet.OpNotIn {
		if isList {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%s takes one value; IN and NOT_IN take a list", op).At("/value")
		}
		return []any{value}, nil
	}
	if !isList {
		many = []any{value}
	}
	if len(many) > maxLimit {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "a list of values has at most %d", maxLimit).At("/value")
	}
	return many, nil
}

// sql is the condition for checked arguments.
func (fd field) sql(op ratchet.Operator, args []any) (string, []any) {
	switch {
	case fd.number != "" && slices.Contains(ranges(), op):
		if _, ok := args[0].([]byte); ok { // UUIDs are in the order of their making too
			return fd.expr + " " + comparison(op) + " ?", args
		}
		return fd.number + " " + comparison(op) + " ?", args
	case fd.kind == kindID, fd.kind == kindTask:
		return fd.reference(op, args)
	case fd.kind == kindTopic:
		return topicCondition(op, args)
	case fd.kind == kindTag:
		inner := field{kind: kindText, expr: "tag"}
		not, positive := "", op
		switch op {
		case ratchet.OpNE:
			not, positive = "NOT ", ratchet.OpEQ
		case ratchet.OpNotIn:
			not, positive = "NOT ", ratchet.OpIn
		default: // the others are positive
		}
		condition, args := inner.sql(positive, args)
		return not + "EXISTS (SELECT 1 FROM task_tags WHERE task = t.id AND " + condition + ")", args
	case op == ratchet.OpIn && len(args) == 0:
		return "0", nil
	case op == ratchet.OpNotIn && len(args) == 0:
		return "1", nil
	case op == ratchet.OpIn:
		return fd.expr + " IN (" + marks(len(args)) + ")", args
	case op == ratchet.OpNotIn:
		return "(" + fd.expr + " IS NULL OR " + fd.expr + " NOT IN (" + marks(len(args)) + "))", args
	case comparison(op) != "":
		return fd.expr + " " + comparison(op) + " ?", args
	default:
		value, _ := args[0].([]byte)
		return textCondition(fd.expr, op, string(value))
	}
}

// topicCondition is true for a task whose category or one of whose tags fits.
func topicCondition(op ratchet.Operator, args []any) (string, []any) {
	not, positive := "", op
	switch op {
	case ratchet.OpNE:
		not, positive = "NOT ", ratchet.OpEQ
	case ratchet.OpNotIn:
		not, positive = "NOT ", ratchet.OpIn
	default: // the others are positive
	}
	category, first := field{kind: kindText, expr: "coalesce(t.category, x'')"}.sql(positive, args)
	tag, second := field{kind: kindTag}.sql(positive, args)
	return not + "(" + category + " OR " + tag + ")", append(slices.Clone(first), second...)
}

// reference compares ids: integers with the number, bytes with the UUID.
func (fd field) reference(op ratchet.Operator, args []any) (string, []any) {
	var numbers, ids []any
	for _, a := range args {
		if n, ok := a.(int64); ok {
			numbers = append(numbers, n)
		} else {
			ids = append(ids, a)
		}
	}
	var any []string
	if len(ids) > 0 {
		any = append(any, fd.expr+" IN ("+marks(len(ids))+")")
	}
	if len(numbers) > 0 {
		any = append(any, fmt.Sprintf(fd.byNumber, marks(len(numbers))))
	}
	condition := "0"
	if len(any) > 0 {
		condition = "(" + strings.Join(any, " OR ") + ")"
	}
	if op == ratchet.OpNE || op == ratchet.OpNotIn {
		condition = "NOT " + condition
	}
	return condition, append(ids, numbers...)
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// choices are the names that a number stands for, in order, what they name,
// and other names for some.
func (k kind) choices() (noun string, names []string, synonyms map[string]string) {
	if k == kindOrigin {
		for _, o := range origins() {
			names = append(names, string(o))
		}
		return "an origin", names, nil
	}
	for _, s := range statuses() {
		names = append(names, string(s))
	}
	return "a status", names, map[string]string{"queued": string(ratchet.StatusPending), "success": string(ratchet.StatusCompleted)}
}

// choiceCondition compares statuses and origins by name, in Go: there are few.
func choiceCondition(fd field, op ratchet.Operator, values []any) (cond, *ratchet.Error) {
	noun, known, synonyms := fd.kind.choices()
	names := make([]string, len(values))
	for i, v := range values {
		name, ok := v.(string)
		switch v := v.(type) {
		case ratchet.Status:
			name, ok = string(v), true
		case ratchet.Origin:
			name, ok = string(v), true
		}
		exact := comparison(op) == "IS" || comparison(op) == "IS NOT" || op == ratchet.OpIn || op == ratchet.OpNotIn
		name = asciiLower(name)
		name = cmp.Or(synonyms[name], name)
		if !ok || (exact && !slices.Contains(known, name)) {
			return cond{}, ratchet.Errorf(ratchet.CodeInvalid, "%v is not %s", v, noun).At("/value").With(ratchet.FieldAllowed, known)
		}
		names[i] = name
	}
	c := cond{field: fd, operator: op}
	for i, s := range known {
		if matches(s, op, names) {
			c.values = append(c.values, int64(i))
		}
	}
	if c.sql = statusSQL(fd.expr, c.values); fd.kind == kindOrigin {
		c.sql = originSQL(fd.expr, c.values)
	}
	return c, nil
}

// statusSQL is the condition that a status is one of the numbers. They are
// ours. They and the condition of a partial index must stand in the text, or
// the index is not used.
func statusSQL(expr string, numbers []any) string {
	if len(numbers) == 0 {
		return "0"
	}
	var list []string
	unhappy := true
	for _, v := range numbers {
		n, _ := integer(v)
		list = append(list, decimal(int(n)))
		unhappy = unhappy && n > 2
	}
	sql := expr + " IN (" + strings.Join(list, ", ") + ")"
	if unhappy {
		sql = "(" + sql + " AND " + expr + " > 2)"
	}
	return sql
}

func matches(s string, op ratchet.Operator, values []string) bool {
	switch op {
	case ratchet.OpIn:
		return slices.Contains(values, s)
	case ratchet.OpNotIn:
		return !slices.Contains(values, s)
	case ratchet.OpContains:
		return strings.Contains(s, values[0])
	case ratchet.OpStartsWith:
		return strings.HasPrefix(s, values[0])
	case ratchet.OpEndsWith:
		return strings.HasSuffix(s, values[0])
	default:
	}
	order := cmp.Compare(s, values[0])
	switch op {
	case ratchet.OpEQ:
		return order == 0
	case ratchet.OpNE:
		return order != 0
	case ratchet.OpGT:
		return order > 0
	case ratchet.OpGTE:
		return order >= 0
	case ratchet.OpLT:
		return order < 0
	default:
		return order <= 0
	}
}
