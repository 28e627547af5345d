package storage

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	"ratchet"
)

// maxDamage bounds how many damaged rows are remembered by name.
const maxDamage = 1000

// damage is which rows lists have left out, because they cannot be read.
type damage struct {
	mu   sync.Mutex
	rows []string
	seen map[string]bool
}

// Damaged returns the rows that lists and logs have left out since the store was
// opened, such as "execution 12", in the order in which they were found.
func (db *DB) Damaged() []string {
	db.damage.mu.Lock()
	defer db.damage.mu.Unlock()
	return slices.Clone(db.damage.rows)
}

// skip leaves out a row that err says is damaged, and reports it once.
func (db *DB) skip(noun string, id any, err error) {
	name := fmt.Sprint(noun, " ", id)
	db.damage.mu.Lock()
	known := db.damage.seen[name] || len(db.damage.rows) >= maxDamage
	if !known {
		if db.damage.seen == nil {
			db.damage.seen = map[string]bool{}
		}
		db.damage.seen[name], db.damage.rows = true, append(db.damage.rows, name)
	}
	db.damage.mu.Unlock()
	if !known {
		db.log.Error("a stored row is damaged and left out", "row", name, "error", errors.Join(err, errors.Unwrap(err)))
	}
}

// scanRow is r.Scan. A row whose columns do not hold what they should is
// damaged: then lenient gets what it can.
func scanRow(r *sql.Rows, dest []any, lenient ...int) error {
	err := r.Scan(dest...)
	if err == nil {
		return nil
	}
	loose := make([]any, len(dest))
	for i := range loose {
		loose[i] = new(any)
		if slices.Contains(lenient, i) {
			loose[i] = dest[i]
		}
	}
	if again := r.Scan(loose...); again != nil {
		return err // not even the id
	}
	return damaged(err.Error())
}

// isDamaged says whether err is about one row only.
func isDamaged(err error) bool {
	var e *ratchet.Error
	return errors.As(err, &e) && e.Message == damagedMessage
}

// whole says whether a row that was read with err can be used. One that is
// damaged is left out, see skip, which is not an error.
func (db *DB) whole(noun string, id any, err error) (bool, error) {
	if isDamaged(err) {
		db.skip(noun, id, err)
		return false, nil
	}
	return err == nil, err
}

const damagedMessage = "a stored row is damaged"

// sound refuses times that no clock of ours has shown and no JSON can hold.
func sound(times ...int64) error {
	const first, last = -62135596800_000_000, 253402300799_999_999 // the years 1 to 9999
	for _, us := range times {
		if us < first || us > last {
			return damaged(fmt.Sprintf("%d is not a time", us))
		}
	}
	return nil
}
