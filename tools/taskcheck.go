package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"ratchet/executor/policy"

	"ratchet/registry"

	"github.com/Masterminds/semver/v3"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime"
	"ratchet/schema"
)

// CheckResult is the outcome of one check of a task.
type CheckResult struct {
	Type    string `json:"type" jsonschema:"enum=name,enum=version,enum=metadata,enum=syntax,enum=entry,enum=lint,enum=input_schema,enum=output_schema,enum=tests"`
	Status  string `json:"status" jsonschema:"enum=passed,enum=failed,enum=warning,enum=skipped"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
	Error   string `json:"error,omitempty" jsonschema_description:"the remedy, or more about the failure"`
	Field   string `json:"field,omitempty" jsonschema_description:"JSON pointer of the invalid part"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Snippet string `json:"snippet,omitempty"`
}

// checks collects what was found in one task.
type checks struct {
	results []CheckResult
	entry   string
}

func (c *checks) add(r CheckResult) { c.results = append(c.results, r) }

func (c *checks) fail(kind, code, pointer, message, remedy string) {
	c.add(CheckResult{Type: kind, Status: "failed", Code: code, Field: pointer, Message: message, Error: remedy})
}

// failed returns the failures, the tests' left out: failing tests never
// prevent storing.
func (c *checks) failed() []CheckResult {
	var out []CheckResult
	for _, r := range c.results {
		if r.Status == "failed" && r.Type != "tests" {
			out = append(out, r)
		}
	}
	return out
}

func (c *checks) warnings() []string {
	out := []string{}
	for _, r := range c.results {
		if r.Status == "warning" || (r.Status == "failed" && r.Type == "tests") {
			text := r.Message
			if r.Line > 0 {
				text = fmt.Sprintf("line %d, column %d: %s", r.Line, r.Column, text)
			}
			if r.Type == "lint" && r.Error != "" {
				text += ". " + r.Error
			}
			out = append(out, text)
		}
	}
	return out
}

// err is the first failure as an error that lists them all; nil when none failed.
func (c *checks) err() error {
	failed := c.failed()
	if len(failed) == 0 {
		return nil
	}
	first := failed[0]
	message := first.Message
	if first.Line > 0 {
		message = fmt.Sprintf("%s (line %d, column %d)", message, first.Line, first.Column)
	}
	e := ratchet.Errorf(ratchet.CodeInvalid, "%s", message).At(first.Field).With("check", first.Code).With("errors", failed)
	if first.Line > 0 {
		e.With(ratchet.FieldLine, first.Line).With(ratchet.FieldColumn, first.Column)
	}
	if first.Snippet != "" {
		e.With(ratchet.FieldSnippet, first.Snippet)
	}
	if first.Error != "" {
		return e.WithHint("%s", first.Error)
	}
	return e.WithHint("correct %s and call again; ratchet_validate_task checks without storing", first.Field)
}

var taskName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

const maxTaskName = 100

// unfenced is code without the Markdown fence around it; false = there is none around
// the whole of it.
func unfenced(code string) (bare string, fenced bool) {
	first, rest, ok := strings.Cut(strings.TrimSpace(code), "\n")
	if !ok || !strings.HasPrefix(first, "```") || strings.Contains(first[3:], "`") {
		return code, false
	}
	bare, ok = strings.CutSuffix(rest, "\n```")
	if !ok || strings.HasPrefix(bare, "```") || strings.Contains(bare, "\n```") {
		return code, false
	}
	return bare + "\n", true
}

// checkTask checks everything about a task but its tests. With auto it
// decides the language first and sets it; a Markdown fence around the code is removed. The error is for checks that could
// not be made; what is wrong with the task is in the result.
func checkTask(ctx context.Context, d *registry.Deps, t *ratchet.Task, auto, syntaxOnly bool) (*checks, error) {
	c := &checks{}
	if bare, fenced := unfenced(t.Code); fenced {
		t.Code = bare
		c.warn("syntax", "MARKDOWN_FENCE", "/code", "the code was wrapped in a Markdown fence, which was removed")
	}
	if !syntaxOnly {
		c.identity(t, d.Exec.Bounds())
	}
	if strings.TrimSpace(t.Code) == "" {
		c.fail("syntax", "EMPTY_SCRIPT", "/code", "the code is empty", "write a function, e.g. export default (input, context) => ({ ok: true })")
	} else if err := c.source(ctx, d, t, auto, syntaxOnly); err != nil {
		return nil, err
	}
	c.files(t)
	if syntaxOnly {
		return c, nil
	}
	c.schema("input_schema", t.InputSchema)
	c.schema("output_schema", t.OutputSchema)
	c.schemaNotes("input_schema", t.InputSchema)
	c.schemaNotes("output_schema", t.OutputSchema)
	c.mocks(t.Tests)
	return c, nil
}

// maxMetadata bounds the metadata of a task, in bytes.
const maxMetadata = 256 << 10

func (c *checks) identity(t *ratchet.Task, most policy.Bounds) {
	if n := len(t.Metadata); n > maxMetadata {
		c.fail("metadata", "METADATA_TOO_LARGE", "/metadata", fmt.Sprintf("the metadata has %d bytes, at most %d are allowed", n, maxMetadata), "keep data in the code or in files")
		return
	}
	switch {
	case t.Name == "":
		c.fail("name", "EMPTY_NAME", "/name", "the name is empty", "a name has 1 to 100 letters, digits, _ or -")
	case len(t.Name) > maxTaskName || !taskName.MatchString(t.Name):
		c.fail("name", "INVALID_NAME_FORMAT", "/name", fmt.Sprintf("the name %q is not allowed", t.Name), "a name has 1 to 100 letters, digits, _ or -")
	}
	if t.Version == "" {
		c.fail("version", "EMPTY_VERSION", "/version", "the version is empty", "use a semantic version such as 0.1.0")
	} else if _, err := semver.StrictNewVersion(t.Version); err != nil {
		c.fail("version", "INVALID_VERSION_FORMAT", "/version", fmt.Sprintf("%q is not a semantic version", t.Version), "use MAJOR.MINOR.PATCH, e.g. 0.1.0")
	}
	if _, err := most.Policy(t.Metadata); err != nil {
		e := ratchet.AsError(err)
		at, _ := e.Fields[ratchet.FieldPointer].(string)
		c.fail("metadata", "INVALID_METADATA", "/metadata"+strings.TrimPrefix(at, "/metadata"), e.Message, e.Hint)
	}
	if t.SourceType != "filesystem" { // whose metadata.json holds more than metadata
		c.metadata(t.Metadata)
	}
}

// secrets reports a secret that the task may not declare. Other errors are
// returned.
func (c *checks) secrets(err error) error {
	if code := ratchet.CodeOf(err); code != ratchet.CodeDenied && code != ratchet.CodeInvalid {
		return err
	}
	e := ratchet.AsError(err)
	at, _ := e.Fields[ratchet.FieldPointer].(string)
	c.fail("metadata", "SECRET_NOT_GRANTED", at, e.Message, e.Hint)
	return nil
}

// source compiles the code behind the wall and reports syntax, entry and lint.
func (c *checks) source(ctx context.Context, d *registry.Deps, t *ratchet.Task, auto, syntaxOnly bool) error {
	found, err := compileTask(ctx, d, t, auto)
	if err != nil {
		return err
	}
	syntax, entry := true, true
	for _, p := range found.Problems {
		r := CheckResult{
			Type: "lint", Status: "warning", Code: p.Code, Field: "/code", Message: p.Message, Error: p.Hint,
			Line: p.Line, Column: p.Column, Snippet: p.Snippet,
		}
		if p.Severity == "error" {
			r.Status = "failed"
		}
		switch p.Code {
		case "SYNTAX_ERROR", unresolvedImport, "EMPTY_SCRIPT":
			r.Type, syntax = "syntax", false
		case "NO_ENTRY":
			r.Type, entry = "entry", false
		}
		if !syntaxOnly || r.Type == "syntax" {
			c.add(r)
		}
	}
	if syntax {
		c.add(CheckResult{Type: "syntax", Status: "passed", Message: fmt.Sprintf("the code is valid %s", t.Language)})
	}
	if syntaxOnly || !syntax {
		return nil
	}
	c.entry = found.Entry
	switch {
	case found.Entry != "":
		c.add(CheckResult{Type: "entry", Status: "passed", Message: "entry point: " + found.Entry})
	case entry:
		c.fail("entry", "NO_ENTRY", "/code", "the code has no entry point",
			"export a function: export default (input, context) => …, or define main(input, context)")
	}
	return nil
}

// compileTask compiles t. With auto it takes JavaScript when that parses, else TypeScript
// when that does, else the language whose error is further down.
func compileTask(ctx context.Context, d *registry.Deps, t *ratchet.Task, auto bool) (runtime.Check, error) {
	if auto {
		t.Language = ratchet.JavaScript
	}
	js, err := d.Exec.Check(ctx, executor.SourceOf(t))
	if err != nil || !auto {
		return js, err
	}
	at := syntaxError(js)
	if at == nil {
		return js, nil
	}
	t.Language = ratchet.TypeScript
	ts, err := d.Exec.Check(ctx, executor.SourceOf(t))
	if err != nil {
		return ts, err
	}
	if other := syntaxError(ts); other == nil || other.Code == unresolvedImport && at.Code != unresolvedImport || other.Line > at.Line || (other.Line == at.Line && other.Column > at.Column) {
		return ts, nil
	}
	t.Language = ratchet.JavaScript
	return js, nil
}

// unresolvedImport is the code of a source that parses and imports what is not there.
const unresolvedImport = "UNRESOLVED_IMPORT"

func syntaxError(c runtime.Check) *runtime.CheckProblem {
	for i, p := range c.Problems {
		if (p.Code == "SYNTAX_ERROR" || p.Code == unresolvedImport) && p.Severity == "error" {
			return &c.Problems[i]
		}
	}
	return nil
}

func (c *checks) schema(name string, raw json.RawMessage) {
	if len(raw) == 0 {
		c.add(CheckResult{Type: name, Status: "skipped", Message: "there is no " + name})
		return
	}
	s, err := schema.Admit(raw)
	if err != nil {
		e := ratchet.AsError(err)
		at, _ := e.Fields[ratchet.FieldPointer].(string)
		c.fail(name, "INVALID_SCHEMA", "/"+name+at, fmt.Sprintf("%s: %s", name, e.Message), e.Hint)
		return
	}
	if name == "input_schema" && s.Open() {
		c.add(CheckResult{
			Type: name, Status: "warning", Code: "OPEN_SCHEMA", Field: "/" + name,
			Message: "input_schema accepts unknown keys", Error: `add "additionalProperties": false so that misspelt arguments are caught`,
		})
		return
	}
	c.add(CheckResult{Type: name, Status: "passed", Message: name + " compiles"})
}
