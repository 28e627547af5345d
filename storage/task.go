package storage

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ratchet"
)

// Checksum is the SHA-256 over a task's source, schemas, metadata and tests,
// in hexadecimal. White space between JSON tokens does not count.
func Checksum(t *ratchet.Task) string {
	h := sha256.New()
	add := func(label string, data []byte) {
		h.Write([]byte(label + ":" + strconv.Itoa(len(data)) + ":"))
		h.Write(data)
	}
	add("language", []byte(t.Language))
	add("code", []byte(t.Code))
	for _, path := range slices.Sorted(maps.Keys(t.Files)) {
		add("path", []byte(path))
		add("file", []byte(t.Files[path]))
	}
	add("input_schema", compact(t.InputSchema))
	add("output_schema", compact(t.OutputSchema))
	add("metadata", compact(t.Metadata))
	tests, err := json.Marshal(t.Tests)
	if err != nil {
		tests = []byte(err.Error()) // invalid raw JSON: still a function of the task
	}
	add("tests", tests)
	return hex.EncodeToString(h.Sum(nil))
}

func compact(raw json.RawMessage) []byte {
	var buf bytes.Buffer
	if err := json.Compact(&buf, raw); err != nil {
		return raw
	}
	return buf.Bytes()
}

// taskRow is a task as read.
type taskRow struct {
	number, created, updated int64
	body                     []byte
}

const taskColumns = "t.id, t.created_at, t.updated_at, t.body"

func (r *taskRow) dest() []any { return []any{&r.number, &r.created, &r.updated, &r.body} }

func (r *taskRow) task() (*ratchet.Task, error) {
	t := new(ratchet.Task)
	if err := cmp.Or(unpack(r.body, t), sound(r.created, r.updated)); err != nil {
		return nil, err
	}
	t.Number, t.CreatedAt, t.UpdatedAt, t.Last = r.number, timeOf(r.created), timeOf(r.updated), nil
	return t, nil
}

// Task returns the task a reference means: UUID, number, name, or
// name@version for the last state of an older version.
func (db *DB) Task(ctx context.Context, ref string) (t *ratchet.Task, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		if t, err = findTask(ctx, q, ref); err == nil {
			err = seen(ctx, t.Name, "task", ref, ratchet.ToolListAvailableTasks)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

func findTask(ctx context.Context, q querier, ref string) (*ratchet.Task, error) {
	t, err := taskBy(ctx, q, "uuid = ?", []byte(strings.ToLower(ref)))
	if n, numErr := strconv.ParseInt(ref, 10, 64); t == nil && err == nil && numErr == nil {
		t, err = taskBy(ctx, q, "id = ?", n)
	}
	if t == nil && err == nil {
		t, err = taskBy(ctx, q, "name = ?", []byte(ref))
	}
	if t != nil || err != nil {
		return t, err
	}
	name, version, pinned := strings.Cut(ref, "@")
	if !pinned {
		return nil, notFound("task", ref, ratchet.ToolListAvailableTasks)
	}
	active, err := findTask(ctx, q, name)
	if err != nil || active.Version == version {
		return active, err
	}
	return pinnedTask(ctx, q, active, version)
}

// pinnedTask is active as its version was, with what is not versioned kept.
func pinnedTask(ctx context.Context, q querier, active *ratchet.Task, version string) (*ratchet.Task, error) {
	var body []byte
	err := one(ctx, q, "read a version of a task", []any{&body},
		"SELECT body FROM task_versions WHERE task_id = ? AND version = ? ORDER BY revision DESC LIMIT 1",
		[]byte(active.ID), []byte(version))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ratchet.Errorf(ratchet.CodeNotFound, "task %q has no version %q; its active version is %s", active.Name, version, active.Version).
			WithHint("leave out the version to use the active one")
	}
	if err != nil {
		return nil, err
	}
	t := new(ratchet.Task)
	if err := unpack(body, t); err != nil {
		return nil, err
	}
	t.ID, t.Number, t.Name, t.Enabled = active.ID, active.Number, active.Name, active.Enabled
	t.CreatedAt, t.UpdatedAt = active.CreatedAt, t.UpdatedAt.UTC()
	return t, nil
}

// taskBy reads one task; nil when there is none.
func taskBy(ctx context.Context, q querier, where string, arg any) (*ratchet.Task, error) {
	var r taskRow
	return found(ctx, q, "read a task", r.dest(), r.task, "SELECT "+taskColumns+" FROM tasks AS t WHERE t."+where, arg)
}

// TaskNames returns up to limit names that begin with prefix, in order.
func (db *DB) TaskNames(ctx context.Context, prefix string, limit int) ([]string, error) {
	only, args := visible(ctx, "name")
	return db.names(ctx, "SELECT name FROM tasks WHERE "+only+" AND name >= ? AND name < ? ORDER BY name LIMIT ?",
		append(args, []byte(prefix), []byte(prefix+"\xff"), limit)...)
}

// TaskReferences returns the ids of the executions of a task that are pending
// or running.
func (db *DB) TaskReferences(ctx context.Context, taskID string) (active []string, err error) {
	return db.names(ctx, "SELECT uuid FROM executions WHERE status < 2 AND task_id = ? ORDER BY id", []byte(taskID))
}
