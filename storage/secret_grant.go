package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"ratchet"
)

// MayDeclare refuses a task that declares a secret which is not granted to it,
// or not to the author whose role ctx carries. Every way to store a task makes
// the same check within its transaction.
func (db *DB) MayDeclare(ctx context.Context, t *ratchet.Task) error {
	return db.snapshot(ctx, func(q querier) error { return mayDeclare(ctx, q, t) })
}

// maxDeclared is how many secrets one task may declare.
const maxDeclared = 100

func mayDeclare(ctx context.Context, q querier, t *ratchet.Task) error {
	names, err := ratchet.DeclaredSecrets(t.Metadata)
	if err != nil {
		return nil //nolint:nilerr // metadata that cannot be read lets nothing run
	}
	if len(names) > maxDeclared {
		return ratchet.Errorf(ratchet.CodeInvalid, "task %s declares %d secrets; at most %d are allowed", t.Name, len(names), maxDeclared).
			At("/metadata/secrets").WithHint("declare only what the task uses")
	}
	for i, name := range names {
		s, err := secretBy(ctx, q, name)
		if err != nil {
			return err
		}
		if s == nil {
			held, err := holds(ctx, q, name, t.ID)
			if err != nil {
				return err
			}
			if held {
				continue
			}
		}
		if refused := undeclarable(s, name, t.Name, ratchet.RoleFrom(ctx)); refused != nil {
			return refused.At("/metadata/secrets/"+strconv.Itoa(i)).With("secret", name)
		}
	}
	return nil
}

// undeclarable says why a task may not declare a secret; nil when it may. An
// admin decides who may, so an admin's own role does not matter.
func undeclarable(s *SealedSecret, name, task string, author ratchet.Role) *ratchet.Error {
	switch {
	case s == nil:
		return ratchet.Errorf(ratchet.CodeDenied, "task %s declares the secret %s, which is not bound to any task", task, name).
			WithHint("take %s out of secrets in the metadata, or have an operator run `ratchet secrets set %s --task-patterns %s` ("+ratchet.ToolSetSecret+")", name, name, task).
			Next(ratchet.ToolSetSecret, map[string]any{"name": name, "task_patterns": []string{task}})
	case !s.AllowsTask(task):
		patterns := append(slices.Clone(s.TaskPatterns), task)
		return ratchet.Errorf(ratchet.CodeDenied, "task %s declares the secret %s, which is bound to other tasks: %s", task, name, listed(s.TaskPatterns)).
			With(ratchet.FieldAllowed, s.TaskPatterns).
			WithHint("take %s out of secrets in the metadata, name the task so that it fits, or have an operator add it to task_patterns of "+ratchet.ToolSetSecret, name).
			Next(ratchet.ToolSetSecret, map[string]any{"name": name, "task_patterns": patterns})
	case author != "" && author != ratchet.RoleAdmin && !s.AllowsRole(author):
		return ratchet.Errorf(ratchet.CodeDenied, "task %s declares the secret %s, which is not for the role %s", task, name, author).
			With(ratchet.FieldAllowed, s.Roles).
			WithHint("have a caller with an allowed role or an admin store the task: who writes a task decides what it does with the secret")
	}
	return nil
}

func listed(patterns []string) string {
	if len(patterns) == 0 {
		return "none"
	}
	return fmt.Sprint(patterns)
}

// HoldSecrets lets a task declare and read secrets that are bound to nothing.
func (db *DB) HoldSecrets(ctx context.Context, taskID string, names ...string) error {
	return db.write(ctx, true, func(t *tx) error { return t.holdSecrets(taskID, names) })
}

func (t *tx) holdSecrets(taskID string, names []string) error {
	for _, name := range names {
		err := t.exec("let a task hold a secret", "INSERT OR IGNORE INTO secret_holders (secret, task) VALUES (?, ?)", []byte(name), []byte(taskID))
		if err != nil {
			return err
		}
	}
	return nil
}

// HoldsSecret says whether a task holds a secret that is bound to nothing.
func (db *DB) HoldsSecret(ctx context.Context, name, taskID string) (held bool, err error) {
	err = db.read(ctx, func(q querier) error {
		held, err = holds(ctx, q, name, taskID)
		return err
	})
	return held, err
}

func holds(ctx context.Context, q querier, name, taskID string) (held bool, err error) {
	err = one(ctx, q, "look for a holder of a secret", []any{&held},
		"SELECT EXISTS (SELECT 1 FROM secret_holders WHERE secret = ? AND task = ?)", []byte(name), []byte(taskID))
	return held, err
}

// SecretHolders returns the names of the tasks that hold each secret unbound.
func (db *DB) SecretHolders(ctx context.Context) (holders map[string][]string, err error) {
	err = db.read(ctx, func(q querier) error {
		holders, err = secretHolders(ctx, q)
		return err
	})
	return holders, err
}

func secretHolders(ctx context.Context, q querier) (map[string][]string, error) {
	holders := map[string][]string{}
	err := each(ctx, q, "read the holders of secrets", func(rows *sql.Rows) error {
		var secret, task []byte
		err := rows.Scan(&secret, &task)
		holders[string(secret)] = append(holders[string(secret)], string(task))
		return err
	}, "SELECT h.secret, t.name FROM secret_holders AS h JOIN tasks AS t ON t.uuid = h.task ORDER BY h.secret, t.name")
	return holders, err
}

// holdDeclared lets every stored task hold the secrets that it declares: what
// worked before secrets were bound goes on working.
func (t *tx) holdDeclared(ctx context.Context) error {
	declared := map[string][]string{}
	err := each(ctx, t.conn, "read what tasks declare", func(rows *sql.Rows) error {
		var r taskRow
		if err := rows.Scan(r.dest()...); err != nil {
			return err
		}
		task, err := r.task()
		if err != nil {
			return err
		}
		declared[task.ID], _ = ratchet.DeclaredSecrets(task.Metadata) // metadata that cannot be read runs nothing
		return nil
	}, "SELECT "+taskColumns+" FROM tasks AS t")
	if err != nil {
		return err
	}
	for id, names := range declared {
		if err := t.holdSecrets(id, names); err != nil {
			return err
		}
	}
	return nil
}
