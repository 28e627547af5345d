package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is a fenced block of a page. How it is checked follows from its fence:
//
//	sh [→ TEXT]             is run; TEXT is in what it prints
//	js, ts [INPUT → OUTPUT] is stored as a task, and run on INPUT with mocks
//	graphql [VARIABLES]     is asked of the server
//	yaml                    is a configuration
//	json, toml, ini, xml, nginx, … are parsed; json test also runs on the task before it
//	KIND syntax             needs what a test does not have: its syntax is checked
//	text                    is no code
type block struct {
	line       int
	kind, info string
	text       string
}

func blocksOf(t *testing.T, page string) []block {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var found []block
	open := false
	for i, line := range strings.Split(string(text), "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && !open:
			kind, info, _ := strings.Cut(fence, " ")
			found, open = append(found, block{line: i + 1, kind: kind, info: info}), true
		case isFence:
			open = false
		case open:
			found[len(found)-1].text += line + "\n"
		}
	}
	return found
}

func pagesOfDocs(t *testing.T) []string {
	t.Helper()
	pages := []string{"../../README.md", "../../AGENTS.md", "../../ARCHITECTURE.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	return pages
}

// TestDocs runs the code in the documentation, nearly all of it on one server.
func TestDocs(t *testing.T) {
	shared := openDocs(t)
	shared.seed(t)
	for _, page := range pagesOfDocs(t) {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(page, "../../"), ".md"), func(t *testing.T) {
			d := shared
			if page == "../../README.md" || strings.HasSuffix(page, "/getting-started.md") {
				d = openDocs(t) // they begin with an empty data directory
			}
			d.open(t)
			defer func() {
				if strings.HasSuffix(page, "/getting-started.md") && !t.Failed() && len(d.said) > 2 {
					picture(t, d.said)
				}
			}()
			for _, b := range blocksOf(t, page) {
				if err := d.check(t, b); err != nil {
					t.Errorf("%s:%d: %v", page, b.line, err)
				}
			}
		})
	}
}

// docs is what the blocks of a page find.
type docs struct {
	url, data, bin string
	tasks          int // stored so far

	// Of the page:
	dir  string
	task map[string]any    // the newest, as arguments of ratchet_create_task
	said map[string]string // what its commands printed
}

// openDocs starts a server.
func openDocs(t *testing.T) *docs {
	t.Helper()
	d := &docs{data: t.TempDir(), bin: t.TempDir()}
	self := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asRatchet, os.Args[0])
	if err := os.WriteFile(filepath.Join(d.bin, "ratchet"), []byte(self), 0o700); err != nil {
		t.Fatal(err)
	}
	d.url = serveFor(t, "--data-dir", filepath.Join(d.data, "ratchet"))
	return d
}

// seed runs a task 17 times, for the pages that speak of execution 17.
func (d *docs) seed(t *testing.T) {
	t.Helper()
	add := map[string]any{
		"name": "sum", "description": "Adds.", "code": "export default (input) => ({ sum: input.a + input.b })",
		"input_schema": map[string]any{"type": "object"}, "output_schema": map[string]any{"type": "object"},
	}
	if err := d.call(t.Context(), "ratchet_create_task", add, nil); err != nil {
		t.Fatal(err)
	}
	for range 17 {
		if err := d.call(t.Context(), "ratchet_execute_task", map[string]any{"task_id": "sum", "input": map[string]int{"a": 1, "b": 2}}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// open gives a page a folder of its own, with the files that pages speak of.
func (d *docs) open(t *testing.T) {
	t.Helper()
	d.dir, d.task, d.said = t.TempDir(), nil, map[string]string{}
	if err := os.Symlink(filepath.Join(d.bin, "ratchet"), filepath.Join(d.dir, "ratchet")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"password.txt": "correct horse battery", "token.txt": "token-of-the-docs",
		"tasks/add/metadata.json":     `{"name": "add", "version": "1.0.0", "description": "Adds."}`,
		"tasks/add/main.js":           "export default (input) => ({ sum: input.a + input.b })",
		"tasks/add/input.schema.json": `{"type": "object", "properties": {"a": {"type": "number", "default": 1}, "b": {"type": "number", "default": 2}}}`,
	} {
		path := filepath.Join(d.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (d *docs) check(t *testing.T, b block) error {
	ctx := t.Context()
	syntax := b.info == "syntax"
	switch b.kind {
	case "text":
		return nil
	case "sh":
		if err := shellSyntax(ctx, b.text); err != nil || syntax {
			return err
		}
		return d.shell(ctx, b)
	case "js", "ts":
		if syntax {
			return d.scriptSyntax(ctx, b)
		}
		return d.script(ctx, b)
	case "json":
		if b.info == "test" {
			return d.test(ctx, b)
		}
		return jsonStream(b.text)
	case "graphql":
		return d.graphql(ctx, b)
	case "yaml":
		return d.configuration(ctx, b)
	case "xml":
		return xmlSyntax(b.text)
	case "toml", "ini", "nginx":
		return lines(b)
	default:
		return fmt.Errorf("the fence says %q: see the type block for the kinds", b.kind)
	}
}

// shell runs a block of commands in the page's folder.
func (d *docs) shell(ctx context.Context, b block) error {
	if strings.Contains(b.text, "curl ") {
		if _, err := exec.LookPath("curl"); err != nil {
			return nil // its syntax was checked
		}
	}
	cmd := exec.CommandContext(ctx, "sh", "-eu", "-c", strings.ReplaceAll(b.text, "http://127.0.0.1:8080", d.url))
	cmd.Dir = d.dir
	cmd.Env = append(os.Environ(), "PATH="+d.bin+":"+os.Getenv("PATH"), "XDG_DATA_HOME="+d.data, "XDG_CONFIG_HOME="+d.data)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	d.said[b.text] = string(out)
	_, want, _ := strings.Cut(b.info, "→")
	if want = strings.TrimSpace(want); !strings.Contains(string(out), want) {
		return fmt.Errorf("does not print %s:\n%s", want, out)
	}
	return nil
}

// shellSyntax lets the shell parse a block, and looks up the commands and flags of ratchet in it.
func shellSyntax(ctx context.Context, text string) error {
	if out, err := exec.CommandContext(ctx, "sh", "-n", "-c", text).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	for _, found := range regexp.MustCompile(`(?m)^(?:\S+=\S+ )*(?:\./)?ratchet ([a-z][^\n|&>]*)`).FindAllStringSubmatch(text, -1) {
		words := strings.Fields(found[1])
		cmd, rest, err := (&app{}).root().Find(words)
		if err != nil {
			return err
		}
		cmd.InitDefaultHelpFlag()
		for _, word := range rest {
			name, ok := strings.CutPrefix(word, "--")
			if name, _, _ = strings.Cut(name, "="); ok && name != "" && cmd.Flag(name) == nil {
				return fmt.Errorf("%s has no flag --%s", cmd.CommandPath(), name)
			}
		}
	}
	return nil
}

var secretName = regexp.MustCompile(`secrets\.(?:ref|get)\(['"]([A-Z_]+)['"]\)`)
