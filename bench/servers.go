package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"ratchet/registry"

	"ratchet/server"
	"ratchet/server/config"
)

// roles are the servers this binary can be.
var roles = map[string]func(context.Context) error{
	"json-http":      jsonHTTP,
	"sdk-http":       sdkHTTP,
	"sdk-stdio":      sdkStdio,
	"ratchet-http":   ratchetHTTP,
	"ratchet-bodies": ratchetBodies,
	"ratchet-stdio":  ratchetStdio,
}

type echoIn struct {
	Text string `json:"text"`
}

// echo is the trivial tool, defined as every tool of ours is.
var echo = registry.Define(registry.Spec{
	Name: echoTool, Title: "Echo", Doc: "Returns its text.", Toolset: "core", Category: "execution",
	Effect: registry.Reads, Idempotent: true,
}, func(_ context.Context, _ *registry.Deps, in echoIn) (echoIn, error) { return in, nil })

func openRatchet(ctx context.Context) (*server.Server, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(config.Options{Flags: map[string]string{
		"data_dir": os.Getenv("BENCH_DATA"), "server.port": "0", "mcp.toolsets": "all", "mcp.max_connections": "1000",
		"server.max_streams": "10000", "server.max_streams_per_caller": "10000", // each client has one
	}})
	if err != nil {
		return nil, err
	}
	return server.Open(ctx, cfg, server.Options{Worker: []string{exe, "-worker"}, Tools: []registry.Tool{echo}})
}

func ratchetHTTP(ctx context.Context) error {
	s, err := openRatchet(ctx)
	if err != nil {
		return err
	}
	return serveHTTP(ctx, s)
}

// serveHTTP serves until ctx ends.
func serveHTTP(ctx context.Context, s *server.Server) error {
	err := s.ListenAndServe(ctx, func(address string) {
		fmt.Println("http://" + strings.TrimPrefix(address, "http://") + "/mcp")
	})
	closing, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.Close(closing)
	return err
}

func ratchetStdio(ctx context.Context) error {
	s, err := openRatchet(ctx)
	if err != nil {
		return err
	}
	err = s.ServeStdio(ctx, os.Stdin, os.Stdout)
	closing, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.Close(closing)
	return err
}

// child is a started HTTP server.
type child struct {
	cmd *exec.Cmd
	url string
	dir string
}

// command runs this binary in a role, with a data directory of its own.
func command(ctx context.Context, role string) (*exec.Cmd, string, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	dir, err := os.MkdirTemp("", "ratchet-bench-")
	if err != nil {
		return nil, "", err
	}
	cmd := exec.CommandContext(ctx, exe, "-role", role)
	cmd.Env = append(os.Environ(), "BENCH_DATA="+filepath.Join(dir, "data"))
	cmd.Stderr = os.Stderr
	return cmd, dir, nil
}

func startHTTP(ctx context.Context, role string) (*child, error) {
	start := command
	if role == "node-http" {
		start = func(ctx context.Context, _ string) (*exec.Cmd, string, error) { return nodeServer(ctx, "http") }
	}
	cmd, dir, err := start(ctx, role)
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s said no address: %w", role, err)
	}
	return &child{cmd: cmd, url: strings.TrimSpace(line), dir: dir}, nil
}

func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGINT)
	_ = c.cmd.Wait()
	_ = os.RemoveAll(c.dir)
}

// callers opens n sessions with the server.
func (c *child) callers(ctx context.Context, n int, tool, arguments string) ([]caller, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	all := make([]caller, n)
	for i := range all {
		call, err := httpCaller(ctx, client, c.url, tool, arguments)
		if err != nil {
			return nil, err
		}
		all[i] = call
	}
	return all, nil
}
