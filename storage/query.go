package storage

import (
	"context"
	"database/sql"
	"strings"

	"ratchet"
)

// list describes a list to the one query builder.
type list struct {
	noun    string // for messages
	from    string // table AS alias
	id      string // column that breaks ties
	columns string
	fields  map[string]field
	sorts   map[string]sortField
	sort    string // default
	desc    bool   // direction when SortBy is empty
	// counts are quicker ways to the total of a condition without arguments.
	counts map[string]string
}

// sortField is an expression to sort by.
type sortField struct {
	expr     string
	nullable bool // nulls come last in both orders
}

// plan is a query checked and turned into SQL.
type plan struct {
	where  string
	args   []any
	sort   sortField
	name   string // of the sort
	desc   bool
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
	p := &plan{name: q.SortBy, desc: q.Desc, limit: q.Limit, offset: q.Offset}
	if p.name == "" {
		p.name, p.desc = l.sort, q.Desc || l.desc
	}
	var ok bool
	if p.sort, ok = l.sorts[p.name]; !ok {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "%ss cannot be sorted by %q", l.noun, q.SortBy).
			At("/sort_by").With(ratchet.FieldAllowed, sorted(l.sorts))
	}
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
		condition, args, err := l.condition(f)
		if err != nil {
			return nil, err.At("/filters/" + decimal(i) + err.Fields[ratchet.FieldPointer].(string))
		}
		conditions, p.args = append(conditions, condition), append(p.args, args...)
	}
	p.where = strings.Join(conditions, " AND ")
	if p.where == "" {
		p.where = "1"
	}
	p.mark = fingerprint(l.noun, p.name, p.desc, p.where, p.args)
	if q.Cursor == "" {
		return p, nil
	}
	if q.Offset > 0 {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "give a cursor or an offset, not both").At("/cursor")
	}
	var err error
	p.after, err = readCursor(q.Cursor, p.mark)
	return p, err
}

// run reads a page: the total first, then the rows. scan returns the row's
// tie-breaking id; the sort value is read by the builder itself.
func (l *list) run(ctx context.Context, q querier, p *plan, dest func() (row []any, id *int64, keep func() error)) (total int64, next string, err error) {
	count, ok := l.counts[p.where]
	if !ok {
		count = "SELECT count(*) FROM " + l.from + " WHERE " + p.where
	}
	if err := one(ctx, q, "count "+l.noun+"s", []any{&total}, count, p.args...); err != nil {
		return 0, "", err
	}
	where, args := p.where, p.args
	if p.after != nil {
		condition, more := p.seek(l.id)
		where, args = "("+where+") AND "+condition, append(append([]any{}, args...), more...)
	}
	query := "SELECT " + l.columns + ", " + p.sort.expr + " FROM " + l.from + " WHERE " + where +
		" ORDER BY " + p.order(l.id) + " LIMIT ? OFFSET ?"
	args = append(append([]any{}, args...), p.limit+1, p.offset) // one more tells whether a page follows
	var last cursor
	n := 0
	err = each(ctx, q, "list "+l.noun+"s", func(r *sql.Rows) error {
		if n++; n > p.limit {
			next = last.write(p.mark)
			return nil
		}
		row, id, keep := dest()
		last.value = nil
		if err := r.Scan(append(row, &last.value)...); err != nil {
			return err
		}
		if b, ok := last.value.([]byte); ok {
			last.value = append([]byte{}, b...)
		}
		last.id = *id
		return keep()
	}, query, args...)
	return total, next, err
}

// order is the ORDER BY clause; ties follow the direction.
func (p *plan) order(id string) string {
	dir := " ASC"
	if p.desc {
		dir = " DESC"
	}
	clause := p.sort.expr + dir + ", " + id + dir
	if p.sort.nullable {
		return "(" + p.sort.expr + ") IS NULL, " + clause
	}
	return clause
}

// seek is the condition for rows after the cursor.
func (p *plan) seek(id string) (string, []any) {
	op := " > "
	if p.desc {
		op = " < "
	}
	x := "(" + p.sort.expr + ")"
	if p.after.value == nil {
		return "(" + x + " IS NULL AND " + id + op + "?)", []any{p.after.id}
	}
	condition := x + op + "? OR (" + x + " = ? AND " + id + op + "?)"
	if p.sort.nullable {
		condition += " OR " + x + " IS NULL"
	}
	return "(" + condition + ")", []any{p.after.value, p.after.value, p.after.id}
}
