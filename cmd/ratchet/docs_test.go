package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ratchet/server/sources"
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

// script stores a block as a task, and runs it as a test: on the input of its
// fence, with an outside that answers everything.
func (d *docs) script(ctx context.Context, b block) error {
	input, output, _ := strings.Cut(b.info, "→")
	if input = strings.TrimSpace(input); input == "" {
		input = "{}"
	}
	if output = strings.TrimSpace(output); output == "" {
		output = "{}"
	}
	d.tasks++
	metadata := map[string]any{}
	if found := secretName.FindStringSubmatch(b.text); found != nil {
		metadata["secrets"] = []string{found[1]}
		grant := map[string]any{"name": found[1], "value": "token-of-the-docs", "task_patterns": []string{"*"}, "hosts": []string{"api.example.com"}, "readable": true}
		if err := d.call(ctx, "ratchet_set_secret", grant, nil); err != nil {
			return err
		}
	}
	d.task = map[string]any{
		"name": fmt.Sprintf("docs-%d", d.tasks), "description": "A block of the documentation.", "code": b.text, "metadata": metadata,
		"language":     map[string]string{"js": "javascript", "ts": "typescript"}[b.kind],
		"input_schema": map[string]any{"type": "object"}, "output_schema": map[string]any{"type": "object"},
	}
	return d.run(ctx, map[string]any{
		"name": "as written", "input": json.RawMessage(input), "expected_output": json.RawMessage(output), "match": "subset",
		"mock": map[string]any{
			"secrets": map[string]string{"API_TOKEN": "token-of-the-docs"},
			"http":    []any{map[string]any{"url": "https://api.example.com/*", "response": map[string]any{"status": 200, "body": map[string]any{"name": "tea"}}}},
		},
	})
}

// test runs a test file on the newest task of the page.
func (d *docs) test(ctx context.Context, b block) error {
	if _, line, err := sources.DecodeTest([]byte(b.text)); err != nil {
		return fmt.Errorf("line %d %w", line, err)
	}
	if d.task == nil {
		return errors.New("no task comes before the test")
	}
	d.tasks++
	d.task["name"] = fmt.Sprintf("docs-%d", d.tasks)
	return d.run(ctx, json.RawMessage(b.text))
}

// run stores the task with one test, which has to pass.
func (d *docs) run(ctx context.Context, test any) error {
	d.task["test_cases"] = []any{test}
	var got struct {
		Results struct {
			AllPassed bool `json:"allPassed"`
		} `json:"testResults"`
	}
	var whole json.RawMessage
	if err := d.call(ctx, "ratchet_create_task", d.task, &whole); err != nil {
		return err
	}
	if err := json.Unmarshal(whole, &got); err != nil {
		return err
	}
	if !got.Results.AllPassed {
		return fmt.Errorf("the task does not do what its fence says: %s", whole)
	}
	return nil
}

// scriptSyntax checks a block that is not a task of its own.
func (d *docs) scriptSyntax(ctx context.Context, b block) error {
	var whole json.RawMessage
	err := d.call(ctx, "ratchet_validate_task", map[string]any{
		"task_id": "docs", "code": b.text, "run_tests": false,
		"input_schema": map[string]any{"type": "object"}, "output_schema": map[string]any{"type": "object"},
	}, &whole)
	if err == nil && bytes.Contains(whole, []byte("SYNTAX_ERROR")) && !bytes.Contains(whole, []byte(`"cannot import `)) {
		return fmt.Errorf("syntax: %s", whole)
	}
	return err
}

func (d *docs) graphql(ctx context.Context, b block) error {
	body := map[string]any{"query": b.text}
	if b.info != "" {
		body["variables"] = json.RawMessage(b.info)
	}
	got, err := d.post(ctx, "/graphql", body)
	if err == nil && bytes.Contains(got, []byte(`"errors"`)) {
		err = fmt.Errorf("%s", got)
	}
	return err
}

// call calls a tool over REST.
func (d *docs) call(ctx context.Context, tool string, arguments map[string]any, into *json.RawMessage) error {
	answer, err := d.post(ctx, "/api/v1/tools/"+tool, arguments)
	if err != nil || into == nil {
		return err
	}
	var got struct{ Data json.RawMessage }
	err = json.Unmarshal(answer, &got)
	*into = got.Data
	return err
}

func (d *docs) post(ctx context.Context, path string, body any) ([]byte, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+path, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", response.Status, answer)
	}
	return answer, err
}

// configuration checks a block as a configuration file.
func (d *docs) configuration(ctx context.Context, b block) error {
	file := filepath.Join(d.dir, "ratchet.yaml")
	if err := os.WriteFile(file, []byte(b.text), 0o600); err != nil {
		return err
	}
	defer func() { _ = os.Remove(file) }()
	var out bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &out}
	if code := a.run(ctx, []string{"config", "validate", "--config", file}); code != 0 {
		return errors.New(out.String())
	}
	return nil
}

// jsonStream parses a block of one or more JSON values.
func jsonStream(text string) error {
	for values := json.NewDecoder(strings.NewReader(text)); ; {
		var value any
		if err := values.Decode(&value); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func xmlSyntax(text string) error {
	for tokens := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := tokens.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// lines checks a format of one setting a line.
func lines(b block) error {
	form := map[string]*regexp.Regexp{
		"toml":  regexp.MustCompile(`^(\[[\w.]+\]|\w+ = ("[^"]*"|\[("[^"]*"(, )?)*\]))$`),
		"ini":   regexp.MustCompile(`^(\[\w+\]|[A-Z]\w+=\S.*)$`),
		"nginx": regexp.MustCompile(`^ *([\w/. :$-]+ \{|\}|[\w]+ [^;]+;)$`),
	}[b.kind]
	all := strings.Split(strings.TrimSpace(b.text), "\n")
	at := slices.IndexFunc(all, func(line string) bool { return line != "" && !strings.HasPrefix(line, "#") && !form.MatchString(line) })
	if at >= 0 {
		return fmt.Errorf("%q is no line of %s", all[at], b.kind)
	}
	if strings.Count(b.text, "{") != strings.Count(b.text, "}") {
		return errors.New("the braces do not match")
	}
	return nil
}
