package storage

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The tests in this file pin what the driver does wrong and this package works
// around. One that fails means that a workaround may go.

func raw(t *testing.T, dsn string) *sql.Conn {
	t.Helper()
	pool, err := sql.Open("libsql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pool.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		pool.Close()
	})
	return conn
}

func tempDSN(t *testing.T) string { return "file:" + filepath.Join(t.TempDir(), "d.db") }

func must(t *testing.T, c *sql.Conn, query string, args ...any) {
	t.Helper()
	if _, err := c.ExecContext(context.Background(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func scan[T any](t *testing.T, c *sql.Conn, query string, args ...any) (v T) {
	t.Helper()
	if err := c.QueryRowContext(context.Background(), query, args...).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDriver_multiStatementExecRunsOnlyFirst(t *testing.T) {
	c := raw(t, ":memory:")
	must(t, c, "CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (1)")
	if n := scan[int](t, c, "SELECT count(*) FROM sqlite_master"); n != 1 {
		t.Errorf("%d tables", n)
	}
}

func TestDriver_textThatLooksLikeADateIsRewritten(t *testing.T) {
	c := raw(t, ":memory:")
	if got := scan[string](t, c, "SELECT '2024-01-02'"); got == "2024-01-02" {
		t.Error("text is kept")
	}
	if got := scan[[]byte](t, c, "SELECT CAST('2024-01-02' AS BLOB)"); string(got) != "2024-01-02" {
		t.Errorf("a blob is read as %q", got)
	}
}

func TestDriver_textEndsAtNUL(t *testing.T) {
	c := raw(t, ":memory:")
	if got := scan[int](t, c, "SELECT length(CAST(? AS BLOB))", "ab\x00cd"); got != 2 {
		t.Errorf("bound text has %d bytes", got)
	}
	if got := scan[[]byte](t, c, "SELECT ?", []byte("ab\x00cd\xff")); string(got) != "ab\x00cd\xff" {
		t.Errorf("a blob is read as %q", got)
	}
}

func TestDriver_emptyBlobIsKept(t *testing.T) {
	if got := scan[string](t, raw(t, ":memory:"), "SELECT typeof(?)", []byte{}); got != "blob" {
		t.Errorf("an empty blob is %s", got)
	}
}

func TestDriver_argumentCountIsNotChecked(t *testing.T) {
	c := raw(t, ":memory:")
	must(t, c, "CREATE TABLE a (x, y)")
	must(t, c, "INSERT INTO a VALUES (?, ?)", 1)
	must(t, c, "INSERT INTO a VALUES (?, 2)", 1, 2, 3)
	if n := scan[int](t, c, "SELECT count(*) FROM a"); n != 2 {
		t.Errorf("%d rows", n)
	}
	for query, args := range map[string][]any{"SELECT ?, ?": {1}, "SELECT ?1, ?2, ?1": {1}, "SELECT 1": {1}} {
		if checkArgs(query, args) == nil {
			t.Errorf("%s passes with %d arguments", query, len(args))
		}
	}
}

func TestDriver_namedParametersBindByPosition(t *testing.T) {
	got := scan[[]byte](t, raw(t, ":memory:"), "SELECT CAST(:x || :y AS BLOB)", sql.Named("y", "y"), sql.Named("x", "x"))
	if string(got) != "yx" {
		t.Errorf("got %q", got)
	}
}

func TestDriver_execOfReturningFailsButIsApplied(t *testing.T) {
	c := raw(t, ":memory:")
	must(t, c, "CREATE TABLE a (x)")
	if _, err := c.ExecContext(context.Background(), "INSERT INTO a VALUES (1) RETURNING x"); err == nil {
		t.Error("no error")
	}
	if n := scan[int](t, c, "SELECT count(*) FROM a"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestDriver_contextIsIgnored(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	c := raw(t, ":memory:")
	rows, err := c.QueryContext(context.Background(), "SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil { //nolint:sqlclosecheck // closed at once, because the connection is used again
		t.Fatal(err)
	}
	<-ctx.Done()
	done := scan[int](t, c, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n LIMIT 10000) SELECT count(*) FROM n")
	if done != 10000 {
		t.Error(done)
	}
	// Our own reads look at the context first.
	db := openFile(t, "")
	if _, err := db.Execution(ctx, "1"); err == nil || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("read after the deadline: %v", err)
	}
}

func TestDriver_addressOptionsAreIgnored(t *testing.T) {
	c := raw(t, tempDSN(t)+"?_pragma=busy_timeout(1234)")
	must(t, c, "CREATE TABLE a (x)")
	if n := scan[int](t, c, "PRAGMA busy_timeout"); n != 0 {
		t.Errorf("busy_timeout is %d", n)
	}
}

func TestDriver_everyMemoryConnectionIsItsOwnDatabase(t *testing.T) {
	pool, err := sql.Open("libsql", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	a, err := pool.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := pool.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	must(t, a, "CREATE TABLE a (x)")
	if _, err := b.ExecContext(context.Background(), "INSERT INTO a VALUES (1)"); err == nil {
		t.Error("the connections share a database")
	}
}

func TestDriver_beginIsDeferredOnly(t *testing.T) {
	c := raw(t, ":memory:")
	if _, err := c.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true}); err == nil {
		t.Error("read-only transactions are supported")
	}
	must(t, c, "BEGIN IMMEDIATE")
	must(t, c, "ROLLBACK")
}

func TestDriver_plainPathIsRefused(t *testing.T) {
	if _, err := sql.Open("libsql", filepath.Join(t.TempDir(), "x.db")); err == nil {
		t.Error("a plain path opens")
	}
}

func TestDriver_uniqueIsKnownByTextOnly(t *testing.T) {
	c := raw(t, ":memory:")
	must(t, c, "CREATE TABLE a (x UNIQUE)")
	must(t, c, "INSERT INTO a VALUES ('secret')")
	_, err := c.ExecContext(context.Background(), "INSERT INTO a VALUES (?)", "secret")
	if got := driverError("insert", err); !errors.Is(got, errUnique) {
		t.Errorf("%v becomes %v", err, got)
	}
	_, err = c.ExecContext(context.Background(), "INSERT INTO nowhere VALUES (?)", "secret")
	if got := driverError("insert", err); got == nil || strings.Contains(got.Error(), "nowhere") {
		t.Errorf("the message shows %v", got)
	}
}

func TestDriver_pragmasHoldOnEveryConnection(t *testing.T) {
	db := openTemp(t)
	for query, want := range map[string]int{"busy_timeout": 5000, "query_only": 1} {
		a, err := db.reads.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		b, err := db.reads.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*sql.Conn{a, b} {
			if got := scan[int](t, c, "PRAGMA "+query); got != want {
				t.Errorf("%s is %d", query, got)
			}
			c.Close()
		}
	}
	for conn, want := range map[*sql.Conn]int{db.w.lazy: 1, db.w.full: 2} {
		if got := scan[int](t, conn, "PRAGMA synchronous"); got != want {
			t.Errorf("synchronous is %d, not %d", got, want)
		}
		if got := scan[string](t, conn, "PRAGMA journal_mode"); got != "wal" {
			t.Errorf("journal_mode is %s", got)
		}
		if got := scan[int](t, conn, "PRAGMA auto_vacuum"); got != 2 {
			t.Errorf("auto_vacuum is %d", got)
		}
	}
}
