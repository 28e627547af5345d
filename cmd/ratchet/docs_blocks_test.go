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
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"ratchet/server/sources"
)

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
