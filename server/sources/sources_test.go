package sources_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ratchet"
	"ratchet/server/sources"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

var whole = map[string]string{
	"metadata.json":       `{"name": "add", "version": "1.2.0", "description": "Adds", "tags": ["math"], "timeout": 9}`,
	"main.ts":             "export default (i: {a: number}) => i.a",
	"input.schema.json":   `{"type": "object"}`,
	"lib/tax.ts":          "export const tax = 1",
	"lib/rates.json":      `{"full": 2}`,
	"config.json":         `{"rate": 2}`,
	"tests/test-002.json": `{"name": "two", "input": {}, "expected": 2}`,
	"tests/test-001.json": `{"input": {"a": 1}, "expected_output": 1, "mock": {"http": {"url": "*", "response": 1}}}`,
}

func TestLoadFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, whole)
	task, problems, err := sources.Load(dir)
	if err != nil || len(problems) > 0 {
		t.Fatalf("Load: %v, %v", problems, err)
	}
	if task.Name != "add" || task.Version != "1.2.0" || task.Language != ratchet.TypeScript || task.ID == "" {
		t.Errorf("task = %+v", task)
	}
	if diff := cmp.Diff(map[string]string{"lib/tax.ts": whole["lib/tax.ts"], "lib/rates.json": whole["lib/rates.json"], "config.json": whole["config.json"]}, task.Files); diff != "" {
		t.Error(diff)
	}
	if len(task.Tests) != 2 || task.Tests[0].Name != "test-001" || string(task.Tests[1].ExpectedOutput) != "2" || len(task.Tests[0].Mock.HTTP) != 1 {
		t.Errorf("tests = %+v", task.Tests)
	}
	again, _, _ := sources.Load(dir)
	if again.ID != task.ID {
		t.Error("the derived id is not stable")
	}
}

// meta is a good metadata.json with one more line, its fourth.
func meta(line string) string {
	return "{\n\"name\": \"add\",\n\"version\": \"1.0.0\",\n" + line + "}"
}

func TestTestsWithRecordings(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"metadata.json":         meta(`"label": "a"`),
		"main.js":               "export default async () => (await fetch('https://a.test/x')).text()",
		"recordings/a.har":      `{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [{"startedDateTime": "2026-01-02T03:04:05Z", "time": 1, "request": {"method": "GET", "url": "https://a.test/x", "headers": []}, "response": {"status": 200, "statusText": "OK", "headers": [], "content": {"text": "hi"}}}]}}`,
		"tests/served.json":     `{"input": {}, "expected": "hi", "recording": "a.har"}`,
		"tests/unrecorded.json": `{"input": {}, "expected": "hi", "recording": "b.har"}`,
	})
	task, problems, err := sources.Load(dir)
	if err != nil || len(problems) != 1 || !strings.Contains(problems[0].String(), "recordings/b.har is missing") || sources.Unusable(problems) {
		t.Fatalf("%v, %v", problems, err)
	}
	mocks := task.Tests[0].Mock.HTTP
	if len(task.Tests) != 1 || len(mocks) != 1 || mocks[0].URL != "https://a.test/x" || !strings.Contains(string(mocks[0].Response), `"hi"`) {
		t.Errorf("%+v", task.Tests)
	}
}

func TestRangesOfVersions(t *testing.T) {
	tests := []struct {
		wanted, version string
		ok              bool
	}{
		{"", "0.1.0", true},
		{">=0.1, <1", "0.1.0", true},
		{">=0.1", "0.1.0-dev", true}, // a pre-release counts as its release
		{"^1.2", "1.9.3", true},
		{"^1.2", "2.0.0", false},
		{"nonsense", "1.0.0", false},
	}
	for _, test := range tests {
		raw, err := json.Marshal(map[string]string{"ratchet_version": test.wanted})
		if err != nil {
			t.Fatal(err)
		}
		err = sources.Supported(&ratchet.Task{Name: "add", Metadata: raw}, test.version)
		if (err == nil) != test.ok || (err != nil && ratchet.CodeOf(err) != ratchet.CodeInvalid) {
			t.Errorf("range %q on %s: %v", test.wanted, test.version, err)
		}
	}
}

func TestYAMLProblemsHavePlaces(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"task.yaml": "name: add\nversion: 1.0.0\nhttp:\n  deny_hosts: []\n  timeout: never\n",
		"task.js":   "function main() { return 1 }",
	})
	_, problems, err := sources.Load(dir)
	if err != nil || len(problems) != 1 || problems[0].Line != 5 || problems[0].File != "task.yaml" {
		t.Errorf("problems = %v, %v", problems, err)
	}
}

func TestProblemsHavePlaces(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"version", "metadata.json", `{"name": "add", "version": "one"}`, "metadata.json:1: error: key version"},
		{"name", "metadata.json", `{"name": "a b", "version": "1.0.0"}`, "metadata.json:1: error: key name"},
		{"range", "metadata.json", meta(`"ratchet_version": "new"`), "metadata.json:4: error: key ratchet_version"},
		{"timeout type", "metadata.json", meta(`"timeout": "soon"`), "metadata.json:4: error: key timeout is a string, want a number"},
		{"timeout", "metadata.json", meta(`"timeout": -1`), "metadata.json:4: error: timeout is -1"},
		{"memory", "metadata.json", meta(`"memory_limit": "lots"`), "metadata.json:4: error: memory_limit"},
		{"http", "metadata.json", meta(`"http": true`), "metadata.json:4: error: key http is a bool, want an object"},
		{"http key", "metadata.json", meta("\"http\": {\n\"allow_host\": []}"), "metadata.json:5: error: key http.allow_host is unknown (did you mean allow_hosts?)"},
		{"effects key", "metadata.json", meta("\"effects\": {\n\"repeat\": true}"), "metadata.json:5: error: key effects.repeat is unknown (did you mean repeat_unknown?)"},
		{"effects", "metadata.json", meta("\"effects\": {\n\"repeat_unknown\": 1}"), "metadata.json:5: error: key effects.repeat_unknown is a number, want"},
		{"hosts", "metadata.json", meta("\"http\": {\n\"allow_hosts\": \"a.example\"}"), "metadata.json:5: error: key http.allow_hosts is a string, want a list"},
		{"retry", "metadata.json", meta("\"retry\": {\n\"max_retries\": 1000}"), "metadata.json:5: error: key retry.max_retries is 1000"},
		{"retry type", "metadata.json", meta(`"retry": 3`), "metadata.json:4: error: key retry is a number, want an object"},
		{"escape", "metadata.json", `{"name": "add", "version": "1.0.0", "entrypoint": "../x.js"}`, "leads out of the folder"},
		{"schema", "input.schema.json", "{\n\"type\": \n}", "input.schema.json:3: error"},
		{"multiplying schema", "input.schema.json", multiplying(14), "subschemas can apply to one value"},
		{"test", "tests/test-001.json", "{\n\"input\": {},\n}", "tests/test-001.json:2: error"},
		{"test key", "tests/test-001.json", `{"input": {}, "expectd": 1}`, "unknown key"},
		{"a key twice in a test", "tests/test-001.json", "{\n\"input\": {\"a\": 1,\n\"a\": 2}}", "tests/test-001.json:3: error: is not JSON: the key /input/a is there twice"},
		{"half a character in a test", "tests/test-001.json", `{"input": "\ud800"}`, "tests/test-001.json:1: error: is not JSON: invalid surrogate"},
		{"a key twice in a schema", "output.schema.json", `{"type": "object", "type": "array"}`, "output.schema.json:1: error: is not JSON: the key /type is there twice"},
		{"a key twice in config.json", "config.json", "{\"a\": 1,\n\"a\": 2}", "config.json:2: error: is not JSON: the key /a is there twice"},
		{"size", "lib/big.js", strings.Repeat("x", sources.MaxFile+1), "larger than"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, whole)
			write(t, dir, map[string]string{test.file: test.text})
			_, problems, err := sources.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, p := range problems {
				all.WriteString(p.String() + "\n")
			}
			if !sources.Failed(problems) || !strings.Contains(all.String(), test.want) {
				t.Errorf("problems = %s, want %q", all.String(), test.want)
			}
		})
	}
}

// TestMetadataIsStrict: what says two things of one key is no task.
func TestMetadataIsStrict(t *testing.T) {
	for file, texts := range map[string][2]string{
		"metadata.json": {`{"name": "add", "version": "1.0.0",` + "\n" + `"http": {"timeout": 1, "timeout": 2}}`, `{"name": "add",` + "\n" + `"label": "\ud800"}`},
		"task.yaml":     {"name: add\nname: sub\n", "name: add\nlabel: \"\\ud800\"\n"},
	} {
		for _, text := range texts {
			dir := t.TempDir()
			write(t, dir, map[string]string{file: text, "main.js": "export default () => 1"})
			if task, _, err := sources.Load(dir); err == nil || !strings.Contains(err.Error(), file+":2") {
				t.Errorf("%s: %+v, %v", text, task, err)
			}
		}
	}
}

// multiplying is a schema of that many levels, each with two ways to the next.
func multiplying(levels int) string {
	var b strings.Builder
	b.WriteString(`{"$defs":{"l0":{}`)
	for i := range levels {
		fmt.Fprintf(&b, `,"l%d":{"anyOf":[{"$ref":"#/$defs/l%d"},{"$ref":"#/$defs/l%[2]d"}]}`, i+1, i)
	}
	fmt.Fprintf(&b, `},"$ref":"#/$defs/l%d"}`, levels)
	return b.String()
}

func TestLinksOutOfTheFolderAreRefused(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret.js")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"metadata.json": whole["metadata.json"]})
	if err := os.Symlink(secret, filepath.Join(dir, "main.js")); err != nil {
		t.Fatal(err)
	}
	task, problems, err := sources.Load(dir)
	if err != nil || !sources.Failed(problems) || strings.Contains(task.Code, "secret") {
		t.Errorf("Load followed a link: %q, %v, %v", task.Code, problems, err)
	}
}

func TestSaveLoadRemove(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, whole)
	task, _, err := sources.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	folder := sources.Folder{Root: t.TempDir()}
	path, err := folder.Save(context.Background(), task)
	if err != nil {
		t.Fatal(err)
	}
	back, problems, err := sources.Load(path)
	if err != nil || len(problems) > 0 {
		t.Fatalf("Load of a saved task: %v, %v", problems, err)
	}
	ignore := cmpopts.IgnoreFields(ratchet.Task{}, "Path", "Metadata")
	raw := cmp.Transformer("json", func(m json.RawMessage) any {
		var v any
		_ = json.Unmarshal(m, &v)
		return v
	})
	if diff := cmp.Diff(task, back, ignore, raw); diff != "" {
		t.Error(diff)
	}
	delete(task.Files, "lib/tax.ts")
	if _, err := folder.Save(context.Background(), task, "lib/tax.ts"); err != nil {
		t.Fatal(err)
	}
	if back, _, _ = sources.Load(path); len(back.Files) != 2 {
		t.Errorf("files after one is gone: %v", back.Files)
	}
	write(t, path, map[string]string{"notes.txt": "mine"})
	removed, err := folder.Remove(context.Background(), task)
	if err != nil || len(removed) == 0 {
		t.Fatalf("Remove: %v, %v", removed, err)
	}
	entries, _ := os.ReadDir(path)
	if len(entries) != 1 || entries[0].Name() != "notes.txt" {
		t.Errorf("left after Remove: %v", entries)
	}
}

func TestZipAndDocument(t *testing.T) {
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for name, text := range whole {
		f, err := w.Create("add/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"add.zip": data.String(),
		"mul.js":  "function main(i) { return i.a * 2 }",
		"mul.yaml": "name: mul\nversion: 1.0.0\ninputs: {type: object}\n" +
			"test_cases:\n  - {name: doubles, input: {a: 2}, expected: 4}\n",
	})
	found, err := sources.LoadRoot(dir)
	if err != nil || len(found) != 2 {
		t.Fatalf("LoadRoot = %+v, %v", found, err)
	}
	for _, f := range found {
		if f.Err != nil || len(f.Problems) > 0 || len(f.Task.Tests) == 0 {
			t.Errorf("%s: %v, %v", f.Path, f.Problems, f.Err)
		}
	}
}

func TestZipSlipIsRefused(t *testing.T) {
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	if _, err := w.Create("../evil.js"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sources.LoadZip("evil.zip", data.Bytes()); err == nil {
		t.Error("a path that leads out was accepted")
	}
}

func TestScaffoldAddsAndKeeps(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "my task")
	added, err := sources.Scaffold(dir)
	if err != nil || len(added) != 5 {
		t.Fatalf("Scaffold = %v, %v", added, err)
	}
	task, problems, err := sources.Load(dir)
	if err != nil || len(problems) > 0 || task.Name != "my-task" {
		t.Fatalf("Load of a scaffold: %+v, %v, %v", task, problems, err)
	}
	if added, err := sources.Scaffold(dir); err != nil || len(added) != 0 {
		t.Errorf("a second Scaffold added %v, %v", added, err)
	}
}

// FuzzLoad feeds the loader trees of hostile files.
func FuzzLoad(f *testing.F) {
	f.Add(whole["metadata.json"], whole["main.ts"], `{"type": "object"}`, whole["tests/test-001.json"], `{"a": 1}`)
	f.Add(`{"name": "a", "version": "1.0.0", "entrypoint": "lib/../../x"}`, "", "{", "[]", "")
	f.Fuzz(func(t *testing.T, metadata, code, schema, test, config string) {
		tree := fstest.MapFS{
			"metadata.json": {Data: []byte(metadata)}, "main.js": {Data: []byte(code)},
			"input.schema.json": {Data: []byte(schema)}, "tests/a.json": {Data: []byte(test)}, "config.json": {Data: []byte(config)},
		}
		task, problems, err := sources.LoadFS(tree)
		if err != nil {
			if ratchet.CodeOf(err) == ratchet.CodeInternal {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if !sources.Failed(problems) {
			if _, err := sources.Files(task); err != nil {
				t.Fatalf("a sound task cannot be written: %v", err)
			}
		}
	})
}
