// Command ratchet is the server and its command line: an MCP server on which
// agents write, test and run JavaScript tasks.
//
//	ratchet serve                          # HTTP on 127.0.0.1:8080
//	ratchet mcp-serve                      # MCP on stdio, for a client's config
//	ratchet test --from-fs tasks/add       # run a folder's tests
//
// Results go to stdout, messages to stderr; exit codes follow the error codes.
// Nothing may import this package.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"ratchet"
	"ratchet/runtime/worker"
)

func main() {
	// A worker is this program again. It must be ready in milliseconds, so
	// nothing else is set up before this line.
	if len(os.Args) > 1 && os.Args[1] == "--worker" {
		if err := worker.Serve(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(start())
}

func start() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer ratchet.Recover("end at a signal", func(error) { os.Exit(exitInterrupted) })
		<-signals
		cancel()
		a.say("stopping: running executions are allowed to finish; Ctrl-C again stops at once")
		<-signals
		// Whatever was acknowledged is stored, and workers end with their parent.
		os.Exit(exitInterrupted)
	}()
	return a.run(ctx, os.Args[1:])
}
