package worker

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ratchet/runtime"
)

// prints is what this process holds: open files and children.
type prints struct{ files, children int }

func footprint(t *testing.T) prints {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("needs /proc: ", err)
	}
	return prints{files: len(files), children: len(childrenOf(os.Getpid()))}
}

// childrenOf returns the living and unreaped children of pid.
func childrenOf(pid int) []int {
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, entry := range entries {
		child, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if fields[1] == strconv.Itoa(pid) {
			pids = append(pids, child)
		}
	}
	slices.Sort(pids)
	return pids
}

// warm waits until n workers are ready.
func warm(t *testing.T, pool *Pool, n int) {
	t.Helper()
	eventually(t, "workers are ready", func() bool {
		s := pool.Stats()
		return s.Starting == 0 && len(s.Workers) == n
	})
}

// settle waits until this process holds what it held before.
func settle(t *testing.T, pool *Pool, before prints) {
	t.Helper()
	eventually(t, "what was held before is held again", func() bool {
		pool.shrink()
		now := footprint(t)
		return now.files <= before.files && now.children <= before.children
	})
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 2000 {
		if holds() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("never: %s; holding %+v", what, footprint(t))
}

func TestPool_leaksNothing(t *testing.T) {
	pool := newPool(t, Config{Workers: 2, Warm: 2})
	warm(t, pool, 2)
	before := footprint(t)
	codes := []string{
		"export default () => 1",
		"export default () => { throw new Error('no'); }",
		"export default () => 'x'.repeat(2**30).length",
		"export default () => JSON.parse('['.repeat(5e6))",
	}
	for i := range 200 {
		n := 0
		if i%10 == 9 {
			n = 1 + i/10%3
		}
		if _, err := pool.Run(t.Context(), job(codes[n]), runtime.Hooks{}); err != nil {
			t.Fatal(i, err)
		}
	}
	settle(t, pool, before)
}
