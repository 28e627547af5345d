package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"time"
)

const noop = `{"name":"noop","description":"Does nothing.","code":"export default (i) => i","input_schema":{"type":"object"},"output_schema":{"type":"object"}}`

// subject is one server and tool to be measured.
type subject struct {
	name, role, tool, arguments string
}

var subjects = []subject{
	{"net/http JSON", "json-http", echoTool, echoArgs},
	{"bare SDK echo", "sdk-http", echoTool, echoArgs},
	{"TypeScript SDK echo", "node-http", echoTool, echoArgs},
	{"ratchet echo", "ratchet-http", echoTool, echoArgs},
	{"ratchet_execute_task", "ratchet-http", "ratchet_execute_task", `{"task_id":"noop","input":{"n":1}}`},
}

// overHTTP compares tool calls over streamable HTTP at 1, 8 and 64 callers, in
// rounds that go back and forth so that drift hits all alike.
func overHTTP(ctx context.Context, d time.Duration, rounds int) error {
	children := map[string]*child{}
	defer func() {
		for _, c := range children {
			c.stop()
		}
	}()
	for _, s := range subjects {
		if children[s.role] != nil {
			continue
		}
		c, err := startHTTP(ctx, s.role)
		if err != nil && s.role == "node-http" {
			fmt.Fprintln(os.Stderr, "the TypeScript SDK is not measured:", err)
			continue
		}
		if err != nil {
			return err
		}
		children[s.role] = c
	}
	if err := createNoop(ctx, children["ratchet-http"].url); err != nil {
		return err
	}
	t := newTable("Tool calls over HTTP (T1: ratchet echo at 8 at least 1.5x the bare SDK; T2: its p99 at 64 below the TypeScript SDK's; T4: execute_task at 64 at least 0.5x)",
		"callers", "what", "rate", "p50", "p99", "of bare SDK")
	for _, n := range []int{1, 8, 64} {
		if err := compareHTTP(ctx, t, children, n, d, rounds); err != nil {
			return err
		}
	}
	t.print()
	return nil
}

func compareHTTP(ctx context.Context, t *table, children map[string]*child, n int, d time.Duration, rounds int) error {
	results := make([][]rate, len(subjects))
	calls := make([][]caller, len(subjects))
	for i, s := range subjects {
		if children[s.role] == nil {
			continue
		}
		var err error
		if calls[i], err = children[s.role].callers(ctx, n, s.tool, s.arguments); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	for round := range rounds {
		for i := range subjects {
			if round%2 == 1 {
				i = len(subjects) - 1 - i
			}
			if calls[i] != nil {
				results[i] = append(results[i], measure(ctx, d, calls[i]))
			}
		}
	}
	floor := median(results[1]).perSecond
	for i, s := range subjects {
		if calls[i] == nil {
			continue
		}
		r := median(results[i])
		t.row(fmt.Sprint(n), s.name, perSecond(r.perSecond), micros(r.p50), micros(r.p99), ratio(r.perSecond, floor))
	}
	return nil
}

func createNoop(ctx context.Context, url string) error {
	call, err := httpCaller(ctx, http.DefaultClient, url, "ratchet_create_task", noop)
	if err != nil {
		return err
	}
	return call(ctx)
}

// overStdio compares tool calls over stdio, one at a time.
func overStdio(ctx context.Context, d time.Duration) error {
	t := newTable("Tool calls over stdio, depth 1 (T3: at least 1.0x the TypeScript SDK)", "what", "rate", "p50", "p99", "of bare SDK")
	floor := 0.0
	for _, s := range []struct {
		name string
		cmd  func() (*exec.Cmd, string, error)
	}{
		{"bare SDK echo", func() (*exec.Cmd, string, error) { return command(ctx, "sdk-stdio") }},
		{"TypeScript SDK echo", func() (*exec.Cmd, string, error) { return nodeServer(ctx) }},
		{"ratchet echo", func() (*exec.Cmd, string, error) { return command(ctx, "ratchet-stdio") }},
	} {
		r, err := stdioRate(ctx, d, s.cmd)
		if err != nil {
			t.row(s.name, "not run: "+err.Error(), "", "", "")
			continue
		}
		if floor == 0 {
			floor = r.perSecond
		}
		t.row(s.name, perSecond(r.perSecond), micros(r.p50), micros(r.p99), ratio(r.perSecond, floor))
	}
	t.print()
	return nil
}

func stdioRate(ctx context.Context, d time.Duration, make func() (*exec.Cmd, string, error)) (rate, error) {
	cmd, dir, err := make()
	if err != nil {
		return rate{}, err
	}
	if dir != "" {
		defer os.RemoveAll(dir)
	}
	s, err := startStdio(cmd)
	if err != nil {
		return rate{}, err
	}
	defer s.stop()
	call := s.caller(echoTool, echoArgs)
	measure(ctx, d/4, []caller{call})
	return measure(ctx, d, []caller{call}), nil
}
