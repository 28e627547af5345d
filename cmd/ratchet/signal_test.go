package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecondInterruptStopsAtOnce: the first Ctrl-C lets running work end, the
// second does not wait for it.
func TestSecondInterruptStopsAtOnce(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"metadata.json": `{"name": "stays", "version": "1.0.0"}`,
		// It says that it runs, which run-once prints, and ends neither when asked nor by itself.
		"main.js": `async function main() { console.error("it runs"); await new Promise(done => setTimeout(done, 200000)) }`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := program(context.Background(), "run-once", "--from-fs", dir, "--log-level", "debug")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	interrupts := 0
	interrupt := func() {
		interrupts++
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
	}
	lines := bufio.NewScanner(stderr)
	var all strings.Builder
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		switch {
		case interrupts == 0:
			interrupt() // the first line: the program is up
		case strings.Contains(lines.Text(), "Ctrl-C again") && interrupts == 1:
			interrupt()
		}
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("ended with %v\n%s", err, all.String())
	}
	if interrupts != 2 {
		t.Errorf("%d interrupts were needed\n%s", interrupts, all.String())
	}
}
