// Command test262 runs the conformance suite of ECMAScript from the folder that
// TEST262_DIR names, in this runtime and in Node.js, and prints the share of
// tests that pass by folder. SAMPLE=10 takes every tenth test, and FAILED=file
// lists those that Node.js passes and this runtime does not.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "child" {
		child()
		return
	}
	if err := run(os.Getenv("TEST262_DIR")); err != nil {
		fmt.Fprintln(os.Stderr, "test262:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	if dir == "" {
		fmt.Println("test262: TEST262_DIR names no copy of the suite; nothing was run")
		return nil
	}
	tests, err := load(dir)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	script, err := nodeScript()
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(script) }()
	ours := runAll(tests, self, "child")
	theirs := runAll(tests, "node", "--experimental-vm-modules", "--no-warnings", script)
	report(tests, ours, theirs)
	return nil
}

// runAll gives the tests to two processes at a time, and starts another one for
// what comes after a test that ended or stopped its process.
func runAll(tests []test, command string, args ...string) []bool {
	passed := make([]bool, len(tests))
	next := make(chan int)
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			var p *process
			for i := range next {
				if p == nil {
					p = start(command, args...)
				}
				ok, alive := p.run(tests[i])
				if passed[i] = ok; !alive {
					p.stop()
					p = nil
				}
			}
			if p != nil {
				p.stop()
			}
		})
	}
	for i := range tests {
		next <- i
	}
	close(next)
	wait.Wait()
	return passed
}

type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
}

func start(command string, args ...string) *process {
	cmd := exec.Command(command, args...)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	p := &process{cmd: cmd, in: in, lines: make(chan string, 1)}
	if err := cmd.Start(); err != nil {
		close(p.lines)
		return p
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	return p
}

func (p *process) run(t test) (passed, alive bool) {
	text, _ := json.Marshal(t) // texts
	if _, err := p.in.Write(append(text, '\n')); err != nil {
		return false, false
	}
	select {
	case line, ok := <-p.lines:
		return line == "pass", ok
	case <-time.After(20 * time.Second):
		return false, false
	}
}

func (p *process) stop() {
	_ = p.in.Close()
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// count is of one folder.
type count struct{ tests, ours, node, both int }

func report(tests []test, ours, node []bool) {
	counts := map[string]*count{}
	var failed strings.Builder
	for i, t := range tests {
		for _, folder := range []string{"all", t.folder(1), t.folder(2)} {
			c := counts[folder]
			if c == nil {
				c = &count{}
				counts[folder] = c
			}
			c.add(ours[i], node[i])
		}
		if node[i] && !ours[i] {
			failed.WriteString(t.Path + "\n")
		}
	}
	fmt.Println("| folder | tests | passed | Node.js | of those that Node.js passes |\n|---|---|---|---|---|")
	for _, folder := range slices.Sorted(maps.Keys(counts)) {
		c := counts[folder]
		fmt.Printf("| %s | %d | %s | %s | %s |\n", folder, c.tests, percent(c.ours, c.tests), percent(c.node, c.tests), percent(c.both, c.node))
	}
	if file := os.Getenv("FAILED"); file != "" {
		_ = os.WriteFile(file, []byte(failed.String()), 0o600)
	}
}

func (c *count) add(ours, node bool) {
	c.tests++
	if ours {
		c.ours++
	}
	if node {
		c.node++
	}
	if ours && node {
		c.both++
	}
}

func percent(part, whole int) string {
	return strconv.FormatFloat(100*float64(part)/float64(max(whole, 1)), 'f', 1, 64) + " %"
}

// load reads the tests that can be run as one script or module.
func load(dir string) ([]test, error) {
	every, _ := strconv.Atoi(cmp.Or(os.Getenv("SAMPLE"), "1"))
	var tests []test
	n := 0
	for _, part := range []string{"language", "built-ins"} {
		err := filepath.WalkDir(filepath.Join(dir, "test", part), func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".js") || strings.HasSuffix(path, "_FIXTURE.js") {
				return err
			}
			if n++; n%max(every, 1) != 0 {
				return nil
			}
			t, ok, err := read(dir, path)
			if ok {
				tests = append(tests, t)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return tests, nil
}
