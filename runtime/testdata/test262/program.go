package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"ratchet/runtime"
)

// test is a program that is to end without an error, or with a certain one.
type test struct {
	Path     string `json:"path"`
	Code     string `json:"code"`
	Module   bool   `json:"module"`
	Async    bool   `json:"async"`
	Negative string `json:"negative"` // the name of an error
}

// folder is the first parts of the path.
func (t test) folder(depth int) string {
	parts := strings.Split(t.Path, "/")
	return strings.Join(parts[:min(depth, len(parts)-1)], "/")
}

var (
	frontMatter = regexp.MustCompile(`(?s)/\*---(.*?)---\*/`)
	listOf      = map[string]*regexp.Regexp{"flags": regexp.MustCompile(`(?m)^\s*flags:\s*\[(.*)\]`), "includes": regexp.MustCompile(`(?m)^\s*includes:\s*\[(.*)\]`)}
	included    = regexp.MustCompile(`(?m)^\s*includes:\s*\n((?:\s+- .*\n?)+)`)
	negative    = regexp.MustCompile(`(?s)negative:.*?type:\s*(\w+)`)
	fixture     = regexp.MustCompile(`(?:from|import)\s*\(?\s*['"]\.|\bexport\s+default\b`)
)

// common stands before each test, in place of parts of the suite's own harness
// that ask for a host.
const common = `var $DONE, __ended = new Promise(function (yes, no) { $DONE = function (error) { if (error) no(error); else yes('done'); }; });
var $262 = { global: globalThis, evalScript: function (code) { return (0, eval)(code); }, gc: function () {}, detachArrayBuffer: function (b) { structuredClone(b, { transfer: [b] }); } };
function print() {}
`

// read makes a program of a test; false = it needs several files.
func read(dir, path string) (test, bool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return test{}, false, err
	}
	name, err := filepath.Rel(filepath.Join(dir, "test"), path)
	if err != nil {
		return test{}, false, err
	}
	t := test{Path: filepath.ToSlash(name)}
	about := ""
	if m := frontMatter.FindSubmatch(text); m != nil {
		about = string(m[1])
	}
	flags := list(about, "flags")
	t.Module, t.Async = flags["module"], flags["async"]
	if t.Module && fixture.Match(text) {
		return t, false, nil
	}
	if m := negative.FindStringSubmatch(about); m != nil {
		t.Negative = m[1]
	}
	var b strings.Builder
	if flags["onlyStrict"] {
		b.WriteString("'use strict';\n")
	}
	if !flags["raw"] {
		b.WriteString(common)
		files := []string{"sta.js", "assert.js"}
		for f := range list(about, "includes") {
			files = append(files, f)
		}
		for _, f := range files {
			part, err := os.ReadFile(filepath.Join(dir, "harness", f))
			if err != nil {
				return t, false, fmt.Errorf("%s: %w", t.Path, err)
			}
			b.Write(part)
			b.WriteString("\n")
		}
	}
	b.Write(text)
	t.Code = b.String()
	return t, true, nil
}

func list(about, name string) map[string]bool {
	found := map[string]bool{}
	if m := listOf[name].FindStringSubmatch(about); m != nil {
		for item := range strings.SplitSeq(m[1], ",") {
			if item = strings.TrimSpace(item); item != "" {
				found[item] = true
			}
		}
	}
	if m := included.FindStringSubmatch(about); m != nil && name == "includes" {
		for item := range strings.Lines(m[1]) {
			if item = strings.TrimPrefix(strings.TrimSpace(item), "- "); item != "" {
				found[item] = true
			}
		}
	}
	return found
}

// child runs tests that arrive on stdin, one a line.
func child() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var t test
		if err := json.Unmarshal(in.Bytes(), &t); err != nil {
			panic(err)
		}
		fmt.Println(outcome(t))
	}
}

func outcome(t test) string {
	result := "0"
	if t.Async {
		result = "__ended"
	}
	code := t.Code + "\n;function main() { return " + result + "; }\n"
	if t.Module {
		code = t.Code + "\n;export default () => " + result + ";\n"
	}
	job := runtime.Job{Source: runtime.Source{Code: code}, Limits: runtime.Limits{Wall: 5 * time.Second}}
	out := runtime.Run(context.Background(), job, runtime.Hooks{})
	switch {
	case out.Err == nil && t.Negative == "":
		return "pass"
	case out.Err != nil && t.Negative != "" && (out.Err.Type == t.Negative || t.Negative == "SyntaxError" && strings.Contains(strings.ToUpper(out.Err.Type), "SYNTAX")):
		return "pass"
	case out.Err != nil:
		return "fail: " + strings.ReplaceAll(out.Err.Type+": "+out.Err.Message, "\n", " ")
	}
	return "fail: no error"
}

//go:embed node.mjs
var nodeSource []byte

// nodeScript is the script for Node.js as a file.
func nodeScript() (string, error) {
	f, err := os.CreateTemp("", "test262-*.mjs")
	if err != nil {
		return "", err
	}
	if _, err := f.Write(nodeSource); err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}
