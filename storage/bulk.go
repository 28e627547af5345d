package storage

import (
	"strconv"
)

// bulk carries rows to one statement over json_each: row i of the JSON array
// holds integers, and texts and bytes as offset and length into one blob that
// is bound beside it (substr(?2, offset, length)). That keeps bytes exact,
// needs no hexadecimal, and costs two bound values however many rows there are.
type bulk struct {
	rows  []byte // JSON: [[…],[…]]
	bytes []byte // the blob
	count int
}

// begin starts a row.
func (b *bulk) begin() {
	if b.count == 0 {
		b.rows = append(b.rows, '[')
	} else {
		b.rows = append(b.rows, ',')
	}
	b.rows = append(b.rows, '[')
	b.count++
}

// end closes the row begun last.
func (b *bulk) end() { b.rows[len(b.rows)-1] = ']' }

func (b *bulk) int(v int64) { b.rows = append(strconv.AppendInt(b.rows, v, 10), ',') }

// optional writes null for zero.
func (b *bulk) optional(v int64) {
	if v == 0 {
		b.rows = append(b.rows, "null,"...)
		return
	}
	b.int(v)
}

// blob writes offset and length; null and null for nil, which substr turns to NULL.
func (b *bulk) blob(v []byte) {
	if v == nil {
		b.rows = append(b.rows, "null,null,"...)
		return
	}
	b.int(int64(len(b.bytes) + 1))
	b.int(int64(len(v)))
	b.bytes = append(b.bytes, v...)
}

// args are the two values to bind.
func (b *bulk) args() []any {
	text := append(b.rows, ']')
	return []any{string(text), b.bytes}
}
