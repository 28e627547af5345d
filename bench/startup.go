package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// startups compares exec to the first answered initialize over stdio.
func startups(ctx context.Context, rounds int) error {
	t := newTable("Start to first initialize answer, median (T13: at most 20 ms and at least 20x faster than Node)", "what", "time", "of ratchet")
	keep, err := os.MkdirTemp("", "ratchet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(keep)
	ours, err := startup(rounds, func() (*exec.Cmd, error) {
		cmd, dir, err := command(ctx, "ratchet-stdio")
		if err != nil {
			return nil, err
		}
		_ = os.RemoveAll(dir)
		cmd.Env = append(os.Environ(), "BENCH_DATA="+keep)
		return cmd, nil
	})
	if err != nil {
		return err
	}
	t.row("ratchet, database opened and migrated", ours.Round(100*time.Microsecond).String(), "1.0x")
	node, err := startup(max(2, rounds/3), func() (*exec.Cmd, error) {
		cmd, _, err := nodeServer(ctx)
		return cmd, err
	})
	if err != nil {
		t.row("TypeScript SDK on Node", "not run: "+err.Error(), "")
	} else {
		t.row("TypeScript SDK on Node", node.Round(time.Millisecond).String(), fmt.Sprintf("%.1fx", float64(node)/float64(ours)))
	}
	t.print()
	return nil
}

func startup(rounds int, make func() (*exec.Cmd, error)) (time.Duration, error) {
	var times []time.Duration
	for range rounds + 1 {
		cmd, err := make()
		if err != nil {
			return 0, err
		}
		before := time.Now()
		s, err := startStdio(cmd)
		if err != nil {
			return 0, err
		}
		times = append(times, time.Since(before))
		s.stop()
	}
	times = times[1:] // the first one makes the database and warms the file cache
	slices.Sort(times)
	return times[len(times)/2], nil
}

// warmWorkers are kept waiting by default.
const warmWorkers = 2

// memory prints what an idle server and its warm workers hold.
func memory(ctx context.Context) error {
	c, err := startHTTP(ctx, "ratchet-http")
	if err != nil {
		return err
	}
	defer c.stop()
	if err := createNoop(ctx, c.url); err != nil {
		return err
	}
	idle(ctx, 3*time.Second)
	for range 40 { // a worker more is kept for half a minute after a call
		if len(childrenOf(c.cmd.Process.Pid)) <= warmWorkers {
			break
		}
		idle(ctx, time.Second)
	}
	t := newTable("Idle memory, proportional set size (T14: at most 60 MiB in all)", "process", "PSS", "RSS")
	total := 0.0
	for _, pid := range append([]int{c.cmd.Process.Pid}, childrenOf(c.cmd.Process.Pid)...) {
		pss, rss := sizes(pid)
		name := "worker"
		if pid == c.cmd.Process.Pid {
			name = "server"
		}
		t.row(name, mebi(pss), mebi(rss))
		total += pss
	}
	t.row("all", mebi(total), "")
	t.print()
	return nil
}

// idle waits for the collector and the pool to come to rest.
func idle(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func mebi(kib float64) string { return fmt.Sprintf("%.1f MiB", kib/1024) }

// sizes reads the proportional and resident size of a process in KiB.
func sizes(pid int) (pss, rss float64) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		value, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "Pss:":
			pss = value
		case "Rss:":
			rss = value
		}
	}
	return pss, rss
}

func childrenOf(pid int) []int {
	var pids []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		data, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(data)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}
