package storage

import (
	"context"
	"encoding/json"
	"testing"

	"ratchet"
)

// bind stores a secret for tasks.
func bind(t *testing.T, db *DB, name string, patterns ...string) {
	t.Helper()
	_, err := db.ChangeSecret(t.Context(), name, func(s *SealedSecret) error { s.TaskPatterns = patterns; return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// TestUngrantedSecretIsRefused on every way on which the store takes a task.
func TestUngrantedSecretIsRefused(t *testing.T) {
	both(t, func(t *testing.T, db *DB) {
		ctx := context.Background()
		bind(t, db, "BOUND", "report-*")
		declare := func(name, metadata string) *ratchet.Task {
			task := aTask(name)
			task.Metadata = json.RawMessage(metadata)
			return task
		}
		for _, c := range []struct {
			name, metadata string
			ok             bool
		}{
			{"report-a", `{"secrets":["BOUND"]}`, true},
			{"a", `{"secrets":[]}`, true},
			{"b", `{"secrets":["BOUND"]}`, false},
			{"report-b", `{"secrets":["OTHER"]}`, false},
			{"report-c", `{"secrets":["BOUND","OTHER"]}`, false},
			{"report-d", `{"secrets":["bound"]}`, false},
			{"report-e", `{"Secrets":["OTHER"]}`, false},
			{"report-f", `{"secrets":[],"SECRETS":["OTHER"]}`, false},
			{"report-g", `{"secrets":[""]}`, false},
		} {
			err := db.CreateTask(ctx, declare(c.name, c.metadata), "", "")
			if (err == nil) != c.ok || !c.ok && ratchet.CodeOf(err) != ratchet.CodeDenied {
				t.Errorf("create %s with %s: %v", c.name, c.metadata, err)
			}
			if e := ratchet.AsError(err); !c.ok && (e.Hint == "" || e.Fields[ratchet.FieldPointer] == nil) {
				t.Errorf("create %s teaches nothing: %+v", c.name, e)
			}
		}
		task, err := db.Task(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		task.Metadata = json.RawMessage(`{"secrets":["BOUND"]}`)
		if _, err := db.UpdateTask(ctx, task, UpdateOptions{}); ratchet.CodeOf(err) != ratchet.CodeDenied {
			t.Errorf("edit: %v", err)
		}
		// Renamed away from the pattern.
		held, _ := db.Task(ctx, "report-a")
		held.Name = "renamed"
		if _, err := db.UpdateTask(ctx, held, UpdateOptions{}); ratchet.CodeOf(err) != ratchet.CodeDenied {
			t.Errorf("rename: %v", err)
		}
		// A backup from when it was granted.
		held, _ = db.Task(ctx, "report-a")
		id, err := db.DeleteTask(ctx, held.ID, DeleteOptions{Backup: true})
		if err != nil {
			t.Fatal(err)
		}
		bind(t, db, "BOUND", "elsewhere")
		if _, _, err := db.RestoreTask(ctx, id, RestoreOptions{}); ratchet.CodeOf(err) != ratchet.CodeDenied {
			t.Errorf("restore: %v", err)
		}
	})
}

// TestTaskWithoutGrantCanBeDisabled, described and deleted, and not be edited.
func TestTaskWithoutGrantCanBeDisabled(t *testing.T) {
	db, ctx := openTemp(t), context.Background()
	bind(t, db, "BOUND", "a")
	task := aTask("a")
	task.Metadata = json.RawMessage(`{"secrets":["BOUND"]}`)
	if err := db.CreateTask(ctx, task, "", ""); err != nil {
		t.Fatal(err)
	}
	bind(t, db, "BOUND")
	task.Enabled = false
	if _, err := db.UpdateTask(ctx, task, UpdateOptions{}); err != nil {
		t.Errorf("disable: %v", err)
	}
	task.Code = "export default () => 2"
	if _, err := db.UpdateTask(ctx, task, UpdateOptions{}); ratchet.CodeOf(err) != ratchet.CodeDenied {
		t.Errorf("edit: %v", err)
	}
	task.Metadata = json.RawMessage(`{}`)
	if _, err := db.UpdateTask(ctx, task, UpdateOptions{}); err != nil {
		t.Errorf("take the declaration out: %v", err)
	}
}

// TestAuthorsRole: who may not run with a secret may not write what is done
// with it.
func TestAuthorsRole(t *testing.T) {
	db := openTemp(t)
	_, err := db.ChangeSecret(t.Context(), "S", func(s *SealedSecret) error {
		s.TaskPatterns, s.Roles = []string{"*"}, []ratchet.Role{ratchet.RoleService}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for role, ok := range map[ratchet.Role]bool{ratchet.RoleService: true, ratchet.RoleAdmin: true, ratchet.RoleUser: false} {
		task := aTask("by-" + string(role))
		task.Metadata = json.RawMessage(`{"secrets":["S"]}`)
		if err := db.CreateTask(ratchet.WithRole(t.Context(), role), task, "", ""); (err == nil) != ok {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// TestHoldersAfterMigration: what tasks declared before secrets were bound they
// hold, and nothing more.
func TestHoldersAfterMigration(t *testing.T) {
	db, ctx := openTemp(t), context.Background()
	bind(t, db, "OLD", "*")
	task := aTask("declares")
	task.Metadata = json.RawMessage(`{"secrets":["OLD"]}`)
	if err := db.CreateTask(ctx, task, "", ""); err != nil {
		t.Fatal(err)
	}
	err := db.write(ctx, true, func(tx *tx) error { // as the step of the schema does
		if err := tx.exec("as before", "DELETE FROM secrets"); err != nil {
			return err
		}
		return tx.holdDeclared(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	task.Code = "export default () => 2"
	if _, err := db.UpdateTask(ctx, task, UpdateOptions{}); err != nil {
		t.Errorf("edit: %v", err)
	}
	other := aTask("new")
	other.Metadata = task.Metadata
	if err := db.CreateTask(ctx, other, "", ""); ratchet.CodeOf(err) != ratchet.CodeDenied {
		t.Errorf("a new task: %v", err)
	}
	holders, err := db.SecretHolders(ctx)
	if err != nil || len(holders["OLD"]) != 1 || holders["OLD"][0] != "declares" {
		t.Errorf("%v, %v", holders, err)
	}
	// Deleted and made again under its name it is another task.
	if _, err := db.DeleteTask(ctx, task.ID, DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	again := aTask("declares")
	again.Metadata = task.Metadata
	if err := db.CreateTask(ctx, again, "", ""); ratchet.CodeOf(err) != ratchet.CodeDenied {
		t.Errorf("the name alone: %v", err)
	}
	bind(t, db, "OLD", "elsewhere")
	if holds, err := db.HoldsSecret(ctx, "OLD", task.ID); err != nil || holds {
		t.Errorf("held after it was bound: %v", err)
	}
}
