package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"ratchet"
)

// errBulk says that a bulk statement met a row it cannot write. Only the
// writer sees it: each write of the group is then tried alone.
var errBulk = errors.New("a row of the group was refused")

// tx is the running transaction of the writer. It must not leave the function
// it was handed to.
type tx struct {
	w    *writer
	conn *sql.Conn
}

// commit writes a batch and sets every op's err.
func (w *writer) commit(batch []*op) {
	if len(batch) == 0 {
		return
	}
	if w.db.path == "" {
		w.db.memory.Lock()
		defer w.db.memory.Unlock()
	}
	conn := w.lazy
	for _, o := range batch {
		if o.durable {
			conn = w.full // the others ride along on the one sync
			break
		}
	}
	err := w.transact(conn, batch)
	if err == nil {
		return
	}
	if len(batch) == 1 {
		batch[0].err = err
		return
	}
	for i, o := range batch { // one of them is to blame; the others must not suffer
		o.err = w.transact(conn, batch[i:i+1])
	}
}

// transact writes the ops in one transaction, all or none.
func (w *writer) transact(conn *sql.Conn, ops []*op) (err error) {
	t := &tx{w: w, conn: conn}
	number, seq, chain := w.number, w.seq, w.chain
	if err := t.exec("begin", "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if v := recover(); v != nil {
			err = ratchet.AsError(fmt.Errorf("panic in a write: %v", v))
		}
		if err != nil {
			w.number, w.seq, w.chain = number, seq, chain
			w.rollback(t)
		}
	}()
	if err := t.apply(ops); err != nil {
		return err
	}
	return t.exec("commit", "COMMIT")
}

// apply runs the ops: inserts first, so that a write about a new execution in
// the same group finds it.
func (t *tx) apply(ops []*op) error {
	pair(ops)
	if err := t.insertAll(ops); err != nil {
		return err
	}
	for _, o := range ops {
		if o.fn == nil {
			continue
		}
		if err := o.fn(t); err != nil {
			return err
		}
	}
	if err := t.finishAll(ops); err != nil {
		return err
	}
	return t.auditAll(ops)
}

// rollback ends a failed transaction. A full disk has ended it already, so an
// error here says nothing.
func (w *writer) rollback(t *tx) {
	if _, err := t.conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		w.db.log.Debug("rollback", "error", driverError("rollback", err))
	}
}

// exec runs one statement that returns no rows.
func (t *tx) exec(doing, query string, args ...any) error {
	_, err := t.change(doing, query, args...)
	return err
}

// change is exec that counts the rows changed.
func (t *tx) change(doing, query string, args ...any) (int64, error) {
	if err := checkArgs(query, args); err != nil {
		return 0, err
	}
	result, err := t.conn.ExecContext(context.Background(), query, args...)
	if err != nil {
		return 0, driverError(doing, err)
	}
	return result.RowsAffected()
}

// row reads one row; sql.ErrNoRows when there is none.
func (t *tx) row(doing string, dest []any, query string, args ...any) error {
	if err := checkArgs(query, args); err != nil {
		return err
	}
	return driverError(doing, t.conn.QueryRowContext(context.Background(), query, args...).Scan(dest...))
}

// checkArgs counts placeholders, because the driver stores NULL for a missing
// argument and ignores one too many. Our statements have no ? in literals.
func checkArgs(query string, args []any) error {
	plain, highest := 0, 0
	for i := 0; i < len(query); i++ {
		if query[i] != '?' {
			continue
		}
		n := 0
		for i+1 < len(query) && query[i+1] >= '0' && query[i+1] <= '9' {
			n, i = n*10+int(query[i+1]-'0'), i+1
		}
		if n == 0 {
			plain++
		}
		highest = max(highest, n)
	}
	if want := max(plain, highest); want != len(args) {
		return ratchet.AsError(fmt.Errorf("statement takes %d arguments, got %d", want, len(args)))
	}
	return nil
}
