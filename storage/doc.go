// Package storage keeps tasks, executions, logs, tapes and idempotency claims
// in one libSQL file. All writes pass one goroutine that commits the writes of
// concurrent callers together and answers each after the commit; reads use
// their own connections.
//
//	db, err := storage.Open(ctx, storage.Config{Path: "/var/lib/ratchet/ratchet.db"})
//	if err != nil { … }
//	defer db.Close()
//	err = db.CreateTask(ctx, &task, "first version", "ada")
//
// Every error is, or wraps, a *ratchet.Error whose message is free of SQL. The
// package must not import runtime, tools or anything above them; nothing else
// may import a database driver.
package storage
