package storage

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// only narrows a plan to the rows that keep says yes to, which SQL cannot tell.
// It reads the whole list, so it is for short ones. dest is where the columns
// of a row go, its number first; keep then says whether it is kept.
func (p *plan) only(ctx context.Context, db *DB, q querier, l *list, dest func() []any, keep func() (bool, error)) error {
	ids := []string{}
	err := each(ctx, q, "list "+l.noun+"s", func(r *sql.Rows) error {
		row := dest()
		number, _ := row[0].(*int64)
		err := scanRow(r, row, 0)
		ok := false
		if err == nil {
			ok, err = keep()
		}
		if ok {
			ids = append(ids, strconv.FormatInt(*number, 10))
		}
		_, err = db.whole(l.noun, *number, err)
		return err
	}, "SELECT "+l.columns+" FROM "+l.from)
	p.where = "(" + p.where + ") AND " + l.id + " IN (" + strings.Join(ids, ",") + ")"
	return err
}
