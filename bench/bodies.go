package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"ratchet/server"
	"ratchet/server/config"
)

// What the runs of bodies fetch, all at once.
const (
	bodyRuns  = 64
	bodyBytes = 10 << 20
)

// bodyTask fetches one body and reads it.
const bodyTask = `{"name":"bench-bodies","code":"export default async (i) => (await (await fetch(i.url)).arrayBuffer()).byteLength",` +
	`"description":"Fetches a body.","input_schema":{"type":"object"},"output_schema":{}}`

// ratchetBodies is the server that bodies measures: a worker for each run, and
// an upstream on this machine.
func ratchetBodies(ctx context.Context) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	port := os.Getenv("BENCH_UPSTREAM")
	cfg, err := config.Load(config.Options{Flags: map[string]string{
		"data_dir": os.Getenv("BENCH_DATA"), "server.port": "0", "mcp.toolsets": "all", "mcp.max_connections": "1000",
		"execution.workers.count": strconv.Itoa(bodyRuns), "execution.max_concurrent_tasks": "0",
		"http.allow_private": "127.0.0.1/32", "http.allow_ports": port,
	}})
	if err != nil {
		return err
	}
	s, err := server.Open(ctx, cfg, server.Options{Worker: []string{exe, "-worker"}})
	if err != nil {
		return err
	}
	return serveHTTP(ctx, s)
}

// bodies measures the memory of a server whose runs all hold a large body at
// the same time.
func bodies(ctx context.Context) error {
	upstream, err := newCrowd(bodyRuns)
	if err != nil {
		return err
	}
	defer upstream.Close()
	if err := os.Setenv("BENCH_UPSTREAM", strconv.Itoa(upstream.port())); err != nil {
		return err
	}
	c, err := startHTTP(ctx, "ratchet-bodies")
	if err != nil {
		return err
	}
	defer c.stop()
	create, err := httpCaller(ctx, http.DefaultClient, c.url, "ratchet_create_task", bodyTask)
	if err == nil {
		err = create(ctx)
	}
	if err != nil {
		return err
	}
	pid := c.cmd.Process.Pid
	idle(ctx, time.Second)
	_, before := sizes(pid)
	calls, err := c.callers(ctx, bodyRuns, "ratchet_execute_task",
		fmt.Sprintf(`{"task_id":"bench-bodies","input":{"url":"http://127.0.0.1:%d/"},"trace":false}`, upstream.port()))
	if err != nil {
		return err
	}
	begun := time.Now()
	failed := make([]error, len(calls))
	var wait sync.WaitGroup
	for i, call := range calls {
		wait.Go(func() { failed[i] = call(ctx) })
	}
	wait.Wait()
	t := newTable(fmt.Sprintf("%d runs fetch %d MiB each at once (the server at most 400 MiB)", bodyRuns, bodyBytes>>20), "what", "figure")
	t.row("server before, RSS", mebi(before))
	t.row("server at most, RSS", mebi(peak(pid)))
	t.row("bodies in all", mebi(bodyRuns*bodyBytes/1024))
	t.row("time", time.Since(begun).Round(time.Millisecond).String())
	t.print()
	return errors.Join(failed...)
}

// crowd answers no request before all are there.
type crowd struct {
	http.Server
	listener net.Listener
	mu       sync.Mutex
	missing  int
	all      chan struct{}
}

func newCrowd(n int) (*crowd, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &crowd{listener: l, missing: n, all: make(chan struct{})}
	part := bytes.Repeat([]byte("body"), 16<<10)
	c.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		if c.missing--; c.missing == 0 {
			close(c.all)
		}
		c.mu.Unlock()
		select {
		case <-c.all:
		case <-r.Context().Done():
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(bodyBytes))
		for range bodyBytes / len(part) {
			if _, err := w.Write(part); err != nil {
				return
			}
		}
	})
	go func() { _ = c.Serve(l) }() // ends with Close
	return c, nil
}

func (c *crowd) port() int { return c.listener.Addr().(*net.TCPAddr).Port }

// peak is the largest resident size a process has had, in KiB.
func peak(pid int) float64 {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "VmHWM:")
	kib, _ := strconv.ParseFloat(strings.TrimSpace(strings.SplitN(rest, "kB", 2)[0]), 64)
	return kib
}
