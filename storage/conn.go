package storage

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"io"
)

// connector sets pragmas on every connection: the driver ignores those in the
// address, and most are per connection.
type connector struct {
	sqldriver.Connector
	pragmas []string
}

// Connect opens a connection and sets its pragmas.
func (c *connector) Connect(ctx context.Context) (sqldriver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range c.pragmas {
		if err := pragma(ctx, conn, p); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

// Close frees the native database.
func (c *connector) Close() error {
	if closer, ok := c.Connector.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// pragma runs one pragma as a query, because Exec reports an error for every
// statement that returns a row, although it was applied.
func pragma(ctx context.Context, conn sqldriver.Conn, text string) error {
	rows, err := conn.(sqldriver.QueryerContext).QueryContext(ctx, "PRAGMA "+text, nil)
	if err != nil {
		return err
	}
	for err == nil {
		err = rows.Next(make([]sqldriver.Value, len(rows.Columns())))
	}
	closeErr := rows.Close()
	if !errors.Is(err, io.EOF) {
		return err
	}
	return closeErr
}

// busyTimeout matters only when another program has the file open; ratchet
// itself has one writer. The driver's default is 0.
const busyTimeout = "busy_timeout = 5000"

func writePragmas(memory bool) []string {
	if memory {
		return []string{"temp_store = MEMORY"}
	}
	return []string{
		busyTimeout,
		"auto_vacuum = INCREMENTAL", // has effect on a new file only
		"journal_mode = WAL",
		"temp_store = MEMORY",
		"cache_size = -16384",
		"wal_autocheckpoint = 2000",
		"journal_size_limit = 67108864",
	}
}

func readPragmas() []string {
	return []string{busyTimeout, "query_only = ON", "temp_store = MEMORY", "cache_size = -4096"}
}

// openPool opens a pool whose every connection has the pragmas.
func openPool(dsn string, pragmas []string) (*sql.DB, error) {
	probe, err := sql.Open("libsql", ":memory:") // only to get at the driver
	if err != nil {
		return nil, driverError("open", err)
	}
	base, err := probe.Driver().(sqldriver.DriverContext).OpenConnector(dsn)
	if closeErr := probe.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, driverError("open", err)
	}
	return sql.OpenDB(&connector{Connector: base, pragmas: pragmas}), nil
}
