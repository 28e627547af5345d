package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// racesFor makes the test binary one of many processes that want to own a directory.
const racesFor = "RACES_FOR_DATA_DIR"

// TestMember_manyProcessesOneOwner: many processes start at once, take the
// directory from each other and leave it. While one serves as the owner, no
// other does: each makes a file that must not be there, and adds to a number.
func TestMember_manyProcessesOneOwner(t *testing.T) {
	const processes, turns = 4, 5
	if dir := os.Getenv(racesFor); dir != "" {
		for n := range turns {
			own(t, dir, n)
		}
		return
	}
	dir := t.TempDir()
	var running []*exec.Cmd
	for range processes {
		cmd := exec.Command(os.Args[0], "-test.run=^TestMember_manyProcessesOneOwner$")
		cmd.Env = append(os.Environ(), racesFor+"="+dir)
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
	var n int
	data, _ := os.ReadFile(filepath.Join(dir, "count"))
	if _, err := fmt.Sscan(string(data), &n); err != nil || n < processes {
		t.Errorf("only %d turns as the owner (%v)", n, err)
	}
	t.Logf("%d turns as the owner", n)
}

// own joins as a later version than all before, and so takes the directory over
// where another process owns it, does its turn and leaves.
func own(t *testing.T, dir string, n int) {
	m := memberOf(t, dir, &bytes.Buffer{})
	m.stays, m.version = true, fmt.Sprintf("%d.%d.0", n, os.Getpid())
	s, err := m.join(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	if s.owner == nil {
		return // another was quicker, with a later version
	}
	_ = s.owner.Serve(func(context.Context) error { // an error: it had to make way at once
		marker := filepath.Join(dir, "marker")
		if f, err := os.OpenFile(marker, os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			t.Errorf("another process is the owner: %v", err)
		} else if err := f.Close(); err != nil {
			t.Error(err)
		}
		n, count := 0, filepath.Join(dir, "count")
		if data, err := os.ReadFile(count); err == nil {
			_, _ = fmt.Sscan(string(data), &n)
		}
		if err := os.WriteFile(count, []byte(fmt.Sprint(n+1)), 0o600); err != nil {
			t.Error(err)
		}
		if err := os.Remove(marker); err != nil {
			t.Error(err)
		}
		return nil
	})
}
