package storage

import "time"

const insertBulk = `INSERT INTO executions
	(id, status, origin, queued_at, started_at, uuid, task_id, task_name, head, input)
	SELECT value->>0, value->>1, value->>2, value->>3, value->>4,
		substr(?2, value->>5, value->>6), substr(?2, value->>7, value->>8),
		substr(?2, value->>9, value->>10), substr(?2, value->>11, value->>12),
		substr(?2, value->>13, value->>14)
	FROM json_each(?1)`

// insertEnded stores executions whose run is over with all they have.
const insertEnded = `INSERT INTO executions
	(id, status, origin, queued_at, started_at, uuid, task_id, task_name, head, input,
	 completed_at, duration, output, output_hash, tail, error, error_message)
	SELECT value->>0, value->>1, value->>2, value->>3, value->>4,
		substr(?2, value->>5, value->>6), substr(?2, value->>7, value->>8),
		substr(?2, value->>9, value->>10), substr(?2, value->>11, value->>12),
		substr(?2, value->>13, value->>14), value->>15, value->>15 - value->>4,
		substr(?2, value->>16, value->>17), substr(?2, value->>18, value->>19),
		substr(?2, value->>20, value->>21), substr(?2, value->>22, value->>23),
		substr(?2, value->>24, value->>25)
	FROM json_each(?1)`

// pair gives inserts of a group their ends, when both are in it.
func pair(ops []*op) {
	for _, o := range ops {
		if o.insert != nil {
			o.insert.listed, o.insert.end = o.insert.plain(), nil
		}
	}
	for _, o := range ops {
		if o.finish == nil {
			continue
		}
		o.finish.inserted = false
		if i := o.finish.after; i != nil && i.listed && i.end == nil && i.e.ID == o.finish.e.ID {
			i.end, o.finish.inserted = o.finish, true
		}
	}
	for _, o := range ops {
		if o.insert != nil {
			o.insert.listed = false
		}
	}
}

// insertAll writes the inserts among ops: the plain ones at once.
func (t *tx) insertAll(ops []*op) error {
	var b, ended bulk
	for _, o := range ops {
		r := o.insert
		if r == nil {
			continue
		}
		t.w.number++
		r.number = t.w.number
		if !r.plain() {
			if err := t.insertOne(r); err != nil {
				return err
			}
			continue
		}
		if r.end == nil {
			r.append(&b)
		} else {
			r.appendEnded(&ended)
		}
	}
	if err := t.insertBulk(insertBulk, &b); err != nil {
		return err
	}
	return t.insertBulk(insertEnded, &ended)
}

func (t *tx) insertBulk(query string, b *bulk) error {
	if b.count == 0 {
		return nil
	}
	return conflictOf(t.exec("store executions", query, b.args()...), "an execution with this id exists")
}

func (r *insertRow) append(b *bulk) {
	r.appendStart(b, r.status, r.e.StartedAt)
	b.end()
}

func (r *insertRow) appendStart(b *bulk, status int64, started time.Time) {
	b.begin()
	b.int(r.number)
	b.int(status)
	b.int(originNumber(r.e.Origin))
	b.int(micro(r.e.QueuedAt))
	b.optional(micro(started))
	b.blob([]byte(r.e.ID))
	b.blob([]byte(r.e.TaskID))
	b.blob([]byte(r.e.TaskName))
	b.blob(r.head)
	b.blob(r.input.data)
}

func (r *insertRow) appendEnded(b *bulk) {
	started := r.end.e.StartedAt
	if started.IsZero() {
		started = r.e.StartedAt
	}
	r.appendStart(b, r.end.status, started)
	r.end.appendEnd(b)
	b.end()
}
