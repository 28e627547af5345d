package storage

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// racesFor makes the test binary one of many processes that want a lock.
const racesFor = "RACES_FOR_LOCK_OF"

// TestLock_manyProcessesOneHolder: of many processes that take and free the
// lock again and again, never do two hold it. Each makes a file while it holds
// the lock, which must not be there, and adds to a number without care.
func TestLock_manyProcessesOneHolder(t *testing.T) {
	const processes, turns = 8, 25
	path := os.Getenv(racesFor)
	if path != "" {
		for range turns {
			holdOnce(t, path)
		}
		return
	}
	path = filepath.Join(t.TempDir(), "ratchet.db")
	var running []*exec.Cmd
	for range processes {
		cmd := exec.Command(os.Args[0], "-test.run=^TestLock_manyProcessesOneHolder$")
		cmd.Env = append(os.Environ(), racesFor+"="+path)
		cmd.Stdout = new(strings.Builder)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, cmd.Stdout)
		}
	}
	if data, err := os.ReadFile(path + ".count"); err != nil || string(data) != fmt.Sprint(processes*turns) {
		t.Errorf("%s of %d turns were counted (%v)", data, processes*turns, err)
	}
}

// holdOnce takes the lock of path, however often that is refused, and frees it.
func holdOnce(t *testing.T, path string) {
	lock, err := TakeLock(path)
	for errors.Is(err, ErrHeld) {
		lock, err = TakeLock(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := lock.Close(); err != nil {
			t.Error(err)
		}
	}()
	marker, err := os.OpenFile(path+".marker", os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatalf("another process has the lock: %v", err)
	}
	_ = marker.Close() // it is empty
	n := 0
	if data, err := os.ReadFile(path + ".count"); err == nil {
		_, _ = fmt.Sscan(string(data), &n)
	}
	if err := os.WriteFile(path+".count", []byte(fmt.Sprint(n+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path + ".marker"); err != nil {
		t.Fatal(err)
	}
}
