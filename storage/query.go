package storage

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"ratchet"
)

// list describes a list to the one query builder.
type list struct {
	noun    string // for messages
	from    string // table AS alias
	id      string // column that breaks ties
	columns string
	task    string // column with the name of the task that a row is about, which a scope may leave out; empty = none
	fields  map[string]field
	sorts   map[string]sortField
	sort    string // default
	desc    bool   // direction when SortBy is empty
}

// sortField is an expression to sort by.
type sortField struct {
	expr     string
	nullable bool // nulls come last in both orders
	column   column
}

// sortKey is a field of a checked order.
type sortKey struct {
	sortField
	name string
	desc bool
}

// maxSortKeys bounds the fields of one order.
const maxSortKeys = 5

// order checks what a query sorts by.
func (l *list) order(q ratchet.Query) ([]sortKey, error) {
	wanted := append([]ratchet.SortKey{{Field: q.SortBy}}, q.ThenBy...)
	if q.SortBy == "" {
		wanted[0].Field = l.sort
	}
	if len(wanted) > maxSortKeys {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "a list is sorted by at most %d fields", maxSortKeys).At("/sort")
	}
	keys := make([]sortKey, 0, len(wanted))
	for i, k := range wanted {
		f, ok := l.sorts[k.Field]
		if !ok {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%ss cannot be sorted by %q", l.noun, k.Field).
				At("/sort_by").With(ratchet.FieldAllowed, sorted(l.sorts))
		}
		desc := k.Order == "desc"
		if i == 0 {
			desc = q.Desc || (q.SortBy == "" && l.desc)
		}
		if !slices.ContainsFunc(keys, func(other sortKey) bool { return other.name == k.Field }) {
			keys = append(keys, sortKey{f, k.Field, desc})
		}
	}
	return keys, nil
}

// plan is a query checked and turned into SQL.
type plan struct {
	conds  []cond
	where  string
	args   []any
	sorts  []sortKey // at least one
	limit  int
	offset int
	after  *cursor
	mark   string // fingerprint of filters and sort, kept in cursors
}

const (
	defaultLimit = 50
	maxLimit     = 1000
)

// plan checks a query against the list.
func (l *list) plan(q ratchet.Query) (*plan, error) {
	keys, err := l.order(q)
	if err != nil {
		return nil, err
	}
	p := &plan{sorts: keys, limit: q.Limit, offset: q.Offset}
	if p.limit == 0 {
		p.limit = defaultLimit
	}
	if p.limit < 1 || p.limit > maxLimit {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "limit must be 1 to %d", maxLimit).At("/limit")
	}
	if p.offset < 0 {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "offset must not be negative").At("/offset")
	}
	var conditions []string
	for i, f := range q.Filters {
		c, err := l.condition(f)
		if err != nil {
			return nil, err.At("/filters/" + decimal(i) + err.Fields[ratchet.FieldPointer].(string))
		}
		p.conds = append(p.conds, c)
		conditions, p.args = append(conditions, c.sql), append(p.args, c.args...)
	}
	p.where = strings.Join(conditions, " AND ")
	if p.where == "" {
		p.where = "1"
	}
	parts := []any{l.noun, p.where, p.args}
	for _, k := range keys {
		parts = append(parts, k.name, k.desc)
	}
	p.mark = fingerprint(parts...)
	if q.Cursor == "" {
		return p, nil
	}
	if q.Offset > 0 {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "give a cursor or an offset, not both").At("/cursor")
	}
	p.after, err = readCursor(q.Cursor, p.mark)
	if err == nil && len(p.after.values) != len(keys) {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "this is not a cursor").At("/cursor")
	}
	return p, err
}

// run reads a page: the total first, then the rows. scan returns the row's
// tie-breaking id; the sort value is read by the builder itself.
func (l *list) run(ctx context.Context, db *DB, q querier, p *plan, dest func() (row []any, id *int64, keep func() error)) (total int64, next string, err error) {
	count := "SELECT count(*) FROM " + l.from + " WHERE " + p.where
	if err := one(ctx, q, "count "+l.noun+"s", []any{&total}, count, p.args...); err != nil {
		return 0, "", err
	}
	where, args := p.where, p.args
	if p.after != nil {
		condition, more := p.seek(l.id, p.sorts[0].desc)
		where, args = "("+where+") AND "+condition, append(append([]any{}, args...), more...)
	}
	columns := l.columns
	for _, k := range p.sorts {
		columns += ", " + k.expr
	}
	query := "SELECT " + columns + " FROM " + l.from + " WHERE " + where +
		" ORDER BY " + p.order(l.id) + " LIMIT ? OFFSET ?"
	args = append(append([]any{}, args...), p.limit+1, p.offset) // one more tells whether a page follows
	last := cursor{values: make([]any, len(p.sorts))}
	n := 0
	err = each(ctx, q, "list "+l.noun+"s", func(r *sql.Rows) error {
		if n++; n > p.limit {
			next = last.write(p.mark)
			return nil
		}
		row, id, keep := dest()
		sortValues := []int{0} // with the id, which is the first column
		for i := range last.values {
			last.values[i] = nil
			sortValues, row = append(sortValues, len(row)), append(row, &last.values[i])
		}
		scanned := scanRow(r, row, sortValues...)
		if scanned != nil && !isDamaged(scanned) {
			return scanned
		}
		for i, v := range last.values {
			if b, ok := v.([]byte); ok {
				last.values[i] = slices.Clone(b)
			}
		}
		last.id = *id
		if scanned == nil {
			scanned = keep()
		}
		_, err := db.whole(l.noun, *id, scanned)
		return err
	}, query, args...)
	return total, next, err
}

// order is the ORDER BY clause; ties follow the direction of the first field.
func (p *plan) order(id string) string {
	var terms []string
	for _, k := range p.sorts {
		if k.nullable {
			terms = append(terms, "("+k.expr+") IS NULL")
		}
		terms = append(terms, k.expr+direction(k.desc))
	}
	return strings.Join(append(terms, id+direction(p.sorts[0].desc)), ", ")
}

func direction(desc bool) string {
	if desc {
		return " DESC"
	}
	return " ASC"
}

// seek is the condition for rows after the cursor: those that are alike in
// the first fields and later in the next one. desc is the direction of id.
func (p *plan) seek(id string, desc bool) (string, []any) {
	var alike []string
	var held []any // arguments of alike
	var ways []string
	var args []any
	way := func(condition string, more ...any) {
		ways = append(ways, "("+strings.Join(append(slices.Clone(alike), condition), " AND ")+")")
		args = append(append(args, held...), more...)
	}
	for i, k := range p.sorts {
		x, value := "("+k.expr+")", p.after.values[i]
		if value == nil {
			alike = append(alike, x+" IS NULL")
			continue
		}
		way(x+sign(k.desc)+"?", value)
		if k.nullable {
			way(x + " IS NULL")
		}
		alike, held = append(alike, x+" = ?"), append(held, value)
	}
	way(id+sign(desc)+"?", p.after.id)
	return "(" + strings.Join(ways, " OR ") + ")", args
}
