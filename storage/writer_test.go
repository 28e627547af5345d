package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"ratchet"
)

// hold keeps the writer busy until the returned function is called.
func hold(t *testing.T, db *DB) (free func()) {
	t.Helper()
	began, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var once sync.Once
	go func() {
		ended <- db.write(context.Background(), false, func(*tx) error {
			once.Do(func() { close(began) })
			<-release
			return nil
		})
	}()
	<-began
	return func() {
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// queued waits until n writes wait for the writer.
func queued(db *DB, n int) {
	for len(db.w.queue) < n {
		unix.Nanosleep(&unix.Timespec{Nsec: 1000}, nil) //nolint:errcheck // only to yield
	}
}

func TestWriter_failingWriteDoesNotFailItsNeighbours(t *testing.T) {
	both(t, func(t *testing.T, db *DB) {
		free := hold(t, db)
		errs := make([]error, 20)
		list := make([]*ratchet.Execution, 20)
		var wg sync.WaitGroup
		for i := range list {
			list[i] = &ratchet.Execution{TaskID: "t", TaskName: "t", ID: newID()}
			if i%5 == 4 {
				list[i].ID = list[0].ID // taken
			}
			wg.Go(func() { errs[i] = db.InsertExecution(context.Background(), list[i]) })
		}
		wg.Go(func() {
			if err := db.write(context.Background(), true, func(*tx) error { panic("boom") }); ratchet.CodeOf(err) != ratchet.CodeInternal {
				t.Errorf("panic: %v", err)
			}
		})
		queued(db, 21)
		free()
		wg.Wait()
		good, numbers := 0, map[int64]bool{}
		for i, err := range errs {
			switch {
			case err == nil:
				good++
				numbers[list[i].Number] = true
				if _, err := db.Execution(context.Background(), strconv.FormatInt(list[i].Number, 10)); err != nil {
					t.Error(err)
				}
			case ratchet.CodeOf(err) != ratchet.CodeConflict:
				t.Error(err)
			}
		}
		if good != 16 || len(numbers) != 16 {
			t.Errorf("%d of 16 stored, %d numbers", good, len(numbers))
		}
	})
}

func TestWriter_groupsShareACommit(t *testing.T) {
	db := openTemp(t)
	free := hold(t, db)
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[*tx]int{}
	for range 50 {
		wg.Go(func() {
			err := db.write(context.Background(), true, func(tx *tx) error {
				mu.Lock()
				defer mu.Unlock()
				seen[tx]++
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	queued(db, 50)
	free()
	wg.Wait()
	if len(seen) != 1 {
		t.Errorf("50 waiting writes took %d transactions", len(seen))
	}
}

func TestWriter_cancelledWhileWaitingIsNotWritten(t *testing.T) {
	db := openTemp(t)
	free := hold(t, db)
	ctx, cancel := context.WithCancel(context.Background())
	e := &ratchet.Execution{ID: newID(), TaskID: "t", TaskName: "t"}
	done := make(chan error)
	go func() { done <- db.InsertExecution(ctx, e) }()
	queued(db, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	free()
	if _, err := db.Execution(context.Background(), e.ID); ratchet.CodeOf(err) != ratchet.CodeNotFound {
		t.Errorf("a withdrawn write: %v", err)
	}
}

func TestOpen_secondServerIsRefused(t *testing.T) {
	db := openTemp(t)
	_, err := Open(context.Background(), Config{Path: db.Path()})
	e := ratchet.AsError(err)
	if e.Code != ratchet.CodeConfig || e.Hint == "" || !strings.Contains(e.Message, "pid "+strconv.Itoa(os.Getpid())) {
		t.Errorf("%#v", e)
	}
}

func TestOpen_unusableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(context.Background(), Config{Path: filepath.Join(file, "ratchet.db")})
	if e := ratchet.AsError(err); e.Code != ratchet.CodeConfig || e.Hint == "" {
		t.Errorf("%#v", e)
	}
}

func TestOpen_oddPath(t *testing.T) {
	for _, name := range []string{"with space", "per%20cent", "quest?ion", "ha#sh", "ünï"} {
		dir := filepath.Join(t.TempDir(), name)
		openFile(t, filepath.Join(dir, "r.db"))
		if _, err := os.Stat(filepath.Join(dir, "r.db")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// smallDisk mounts a file system of 1 MiB; the test is skipped without root.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("cannot mount:", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) }) //nolint:errcheck // best effort
	return dir
}

func TestOpen_readOnlyFileSystem(t *testing.T) {
	dir := smallDisk(t)
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Skip("cannot remount:", err)
	}
	_, err := Open(context.Background(), Config{Path: filepath.Join(dir, "ratchet.db")})
	if e := ratchet.AsError(err); e.Code != ratchet.CodeConfig || !strings.Contains(e.Message, "read-only") {
		t.Errorf("%#v", e)
	}
}

func TestWriter_fullDisk(t *testing.T) {
	dir := smallDisk(t)
	db := openFile(t, filepath.Join(dir, "ratchet.db"))
	var err error
	stored := []string{}
	for range 200 {
		e := &ratchet.Execution{TaskID: "t", TaskName: "t", Input: []byte(`"` + strings.Repeat("x", 20_000) + `"`)}
		if err = db.InsertExecution(context.Background(), e); err != nil {
			break
		}
		stored = append(stored, e.ID)
	}
	if e := ratchet.AsError(err); err == nil || e.Code != ratchet.CodeUnavailable || e.Hint == "" {
		t.Fatalf("%#v (%v)", e, e.Unwrap())
	}
	for _, id := range stored {
		if _, err := db.Execution(context.Background(), id); err != nil {
			t.Errorf("an acknowledged row: %v", err)
		}
	}
}
