package server

import (
	"encoding/json"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFullDiskIsNotHealthy: while files cannot grow the server says so and why,
// and is well again once they can.
func TestFullDiskIsNotHealthy(t *testing.T) {
	l := lockedUp(t)
	signal.Ignore(syscall.SIGXFSZ) // else it ends the process
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1, Max: old.Max}); err != nil {
		t.Skip("files cannot be limited here:", err)
	}
	limit := func() { _ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old) }
	defer limit()
	for _, path := range []string{"/ready", "/health"} {
		var told struct{ Status, Reason, Cause string }
		l.answers(t, path, 503, &told)
		if told.Reason != "database" || !strings.Contains(told.Cause, "full") {
			t.Errorf("%s with a full disk: %+v", path, told)
		}
	}
	limit()
	for _, path := range []string{"/ready", "/health"} {
		l.answers(t, path, 200, new(any))
	}
}

// answers asks until the status is as wanted.
func (l *secured) answers(t *testing.T, path string, status int, told any) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		a := l.send("GET", path, "")
		if a.Status == status {
			if err := json.Unmarshal([]byte(a.Body), told); err != nil {
				t.Fatal(err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s answers %d, want %d: %s", path, a.Status, status, a.Body)
		}
	}
}

// TestDamagedRowIsShown: a row that cannot be read is left out and reported.
func TestDamagedRowIsShown(t *testing.T) {
	message, err := readable([]string{"execution 12", "task 3"})
	if err == nil || message != "" || !strings.Contains(err.Error(), "2 stored rows") || !strings.Contains(err.Error(), "execution 12") {
		t.Errorf("%q, %v", message, err)
	}
	if message, err = readable(nil); err != nil || message == "" {
		t.Errorf("%q, %v", message, err)
	}
}
