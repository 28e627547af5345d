package storage

import (
	"slices"
	"strings"
)

// segment is a part of a sorted list in which one index gives the order: a
// list by status is six lists one after the other, and one by a time that may
// be absent is two.
type segment struct {
	conds  []cond    // what makes the segment, by columns that do not vary in it
	keys   []sortKey // that vary in it
	from   int       // the first key of the list that does
	absent column    // the column of conds that is NULL; empty = none
	fixed  []any     // values of the keys before from
}

// segments cuts a list by its order.
func segments(keys []sortKey) []segment {
	if len(keys) == 0 {
		return []segment{{}}
	}
	k := keys[0]
	below := func(c cond, value any, absent column) []segment {
		list := segments(keys[1:])
		for i := range list {
			s := &list[i]
			s.conds, s.from, s.fixed = append([]cond{c}, s.conds...), s.from+1, append([]any{value}, s.fixed...)
			if absent != "" {
				s.absent = absent
			}
		}
		return list
	}
	if k.column == colStatus {
		var list []segment
		for i := range statuses() {
			if k.desc {
				i = len(statuses()) - 1 - i
			}
			values := []any{int64(i)}
			list = append(list, below(cond{field: field{column: colStatus, expr: k.expr}, values: values, sql: statusSQL(k.expr, values)}, int64(i), "")...)
		}
		return list
	}
	if !k.nullable {
		return []segment{{keys: keys}}
	}
	present := segment{keys: keys, conds: []cond{{field: field{column: k.column}, values: []any{nil}, sql: k.expr + " IS NOT NULL"}}}
	return append([]segment{present}, below(cond{field: field{column: k.column}, values: []any{nil}, sql: k.expr + " IS NULL"}, nil, k.column)...)
}

// holds says whether a row with these sort values is in the segment.
func (s *segment) holds(values []any) bool {
	for i, v := range s.fixed {
		if values[i] != v {
			return false
		}
	}
	return len(s.keys) == 0 || values[s.from] != nil || !s.keys[0].nullable
}

// index is the one that gives the order.
func (s *segment) index() string {
	switch {
	case s.absent != "":
		return indexOf(s.absent)
	case len(s.keys) > 0 && s.keys[0].column != colID:
		return indexOf(s.keys[0].column)
	case len(s.conds) > 0:
		return byStatus
	default:
		return byID
	}
}

// order is the ORDER BY clause; ties follow the direction of the list.
func (s *segment) order(desc bool) string {
	var terms []string
	for i, k := range s.keys {
		if k.nullable && i > 0 {
			terms = append(terms, "("+k.expr+") IS NULL")
		}
		terms = append(terms, k.expr+direction(k.desc))
	}
	return strings.Join(append(terms, "e.id"+direction(desc)), ", ")
}

// covers says whether an index holds all the columns that a search tests and sorts by.
func covers(index string, conds []cond, keys []sortKey) bool {
	columns := covered(index)
	for _, c := range conds {
		if !c.servedBy(index) {
			return false
		}
	}
	for _, k := range keys {
		if !slices.Contains(columns, k.column) {
			return false
		}
	}
	return true
}
