package storage

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"ratchet"
)

// keptBackups is how many backups of one task are kept.
const keptBackups = 20

// UpdateOptions say how a task is changed.
type UpdateOptions struct {
	ExpectedChecksum string    // refuse when the task's checksum differs; empty = do not check
	ExpectedUpdate   time.Time // refuse when the stored UpdatedAt is another; zero = do not look
	Note             string    // what changed
	Author           string    // principal
	Backup           bool      // keep the former state as a backup
	Overwrite        bool      // the backup's reason is "overwrite" instead of "edit"
}

// DeleteOptions say how a task is deleted.
type DeleteOptions struct {
	Backup bool // keep the last state as a backup
}

// CreateTask stores a new task with the first row of its history. It sets ID
// (a new UUIDv7 when empty), Number, Checksum, SourceType (database when
// empty), CreatedAt and UpdatedAt. A name or id in use is a conflict, and a
// secret that is not granted is refused, see MayDeclare.
func (db *DB) CreateTask(ctx context.Context, t *ratchet.Task, note, author string) error {
	next := *t
	if err := mayName(ctx, next.Name); err != nil {
		return err
	}
	if next.ID == "" {
		next.ID = newID()
	}
	if next.SourceType == "" {
		next.SourceType = "database"
	}
	next.CreatedAt = timeOf(db.micros())
	next.UpdatedAt = next.CreatedAt
	next.Checksum = Checksum(&next)
	args, err := taskArgs(&next)
	if err != nil {
		return err
	}
	err = db.writeTask(ctx, true, func(tx *tx) error {
		if err := mayDeclare(ctx, tx.conn, &next); err != nil {
			return err
		}
		err := tx.exec("store a task", `INSERT INTO tasks
			(name, label, version, version_key, description, category, enabled, source_type, source, checksum,
			 updated_at, body, uuid, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			append(slices.Clone(args), []byte(next.ID), micro(next.CreatedAt))...)
		if err != nil {
			return taskConflict(err, next.Name)
		}
		if err := tx.row("number a task", []any{&next.Number}, "SELECT id FROM tasks WHERE uuid = ?", []byte(next.ID)); err != nil {
			return err
		}
		if err := tx.setTags(&next); err != nil {
			return err
		}
		if err := tx.made(ctx, next.ID); err != nil {
			return err
		}
		return tx.addVersion(&next, note, author, micro(next.CreatedAt))
	})
	if err == nil {
		*t = next
	}
	return err
}

// UpdateTask replaces the task with t's ID by t and adds a row to its history.
// It sets Number, Checksum, CreatedAt and UpdatedAt, and returns the id of the
// backup, if one was asked for.
func (db *DB) UpdateTask(ctx context.Context, t *ratchet.Task, opt UpdateOptions) (backupID string, err error) {
	next := *t
	if err := mayName(ctx, next.Name); err != nil {
		return "", err
	}
	next.UpdatedAt = timeOf(db.micros())
	next.Checksum = Checksum(&next)
	reason := "edit"
	if opt.Overwrite {
		reason = "overwrite"
	}
	err = db.writeTask(ctx, true, func(tx *tx) error {
		backupID = ""
		old, err := taskBy(ctx, tx.conn, "uuid = ?", []byte(next.ID))
		if err != nil {
			return err
		}
		if old == nil {
			return notFound("task", next.ID, ratchet.ToolListAvailableTasks)
		}
		if err := seen(ctx, old.Name, "task", next.ID, ratchet.ToolListAvailableTasks); err != nil {
			return err
		}
		if opt.ExpectedChecksum != "" && opt.ExpectedChecksum != old.Checksum {
			return ratchet.Errorf(ratchet.CodeConflict, "task %q changed since: its checksum is %s", old.Name, old.Checksum).Wrap(errStale).
				At("/expected_checksum").WithHint("read the task again, apply your change to it and send its new checksum")
		}
		if !opt.ExpectedUpdate.IsZero() && !opt.ExpectedUpdate.Equal(old.UpdatedAt) {
			return ratchet.Errorf(ratchet.CodeConflict, "task %q changed since", old.Name).Wrap(errStale).
				At("/expected_revision").WithHint("read the task again and apply your change to what it is now")
		}
		if next.Checksum != old.Checksum || next.Name != old.Name { // who only disables it need not hold its secrets
			if err := mayDeclare(ctx, tx.conn, &next); err != nil {
				return err
			}
		}
		next.Number, next.CreatedAt = old.Number, old.CreatedAt
		if opt.Backup {
			if backupID, err = tx.backup(old, reason, micro(next.UpdatedAt)); err != nil {
				return err
			}
		}
		args, err := taskArgs(&next)
		if err != nil {
			return err
		}
		err = tx.exec("change a task", `UPDATE tasks SET name = ?, label = ?, version = ?, version_key = ?, description = ?,
			category = ?, enabled = ?, source_type = ?, source = ?, checksum = ?, updated_at = ?, body = ?,
			validated_at = NULL WHERE uuid = ?`,
			append(args, []byte(next.ID))...)
		if err != nil {
			return taskConflict(err, next.Name)
		}
		if err := tx.setTags(&next); err != nil {
			return err
		}
		return tx.addVersion(&next, opt.Note, opt.Author, micro(next.UpdatedAt))
	})
	if err != nil {
		return "", err
	}
	*t = next
	return backupID, nil
}

// DeleteTask removes a task by its UUID and returns the id of the backup, if
// one was asked for. Its history and executions stay; those read as TaskDeleted.
func (db *DB) DeleteTask(ctx context.Context, id string, opt DeleteOptions) (backupID string, err error) {
	now := db.micros()
	err = db.writeTask(ctx, true, func(tx *tx) error {
		backupID = ""
		old, err := taskBy(ctx, tx.conn, "uuid = ?", []byte(id))
		if err != nil {
			return err
		}
		if old == nil {
			return notFound("task", id, ratchet.ToolListAvailableTasks)
		}
		if err := seen(ctx, old.Name, "task", id, ratchet.ToolListAvailableTasks); err != nil {
			return err
		}
		if opt.Backup {
			if backupID, err = tx.backup(old, "delete", now); err != nil {
				return err
			}
		}
		if err := tx.exec("delete tags", "DELETE FROM task_tags WHERE task = ?", old.Number); err != nil {
			return err
		}
		return tx.exec("delete a task", "DELETE FROM tasks WHERE id = ?", old.Number)
	})
	return backupID, err
}

// MarkValidated records that a task passed validation; the next change of the
// task voids it.
func (db *DB) MarkValidated(ctx context.Context, id string) error {
	now := db.micros()
	return db.writeTask(ctx, false, func(tx *tx) error {
		return tx.exec("mark a task validated", "UPDATE tasks SET validated_at = ? WHERE uuid = ?", now, []byte(id))
	})
}

// MarkSync notes which tasks differ from their files; all others do not.
func (db *DB) MarkSync(ctx context.Context, differ []string) error {
	ids := make([]string, len(differ))
	for i, id := range differ {
		ids[i] = hex.EncodeToString([]byte(id))
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return db.writeTask(ctx, false, func(tx *tx) error {
		const differs = "lower(hex(uuid)) IN (SELECT value FROM json_each(?1))"
		return tx.exec("mark tasks that differ from their files",
			"UPDATE tasks SET in_sync = NOT "+differs+" WHERE in_sync IS NOT (NOT "+differs+")", string(list))
	})
}

// taskArgs are the columns of t from name to body.
func taskArgs(t *ratchet.Task) ([]any, error) {
	body, err := pack(t)
	if err != nil {
		return nil, err
	}
	label := t.Label
	if label == "" {
		label = t.Name
	}
	return []any{
		[]byte(t.Name), []byte(label), []byte(t.Version), versionKey(t.Version), []byte(t.Description), text(t.Category),
		t.Enabled, text(t.SourceType), text(t.Source), []byte(t.Checksum), micro(t.UpdatedAt), body,
	}, nil
}

func taskConflict(err error, name string) error {
	e := conflictOf(err, "a task named \""+name+"\" exists")
	if re, ok := e.(*ratchet.Error); ok && re.Code == ratchet.CodeConflict { //nolint:errorlint // just made
		return re.At("/name").WithHint("choose another name, or change the task with "+ratchet.ToolEditTask).
			Next(ratchet.ToolEditTask, map[string]any{"task_id": name})
	}
	return e
}

func (t *tx) setTags(task *ratchet.Task) error {
	if err := t.exec("clear tags", "DELETE FROM task_tags WHERE task = ?", task.Number); err != nil {
		return err
	}
	for _, tag := range task.Tags {
		if err := t.exec("store a tag", "INSERT OR IGNORE INTO task_tags (task, tag) VALUES (?, ?)", task.Number, []byte(tag)); err != nil {
			return err
		}
	}
	return nil
}

func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.NewString() // the clock or the random source failed; any unique id will do
	}
	return id.String()
}

// writeTask is write for everything that changes a task.
func (db *DB) writeTask(ctx context.Context, durable bool, fn func(tx *tx) error) error {
	defer db.tasks.Add(1)
	return db.write(ctx, durable, fn)
}

// TaskRevision changes whenever a task was created, changed or deleted: what
// was read while it was the same is still as it was read.
func (db *DB) TaskRevision() int64 { return db.tasks.Load() }
