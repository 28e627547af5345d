package storage

import (
	"cmp"
	"context"
	"database/sql"
	"strings"

	"ratchet"
)

// addVersion adds the state of task to its history: the next revision of its version.
func (t *tx) addVersion(task *ratchet.Task, note, author string, at int64) error {
	body, err := pack(task)
	if err != nil {
		return err
	}
	return t.exec("store a version of a task", `INSERT INTO task_versions
		(uuid, task_id, version, revision, note, author, created_at, body)
		VALUES (?1, ?2, ?3, (SELECT coalesce(max(revision), 0) + 1 FROM task_versions WHERE task_id = ?2 AND version = ?3),
		?4, ?5, ?6, ?7)`,
		[]byte(newID()), []byte(task.ID), []byte(task.Version), text(note), text(author), at, body)
}

// backup keeps the state of task and drops its oldest backups.
func (t *tx) backup(task *ratchet.Task, reason string, at int64) (string, error) {
	body, err := pack(task)
	if err != nil {
		return "", err
	}
	id := newID()
	err = t.exec("store a backup of a task", `INSERT INTO task_backups
		(uuid, task_id, task_name, reason, created_at, body) VALUES (?, ?, ?, ?, ?, ?)`,
		[]byte(id), []byte(task.ID), []byte(task.Name), []byte(reason), at, body)
	if err != nil {
		return "", err
	}
	return id, t.exec("drop old backups of a task", `DELETE FROM task_backups WHERE task_id = ?1 AND id <=
		(SELECT id FROM task_backups WHERE task_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`, []byte(task.ID), keptBackups)
}

// TaskVersions returns the history of a task, newest first.
func (db *DB) TaskVersions(ctx context.Context, taskID string) ([]ratchet.TaskVersion, error) {
	list := []ratchet.TaskVersion{}
	err := db.read(ctx, func(q querier) error {
		return each(ctx, q, "read the history of a task", func(r *sql.Rows) error {
			var id, version, note, author, body []byte
			var revision int
			var created int64
			err := cmp.Or(scanRow(r, []any{&id, &version, &revision, &note, &author, &created, &body}, 0), sound(created))
			v := ratchet.TaskVersion{
				ID: string(id), TaskID: taskID, Version: string(version), Revision: revision,
				Note: string(note), Author: string(author), CreatedAt: timeOf(created),
			}
			if err == nil {
				err = unpackTask(body, &v.Task)
			}
			if ok, err := db.whole("task version", v.ID, err); !ok {
				return err
			}
			list = append(list, v)
			return nil
		}, `SELECT uuid, version, revision, note, author, created_at, body FROM task_versions
			WHERE task_id = ? ORDER BY id DESC`, []byte(taskID))
	})
	return list, err
}

// TaskBackup returns a backup by its UUID.
func (db *DB) TaskBackup(ctx context.Context, id string) (*ratchet.TaskBackup, error) {
	var found []ratchet.TaskBackup
	err := db.backups(ctx, &found, "uuid = ?", []byte(id))
	if err == nil && len(found) == 0 {
		return nil, noBackup("task backup", id)
	}
	if err != nil {
		return nil, err
	}
	if !ratchet.ScopeFrom(ctx).AllowsTask(found[0].TaskName) {
		return nil, noBackup("task backup", id)
	}
	return &found[0], nil
}

// noBackup is the answer for a backup that is not there and for one that the
// caller may not know of.
func noBackup(noun, ref string) *ratchet.Error {
	return ratchet.Errorf(ratchet.CodeNotFound, "there is no %s %q", noun, ref).
		WithHint("edits and deletions make backups unless create_backup is false; the newest %d of each task are kept", keptBackups)
}

// TaskBackups returns the backups of a task, newest first. A deleted task
// keeps its backups.
func (db *DB) TaskBackups(ctx context.Context, taskID string) ([]ratchet.TaskBackup, error) {
	list := []ratchet.TaskBackup{}
	err := db.backups(ctx, &list, "task_id = ?", []byte(taskID))
	return list, err
}

func (db *DB) backups(ctx context.Context, list *[]ratchet.TaskBackup, where string, arg any) error {
	return db.read(ctx, func(q querier) error {
		return each(ctx, q, "read backups of a task", func(r *sql.Rows) error {
			var id, task, name, reason, body []byte
			var created int64
			err := cmp.Or(scanRow(r, []any{&id, &task, &name, &reason, &created, &body}, 0), sound(created))
			b := ratchet.TaskBackup{
				ID: string(id), TaskID: string(task), TaskName: string(name), Reason: string(reason), CreatedAt: timeOf(created),
			}
			if err == nil {
				err = unpackTask(body, &b.Task)
			}
			if ok, err := db.whole("task backup", b.ID, err); !ok {
				return err
			}
			*list = append(*list, b)
			return nil
		}, "SELECT uuid, task_id, task_name, reason, created_at, body FROM task_backups WHERE "+where+" ORDER BY id DESC", arg)
	})
}

func unpackTask(body []byte, t *ratchet.Task) error {
	err := unpack(body, t)
	t.CreatedAt, t.UpdatedAt = t.CreatedAt.UTC(), t.UpdatedAt.UTC()
	return err
}

// NewestTaskBackup returns the newest backup of a task, which may be deleted:
// then ref is its UUID or name.
func (db *DB) NewestTaskBackup(ctx context.Context, ref string) (*ratchet.TaskBackup, error) {
	var found []ratchet.TaskBackup
	t, err := db.Task(ctx, ref)
	switch {
	case err == nil:
		err = db.backups(ctx, &found, "task_id = ?", []byte(t.ID))
	case ratchet.CodeOf(err) == ratchet.CodeNotFound:
		if err = db.backups(ctx, &found, "task_id = ?", []byte(strings.ToLower(ref))); err == nil && len(found) == 0 {
			err = db.backups(ctx, &found, "task_name = ?", []byte(ref))
		}
	}
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || !ratchet.ScopeFrom(ctx).AllowsTask(found[0].TaskName) {
		return nil, noBackup("backup of a task", ref)
	}
	return &found[0], nil
}

// RestoreOptions say how a backup is restored.
type RestoreOptions struct {
	Author string
	Place  func(*ratchet.Task) // says where its files will be; nil = where they were
}

// RestoreTask makes a backup the active state again: the task is changed back,
// or created again with its old UUID when it was deleted. The state it
// replaces is kept as a backup, whose ID is returned. Restoring under a name
// that another task took is a conflict.
func (db *DB) RestoreTask(ctx context.Context, backupID string, o RestoreOptions) (t *ratchet.Task, replaced string, err error) {
	b, err := db.TaskBackup(ctx, backupID)
	if err != nil {
		return nil, "", err
	}
	t = &b.Task
	if o.Place != nil {
		o.Place(t)
	}
	note := "restored from backup " + b.ID
	replaced, err = db.UpdateTask(ctx, t, UpdateOptions{Note: note, Author: o.Author, Backup: true, Overwrite: true})
	if ratchet.CodeOf(err) == ratchet.CodeNotFound {
		err = db.CreateTask(ctx, t, note, o.Author)
	}
	if err != nil {
		return nil, "", err
	}
	return t, replaced, nil
}
