package storage

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
)

// searchLimits bound the work of one page of executions.
type searchLimits struct {
	sort   int           // rows that may be sorted; more are read in the order of an index
	read   int           // rows that may be read to find the page
	count  int           // rows that may be read to count further ones
	totals int           // totals beyond are a lower bound, where no counter knows them
	piece  int           // entries of an index that the first piece of a walk has
	texts  int           // entries of an index whose texts may be looked at
	find   time.Duration // after which a walk begins no further piece
	tally  time.Duration // after which the counting begins no further piece
}

func defaultLimits() searchLimits {
	return searchLimits{
		sort: 5000, read: 250_000, count: 12_000, totals: 10_000, texts: 100_000, piece: 2000,
		find: 80 * time.Millisecond, tally: 20 * time.Millisecond,
	}
}

// search finds a page of executions and their total.
type search struct {
	searchLimits
	q       querier
	p       *plan
	conds   []cond // filters and scope
	drivers []*driver
	sizes   map[string]int // rows of drivers, as far as counted
	matches int            // of the only condition, up to one more than totals; 0 = not known
}

// position is a row found: its id and sort values.
type position struct {
	id     int64
	values []any
}

// hits is a page as found.
type hits struct {
	ids        []int64
	next       string
	total      int64
	lowerBound bool
	incomplete bool // the search stopped before the page was full
}

func (s *search) page(ctx context.Context) (*hits, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	total, exact, err := s.total(ctx)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.rows(ctx, total, exact)
	if err != nil {
		return nil, err
	}
	h := &hits{next: next, total: total, lowerBound: !exact, incomplete: next != "" && len(rows) < s.p.limit}
	if !exact && len(rows) > 0 {
		h.total = max(total, int64(s.p.offset+len(rows)))
	}
	for _, r := range rows[:min(len(rows), s.p.limit)] {
		h.ids = append(h.ids, r.id)
	}
	return h, nil
}

// rows goes through the segments until the page is full, and returns up to one row more.
func (s *search) rows(ctx context.Context, total int64, exact bool) (rows []position, next string, err error) {
	skip, need := s.p.offset, s.p.limit+1
	after := s.p.after
	if after != nil {
		skip = after.skip
	}
	left, pace := s.read, s.pace(s.find)
	for _, seg := range segments(s.p.sorts) {
		if after != nil && !seg.holds(after.values) {
			continue
		}
		w := &walk{search: s, segment: seg, after: after, need: need - len(rows), skip: skip, left: left, pace: pace}
		if after == nil && len(seg.fixed) == 0 && len(seg.conds) == 0 && exact {
			w.size = total
		}
		if err := w.run(ctx); err != nil {
			return nil, "", err
		}
		rows, skip, left, after = append(rows, w.found...), w.skip, w.left, nil
		if w.stopped != nil {
			w.stopped.skip = skip
			return rows, w.stopped.write(s.p.mark), nil
		}
		if len(rows) >= need {
			last := rows[s.p.limit-1]
			return rows, cursor{values: last.values, id: last.id}.write(s.p.mark), nil
		}
	}
	return rows, "", nil
}

// walk reads one segment from where the page begins.
type walk struct {
	*search
	segment
	after   *cursor
	need    int
	skip    int // rows still to leave out
	left    int // rows that may still be read
	pace    *pace
	size    int64 // of the segment; 0 = not known
	hints   []cond
	found   []position
	likely  bool    // nearly all that the index leads to fits
	stopped *cursor // where the search stopped, out of left
}

func (w *walk) run(ctx context.Context) error {
	behind, past, err := w.jump(ctx)
	if past || err != nil {
		return err
	}
	if len(behind) > 0 {
		w.size = 0 // that of what is left is not known
	}
	index, by, few, err := w.choose(ctx)
	if err != nil {
		return err
	}
	within := slices.Concat(w.hints, behind) // what leads to entries of the index
	tested := slices.Concat(w.segment.conds, w.search.conds)
	if by != nil {
		within = append(within, cond{sql: by.sql, args: by.args})
	}
	if w.after != nil {
		within = append(within, w.seek())
	}
	narrow, likely := true, true // the index leads to nothing but rows of the list; but for the origin
	for _, c := range tested {
		switch {
		case c.narrows(index, by):
			within = append(within, c)
		case c.column == colOrigin && !c.allOf(index):
			narrow = false
		case !c.servedBy(index) || !c.allOf(index):
			narrow, likely = false, false
		}
	}
	held := covers(index, tested, w.keys) || (index == byID && len(tested) == 0)
	if few || (held && narrow) {
		return w.all(ctx, index, slices.Concat(within, tested))
	}
	w.likely = likely
	return w.pieces(ctx, index, within, tested, held)
}

// joined is conditions joined by AND.
func joined(conds []cond) (string, []any) {
	parts := []string{"1"}
	var args []any
	for _, c := range conds {
		parts, args = append(parts, "("+c.sql+")"), append(args, c.args...)
	}
	return strings.Join(parts, " AND "), args
}

// seek is the condition for rows after the cursor.
func (w *walk) seek() cond {
	if len(w.keys) == 0 {
		return cond{sql: "e.id" + sign(w.desc()) + "?", args: []any{w.after.id}}
	}
	p := &plan{sorts: w.keys, after: &cursor{values: w.after.values[w.from:], id: w.after.id}}
	condition, args := p.seek("e.id", w.desc())
	first := w.keys[0]
	return cond{
		sql:  first.expr + sign(first.desc)[:2] + "= ? AND " + condition,
		args: append([]any{p.after.values[0]}, args...),
	}
}

func (w *walk) desc() bool { return w.p.sorts[0].desc }

// sign compares with what lies behind.
func sign(desc bool) string {
	if desc {
		return " < "
	}
	return " > "
}

// all finds the rows with one query: an index holds all it tests, or the rows are few.
func (w *walk) all(ctx context.Context, index string, conds []cond) error {
	where, args := joined(conds)
	backward := w.after == nil && w.size > 0 && int64(w.skip) > w.size/2
	offset, limit, order := w.skip, w.need, w.order(w.desc())
	if backward { // the end of the list is nearer
		if limit = min(limit, int(w.size)-offset); limit <= 0 {
			w.skip -= int(w.size)
			return nil
		}
		offset, order = int(w.size)-offset-limit, turned(order)
	}
	err := w.read(ctx, index, where+" ORDER BY "+order+" LIMIT ? OFFSET ?", append(slices.Clone(args), limit, offset))
	switch {
	case err != nil:
		return err
	case backward:
		slices.Reverse(w.found)
	case len(w.found) == 0 && w.skip > 0:
		var n int
		if err := one(ctx, w.q, "count executions", []any{&n}, "SELECT count(*) FROM "+from(index)+" WHERE "+where, args...); err != nil {
			return err
		}
		w.skip -= n
		return nil
	}
	w.skip = 0
	return nil
}

func turned(order string) string {
	return strings.NewReplacer(" DESC", " ASC", " ASC", " DESC").Replace(order)
}

func from(index string) string {
	switch index {
	case "":
		return "executions AS e"
	case byID:
		return "executions AS e NOT INDEXED"
	}
	return "executions AS e INDEXED BY " + index
}

// read appends the positions that a condition, order and limit select.
func (w *walk) read(ctx context.Context, index, rest string, args []any) error {
	columns := "e.id"
	for _, k := range w.keys {
		columns += ", " + k.expr
	}
	return each(ctx, w.q, "list executions", func(r *sql.Rows) error {
		p := position{values: make([]any, w.from+len(w.keys))}
		copy(p.values, w.fixed)
		dest := []any{&p.id}
		for i := range w.keys {
			dest = append(dest, &p.values[w.from+i])
		}
		err := r.Scan(dest...)
		w.found = append(w.found, p)
		return err
	}, "SELECT "+columns+" FROM "+from(index)+" WHERE "+rest, args...)
}
