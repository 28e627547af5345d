package storage

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// only narrows a plan to the rows that keep says yes to, which SQL cannot tell.
// It reads the whole list, so it is for short ones. dest is where the columns
// of a row go; keep then says its number and whether it is kept.
func (p *plan) only(ctx context.Context, q querier, l *list, dest func() []any, keep func() (id int64, ok bool, err error)) error {
	ids := []string{}
	err := each(ctx, q, "list "+l.noun+"s", func(r *sql.Rows) error {
		if err := r.Scan(dest()...); err != nil {
			return err
		}
		id, ok, err := keep()
		if ok {
			ids = append(ids, strconv.FormatInt(id, 10))
		}
		return err
	}, "SELECT "+l.columns+" FROM "+l.from)
	p.where = "(" + p.where + ") AND " + l.id + " IN (" + strings.Join(ids, ",") + ")"
	return err
}
