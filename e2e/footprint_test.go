package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// prints is what a process holds: its open files and its children.
type prints struct{ files, children int }

func footprint(t *testing.T, pid int) prints {
	t.Helper()
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Skip("needs /proc:", err)
	}
	return prints{len(files), len(children(pid))}
}

func children(pid int) []int {
	var pids []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, child)
		}
	}
	return pids
}

// settle waits until the process holds no more than before, with room for
// what a pool of warm workers may keep.
func settle(t *testing.T, pid int, before prints) {
	t.Helper()
	const spare = 3 // a spare worker holds its three pipes
	var now prints
	for range 100 {
		now = footprint(t, pid)
		if now.files <= before.files+2*spare+4 && now.children <= before.children+2 {
			t.Logf("before %+v, after %+v", before, now)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("left behind: before %+v, after %+v", before, now)
}

// peakMemory is the most memory that the process ever held, in bytes.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("needs /proc:", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(line, "kB")), 10, 64)
	if err != nil {
		t.Fatal("read VmHWM:", err)
	}
	return kib << 10
}
