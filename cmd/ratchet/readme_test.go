package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks are the fenced blocks of a kind.
func blocks(t *testing.T, text, kind string) []string {
	t.Helper()
	var found []string
	for _, match := range regexp.MustCompile("(?s)```"+regexp.QuoteMeta(kind)+"\n(.*?)```").FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	if len(found) == 0 {
		t.Fatalf("the README has no block of kind %q", kind)
	}
	return found
}

// TestTour runs every command of the README's tour against a real server.
func TestTour(t *testing.T) {
	dir := t.TempDir()
	self := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asRatchet, os.Args[0])
	if !filepath.IsAbs(os.Args[0]) {
		t.Fatalf("the test binary %s has no absolute path", os.Args[0])
	}
	if err := os.WriteFile(filepath.Join(dir, "ratchet"), []byte(self), 0o700); err != nil {
		t.Fatal(err)
	}
	url := serveFor(t)
	text := readme(t)
	scripts := append(blocks(t, text, "sh tour"), blocks(t, text, "sh curl")...)
	var output strings.Builder
	for _, script := range scripts {
		if strings.Contains(script, "curl ") {
			if _, err := exec.LookPath("curl"); err != nil {
				t.Log("no curl on this machine")
				continue
			}
		}
		cmd := exec.Command("sh", "-eu", "-c", strings.ReplaceAll(script, "http://127.0.0.1:8080", url))
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "XDG_DATA_HOME="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s\n%v\n%s", script, err, out)
		}
		output.Write(out)
	}
	for _, want := range []string{`"sum": 42`, `"all_passed": true`, `"ok": true`, `"name": "Ada"`, `"http_api_call"`} {
		if !strings.Contains(strings.ReplaceAll(output.String(), `\"`, `"`), want) {
			t.Errorf("the tour did not print %s:\n%s", want, output.String())
		}
	}
}

// TestReadmeEntries compares the entries of the README with what print-config
// prints for the same program.
func TestReadmeEntries(t *testing.T) {
	text := readme(t)
	for client, title := range map[string]string{
		"claude-desktop": "Claude Desktop", "claude-code": "Claude Code", "vscode": "VS Code", "cursor": "Cursor",
	} {
		_, section, ok := strings.Cut(text, "**"+title+"**")
		if !ok {
			t.Errorf("the README has no entry for %s", title)
			continue
		}
		section, _, _ = strings.Cut(section, "\n**")
		written := strings.Split(section, "```")
		if len(written) < 2 {
			t.Errorf("the README shows no entry for %s", title)
			continue
		}
		block := strings.TrimPrefix(strings.TrimPrefix(written[1], "json"), "\n")
		over := []string{}
		if strings.Contains(block, `"type": "http"`) {
			over = []string{"--http", "http://127.0.0.1:8080/mcp"}
		}
		var out bytes.Buffer
		a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &out}
		args := append([]string{"print-config", client, "--command", "/path/to/ratchet"}, over...)
		if code := a.run(t.Context(), args); code != 0 {
			t.Fatalf("print-config %s: %s", client, out.String())
		}
		if client == "claude-code" {
			if first, _, _ := strings.Cut(block, "\n"); first != strings.TrimSpace(out.String()) {
				t.Errorf("the README says %q, print-config %q", first, out.String())
			}
			continue
		}
		var want, got any
		if err := json.Unmarshal([]byte(block), &want); err != nil {
			t.Fatalf("%s: %v", client, err)
		}
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", client, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", client, diff)
		}
	}
}
