package storage

import (
	"slices"
	"strings"
)

// Tests says what test runs are to a question about executions.
type Tests int

// What they are.
const (
	WithTests    Tests = iota // executions like others
	WithoutTests              // left out
	OnlyTests                 // all that is asked for
)

// testOrigin is the number of ratchet.OriginTest.
const testOrigin = 1

// named is the condition on a task_names that what was counted under it is asked for.
func (t Tests) named(alias string) string {
	switch t {
	case WithoutTests:
		return alias + ".tests = 0"
	case OnlyTests:
		return alias + ".tests = 1"
	default:
		return "1"
	}
}

// inRow is the condition on executions.
func (t Tests) inRow(alias string) string {
	switch t {
	case WithoutTests:
		return alias + ".origin <> 1"
	case OnlyTests:
		return alias + ".origin = 1"
	default:
		return "1"
	}
}

// counters are the tasks of execution_counts that count all tasks together.
func (t Tests) counters() string {
	switch t {
	case WithoutTests:
		return "(0)"
	case OnlyTests:
		return "(-1)"
	default:
		return "(0, -1)"
	}
}

// orders are the numbers of an order in order_counts.
func (t Tests) orders(order int64) string {
	other, tests := decimal(int(order)), decimal(int(order+testOrders))
	switch t {
	case WithoutTests:
		return "(" + other + ")"
	case OnlyTests:
		return "(" + tests + ")"
	default:
		return "(" + other + ", " + tests + ")"
	}
}

// testsIn says what conditions on the origin leave; ok is false when that is
// some of the other executions, which are not counted apart.
func testsIn(conds []cond) (t Tests, ok bool) {
	var left []any
	for i := range origins() {
		left = append(left, int64(i))
	}
	all := len(left)
	for _, c := range conds {
		if c.column == colOrigin {
			left = slices.DeleteFunc(left, func(n any) bool { return !slices.Contains(c.values, n) })
		}
	}
	tests := slices.Contains(left, any(int64(testOrigin)))
	switch {
	case len(left) == all:
		return WithTests, true
	case len(left) == all-1 && !tests:
		return WithoutTests, true
	case len(left) == 1 && tests:
		return OnlyTests, true
	default:
		return WithTests, false
	}
}

// originSQL is the condition that an origin is one of the numbers, which stand
// in the text so that a partial index is used.
func originSQL(expr string, numbers []any) string {
	if len(numbers) == 0 {
		return expr + " < 0" // none has one
	}
	list := make([]string, len(numbers))
	for i, v := range numbers {
		n, _ := integer(v)
		list[i] = decimal(int(n))
	}
	if len(list) == 1 {
		return expr + " = " + list[0]
	}
	return expr + " IN (" + strings.Join(list, ", ") + ")"
}
