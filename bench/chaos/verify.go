package chaos

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"ratchet"
	"ratchet/server/audit"
	"ratchet/storage"
)

// verify compares what was told with what is there, when the load is over.
func (b *bench) verify(ctx context.Context) error {
	b.options.Progress("verifying")
	if b.current() == nil {
		if err := b.start(ctx); err != nil {
			return err
		}
	}
	b.rest(ctx)
	if err := b.take().end(); err != nil {
		b.report.broken("%v", err)
	}
	db, err := storage.Open(ctx, storage.Config{Path: filepath.Join(b.disk.data(), "ratchet.db")})
	if err != nil {
		b.report.broken("the database does not open: %v", err)
		return nil
	}
	err = b.compare(ctx, db)
	if closeErr := db.Close(); err == nil {
		err = closeErr
	}
	b.effects()
	return err
}

// rest waits until nothing is under way, and looks at what the server holds then.
func (b *bench) rest(ctx context.Context) {
	c := newClient(b, -2)
	defer c.http.CloseIdleConnections()
	left := 0
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); pause(ctx, 200*time.Millisecond) {
		a := c.insist(ctx, "ratchet_list_executions", object{"status": []string{"pending", "running"}, "limit": 1})
		if a == nil || ctx.Err() != nil {
			return
		}
		if left = a.Value.Pagination.Total; left == 0 {
			break
		}
	}
	if left > 0 {
		b.report.broken("stuck: %d executions are pending or running at rest", left)
	}
	p := b.current()
	files, err := openFiles(p.cmd.Process.Pid)
	if err != nil {
		return // not on this machine
	}
	memory, _ := residentBytes(p.cmd.Process.Pid)
	n, _ := goroutines(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}, p.url)
	b.report.note("server at rest: %d MiB resident, %d descriptors, %.0f goroutines", memory>>20, files, n)
	if files > maxFiles {
		b.report.broken("the server keeps %d descriptors at rest, more than %d", files, maxFiles)
	}
}

// compare looks for everything that was told in the store.
func (b *bench) compare(ctx context.Context, db *storage.DB) error {
	b.book.mu.Lock()
	defer b.book.mu.Unlock()
	for id, t := range b.book.executions {
		x, err := db.Execution(ctx, id)
		switch {
		case ratchet.CodeOf(err) == ratchet.CodeNotFound && t.losing && !ended(t.status):
			b.report.count("handles lost with an unsynced disk", 1)
		case err != nil:
			b.report.broken("execution %s, told to be %s: %v", id, t.status, err)
		case !x.Status.Terminal():
			b.report.broken("execution %s is %s for ever", id, x.Status)
		case ended(t.status) && (string(x.Status) != t.status || t.status == "completed" && !bytes.Equal(x.Output, t.output)):
			b.report.broken("execution %s was told to be %s %s and is %s %s", id, t.status, t.output, x.Status, x.Output)
		}
	}
	b.report.count("executions acknowledged and found", len(b.book.executions)-b.report.Counts["handles lost with an unsynced disk"])
	for id := range b.book.tasks {
		if _, err := db.Task(ctx, id); err != nil {
			b.report.broken("task %s was created and is gone: %v", id, err)
		}
	}
	b.report.count("tasks acknowledged and found", len(b.book.tasks))
	v, err := audit.Verify(ctx, db, b.disk.data())
	if err != nil {
		return fmt.Errorf("verify the audit: %w", err)
	}
	if !v.Whole() {
		b.report.broken("the audit is not whole: entry %d: %s; files: %s", v.Broken, v.Reason, v.FileNote)
	}
	b.report.count("audit entries in an unbroken chain", int(v.Entries))
	return nil
}

// effects compares what reached the upstream with what was reported.
func (b *bench) effects() {
	u := b.upstream
	u.mu.Lock()
	defer u.mu.Unlock()
	b.book.mu.Lock()
	defer b.book.mu.Unlock()
	for token, n := range u.made {
		if n > 1 {
			b.report.broken("effect %s was made %d times (reported as unknown: %v)", token, n, b.book.unknown[token])
		}
	}
	for token := range b.book.completed {
		if u.made[token] == 0 {
			b.report.broken("effect %s was told to be made and was not", token)
		}
	}
	for how, n := range u.how {
		b.report.count("upstream: "+how, n)
	}
}
