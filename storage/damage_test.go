package storage

import (
	"context"
	"slices"
	"testing"
	"time"

	"ratchet"
)

// listLengths counts what each list of a store has.
func listLengths(t *testing.T, db *DB, task, execution string) map[string]int {
	t.Helper()
	ctx, n := context.Background(), map[string]int{}
	count := func(noun string, rows int, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", noun, err)
		}
		n[noun] = rows
	}
	tasks, err := db.ListTasks(ctx, ratchet.Query{})
	count("task", len(tasks.Items), err)
	executions, err := db.ListExecutions(ctx, ratchet.Query{})
	count("execution", len(executions.Items), err)
	heads, err := db.ListExecutionHeads(ctx, ratchet.Query{SortBy: "duration"})
	count("execution", min(len(heads.Items), len(executions.Items)), err)
	users, err := db.ListUsers(ctx, ratchet.Query{}, func(*ratchet.User) bool { return true })
	count("user", len(users.Items), err)
	keys, err := db.ListAPIKeys(ctx, ratchet.Query{}, func(*ratchet.APIKey) bool { return true })
	count("API key", len(keys.Items), err)
	audit, err := db.ListAudit(ctx, ratchet.Query{})
	count("audit entry", len(audit.Items), err)
	runs, err := db.ListTestRuns(ctx, task, 10)
	count("test run", len(runs), err)
	versions, err := db.TaskVersions(ctx, task)
	count("task version", len(versions), err)
	backups, err := db.TaskBackups(ctx, task)
	count("task backup", len(backups), err)
	logs, err := db.Logs(ctx, execution, LogQuery{})
	count("log", len(logs.Lines), err)
	return n
}

// TestDamagedRows: a row that cannot be read does not keep a list from being
// shown, and is reported.
func TestDamagedRows(t *testing.T) {
	const never = "9000000000000000000" // microseconds: the year 287,198
	for statement, noun := range map[string]string{
		"UPDATE executions SET head = x'c1' WHERE id = 1":                        "execution",
		"UPDATE executions SET tail = x'ff' WHERE id = 1":                        "execution",
		"UPDATE executions SET error = 'no JSON' WHERE id = 1":                   "execution",
		"UPDATE executions SET output = x'7b' WHERE id = 1":                      "execution",
		"UPDATE executions SET status = 99 WHERE id = 1":                         "execution",
		"UPDATE executions SET origin = -1 WHERE id = 1":                         "execution",
		"UPDATE executions SET queued_at = " + never + " WHERE id = 1":           "execution",
		"UPDATE executions SET completed_at = " + never + " WHERE id = 1":        "execution",
		"UPDATE executions SET started_at = x'6e6577' WHERE id = 1":              "execution",
		"UPDATE tasks SET body = x'c1' WHERE id = 1":                             "task",
		"UPDATE tasks SET updated_at = " + never + " WHERE id = 1":               "task",
		"UPDATE tasks SET created_at = x'61' WHERE id = 1":                       "task",
		"UPDATE users SET created_at = " + never + " WHERE id = 1":               "user",
		"UPDATE users SET updated_at = x'61' WHERE id = 1":                       "user",
		"UPDATE api_keys SET body = x'c1' WHERE id = 1":                          "API key",
		"UPDATE api_keys SET expires_at = " + never + " WHERE id = 1":            "API key",
		"UPDATE audit SET body = x'7b' WHERE seq = 1":                            "audit entry",
		"UPDATE audit SET at = " + never + " WHERE seq = 1":                      "audit entry",
		"UPDATE test_runs SET status = 77 WHERE id = 1":                          "test run",
		"UPDATE test_runs SET results = x'7b' WHERE id = 1":                      "test run",
		"UPDATE test_runs SET finished_at = " + never + " WHERE id = 1":          "test run",
		"UPDATE task_versions SET body = x'c1' WHERE id = 1":                     "task version",
		"UPDATE task_backups SET created_at = " + never + " WHERE id = 1":        "task backup",
		"UPDATE task_backups SET body = x'c1' WHERE id = 1":                      "task backup",
		"UPDATE logs SET data = x'00c1' WHERE seq = (SELECT min(seq) FROM logs)": "log",
	} {
		t.Run(statement, func(t *testing.T) {
			db := openFile(t, "")
			task, execution := twoOfEach(t, db)
			before := listLengths(t, db, task, execution)
			err := db.write(context.Background(), false, func(t *tx) error { return t.exec("damage", statement) })
			if err != nil {
				t.Fatal(err)
			}
			after := listLengths(t, db, task, execution)
			for kind, n := range before {
				if kind == noun {
					n--
				}
				if n < 1 || after[kind] != n {
					t.Errorf("%d of %s are listed, want %d", after[kind], kind, n)
				}
			}
			if damaged := db.Damaged(); len(damaged) != 1 {
				t.Errorf("reported: %q", damaged)
			}
		})
	}
}

// twoOfEach stores two rows of every kind that is listed.
func twoOfEach(t *testing.T, db *DB) (task, execution string) {
	t.Helper()
	ctx := context.Background()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	first := aTask("first")
	for _, x := range []*ratchet.Task{first, aTask("second")} {
		try(db.CreateTask(ctx, x, "", ""))
	}
	for i := range 2 {
		first.Description = string(rune('a' + i))
		_, err := db.UpdateTask(ctx, first, UpdateOptions{Backup: true})
		try(err)
		e := &ratchet.Execution{TaskID: first.ID, TaskName: first.Name, Status: ratchet.StatusRunning, StartedAt: time.Now()}
		try(db.InsertExecution(ctx, e))
		if execution == "" {
			execution = e.ID
		}
		try(db.AppendLogs(ctx, execution, []ratchet.LogLine{{Number: i + 1, Level: "info", Message: "line"}}))
		e.Status, e.Output = ratchet.StatusCompleted, []byte(`{"n":1}`)
		try(db.FinishExecution(ctx, e, Finish{}))
		name := string(rune('a' + i))
		try(db.CreateUser(ctx, &ratchet.User{Username: name, Role: ratchet.RoleUser, Active: true}))
		try(db.CreateAPIKey(ctx, &ratchet.APIKey{Name: name, Prefix: name, Hash: []byte(name), Role: ratchet.RoleUser, Active: true}))
		try(db.AppendAudit(ctx, &AuditRow{Type: "login", Body: []byte(`{"a":1}`)}))
		try(db.SaveTestRun(ctx, &ratchet.TestRun{TaskID: first.ID, TaskName: first.Name, Status: ratchet.StatusCompleted, StartedAt: time.Now()}))
	}
	return first.ID, execution
}

func TestDamagedAreNamedOnce(t *testing.T) {
	db := openFile(t, "")
	for range 3 {
		db.skip("execution", 12, damaged("x"))
	}
	if got := db.Damaged(); !slices.Equal(got, []string{"execution 12"}) {
		t.Errorf("%q", got)
	}
}
