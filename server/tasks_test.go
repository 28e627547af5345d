package server_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ratchet"
	"ratchet/server"
	"ratchet/server/config"
)

// open opens a server over a data folder and a folder of tasks, without any worker.
func open(t *testing.T, data, dir string) *server.Server {
	t.Helper()
	cfg, err := config.Load(config.Options{
		Dir: t.TempDir(), User: t.TempDir(), Env: []string{},
		Flags: map[string]string{
			"data_dir": data, "registry.tasks_dir": dir, "execution.workers.count": "1", "execution.workers.warm": "0",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(t.Context(), cfg, server.Options{Worker: []string{os.Args[0], "--worker"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func call(t *testing.T, s *server.Server, name, args string) map[string]any {
	t.Helper()
	tool, ok := s.Registry().Lookup(name)
	if !ok {
		t.Fatal(name)
	}
	out, err := tool.Call(t.Context(), s.Deps(), json.RawMessage(args))
	if err != nil {
		t.Fatalf("%s: %v %v", name, err, ratchet.AsError(err).Err)
	}
	var fields map[string]any
	data, _ := json.Marshal(out)
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func file(t *testing.T, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const newTask = `{"name":"add","description":"Adds.","code":"export default (i) => i.a + i.b","input_schema":{"type":"object"},"output_schema":{},"test_cases":[{"name":"t","input":{"a":1,"b":2},"expected_output":3}]}`

func TestTasksFolderIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tasks")
	s := open(t, t.TempDir(), dir)
	out := call(t, s, "ratchet_create_task", newTask)
	if out["path"] != filepath.Join(dir, "add") {
		t.Errorf("path: %v", out["path"])
	}
	var meta map[string]any
	if err := json.Unmarshal([]byte(file(t, dir, "add", "metadata.json")), &meta); err != nil || meta["uuid"] != out["task_id"] || meta["name"] != "add" {
		t.Errorf("metadata.json: %v %v", meta, err)
	}
	versions, err := s.Deps().Store.TaskVersions(t.Context(), out["task_id"].(string))
	if err != nil || len(versions) != 1 {
		t.Errorf("creation wrote %d rows of history: %v", len(versions), err)
	}
	call(t, s, "ratchet_edit_task", `{"task_id":"add","code":"export default (i) => i.b + i.a","test_cases":[]}`)
	if code := file(t, dir, "add", "main.js"); !strings.Contains(code, "i.b + i.a") {
		t.Errorf("main.js after the edit: %s", code)
	}
	if _, err := os.Stat(filepath.Join(dir, "add", "tests", "test-001.json")); !os.IsNotExist(err) {
		t.Errorf("the test that was taken away is still a file: %v", err)
	}
	gone := call(t, s, "ratchet_delete_task", `{"task_id":"add","delete_files":true}`)
	if files, _ := gone["files_deleted"].([]any); len(files) == 0 {
		t.Errorf("files_deleted: %v", gone)
	}
	if _, err := os.Stat(filepath.Join(dir, "add")); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	call(t, s, "ratchet_create_task", newTask)
	kept := call(t, s, "ratchet_delete_task", `{"task_id":"add"}`)
	if text, _ := kept["message"].(string); !strings.Contains(text, filepath.Join(dir, "add")) || !strings.Contains(text, "delete_files: true") {
		t.Errorf("a task whose files come back is deleted with the message %q", text)
	}
}

func TestTasksFolderIsLoaded(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	first := open(t, data, dir)
	made := call(t, first, "ratchet_create_task", newTask)
	if err := first.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("group/greet/metadata.json", `{"name":"greet","version":"1.0.0","description":"Greets"}`)
	put("group/greet/main.js", "export default () => 'hello'")
	put("group/greet/tests/test-001.json", `{"input":{},"expect":"hello"}`)
	put("broken/metadata.json", `{"name":`)

	second := open(t, data, dir)
	store := second.Deps().Store
	id, _ := made["task_id"].(string)
	history, err := store.TaskVersions(t.Context(), id)
	if err != nil || len(history) != 1 {
		t.Errorf("a task whose files did not change has %d rows of history: %v", len(history), err)
	}
	greet, err := store.Task(t.Context(), "greet")
	if err != nil || greet.SourceType != "filesystem" || greet.Path != filepath.Join(dir, "group", "greet") {
		t.Fatalf("greet: %+v %v", greet, err)
	}
	call(t, second, "ratchet_edit_task", `{"task_id":"greet","description":"Says hello","validate_changes":false}`)
	if text := file(t, dir, "group", "greet", "metadata.json"); !strings.Contains(text, "Says hello") {
		t.Errorf("a task found deeper is not rewritten in its place: %s", text)
	}
	if text := file(t, dir, "group", "greet", "tests", "test-001.json.unread"); !strings.Contains(text, `"expect"`) {
		t.Errorf("the test that could not be loaded is lost: %s", text)
	}
	if err := second.Close(context.Background()); err != nil {
		t.Fatal(err)
	}

	put("add/main.js", "export default (i) => 10 * (i.a + i.b)")
	third := open(t, data, dir).Deps().Store
	add, err := third.Task(t.Context(), "add")
	if err != nil || add.ID != id || !strings.Contains(add.Code, "10 *") {
		t.Fatalf("add after its file changed: %+v %v", add, err)
	}
	backups, err := third.TaskBackups(t.Context(), id)
	if err != nil || len(backups) != 1 || strings.Contains(backups[0].Task.Code, "10 *") {
		t.Errorf("backups: %+v %v", backups, err)
	}
	if same, err := third.Task(t.Context(), "greet"); err != nil || same.ID != greet.ID || same.Description != "Says hello" {
		t.Errorf("greet after a restart: %+v %v", same, err)
	}
}

// TestTasksAboveABoundAreNotLoaded from a folder or a zip; others are.
func TestTasksAboveABoundAreNotLoaded(t *testing.T) {
	dir := t.TempDir()
	files := func(name, more string) map[string]string {
		return map[string]string{
			"metadata.json": `{"name":"` + name + `","version":"1.0.0","description":"d"` + more + `}`, "main.js": "export default () => 1",
			"input.schema.json": `{"type":"object"}`, "output.schema.json": `{}`,
		}
	}
	folder := func(name, more string) {
		for path, text := range files(name, more) {
			path = filepath.Join(dir, name, path)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	for path, text := range files("zipped", `,"http":{"max_response_bytes":67108865}`) {
		w, err := archive.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), os.WriteFile(filepath.Join(dir, "zipped.zip"), packed.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	folder("within", `,"timeout":300,"memory_limit":"1GB"`)
	folder("above", `,"memory_limit":"2GB"`)
	s := open(t, t.TempDir(), dir)
	page, err := s.Deps().Store.ListTasks(t.Context(), ratchet.Query{})
	if err != nil || len(page.Items) != 1 || page.Items[0].Name != "within" {
		t.Errorf("loaded: %+v, %v", page.Items, err)
	}
}

// TestChangedFilesAreNotInSync: a list compares tasks with their files as they are now.
func TestChangedFilesAreNotInSync(t *testing.T) {
	dir := t.TempDir()
	writeTask(t, filepath.Join(dir, "a"), "a")
	writeTask(t, filepath.Join(dir, "b"), "b")
	s := open(t, t.TempDir(), dir)
	named := func(args string) (names []string) {
		for _, row := range call(t, s, "ratchet_list_available_tasks", args)["tasks"].([]any) {
			names = append(names, row.(map[string]any)["name"].(string))
		}
		return names
	}
	const differ = `{"filters":[{"field":"in_sync","operator":"EQ","value":false}]}`
	if got := named(differ); len(got) != 0 {
		t.Errorf("before a change %q differ", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "b", "main.js"), []byte("export default () => 3"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := named(differ); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%q differ, want b", got)
	}
	if got := call(t, s, "ratchet_get_task", `{"task_id":"b"}`)["in_sync"]; got != false {
		t.Errorf("in_sync of the changed task is %v", got)
	}
	writeTask(t, filepath.Join(dir, "b"), "b")
	if got := named(differ); len(got) != 0 {
		t.Errorf("after the change was taken back %q differ", got)
	}
}

// TestDeletedTasksStayDeleted: the folder keeps the files, and a change of one brings the
// task back.
func TestDeletedTasksStayDeleted(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	restarted := func(names ...string) *server.Server {
		t.Helper()
		s := open(t, data, dir)
		var have []string
		for _, row := range call(t, s, "ratchet_list_available_tasks", `{}`)["tasks"].([]any) {
			have = append(have, row.(map[string]any)["name"].(string))
		}
		if !slices.Equal(have, names) {
			t.Fatalf("there are tasks %q, want %q", have, names)
		}
		return s
	}
	closed := func(s *server.Server) {
		t.Helper()
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	nested := filepath.Join(dir, "group", "two")
	writeTask(t, nested, "two")
	s := restarted("two")
	call(t, s, "ratchet_create_task", `{"name":"one","description":"d","code":"export default () => 1","input_schema":{"type":"object"},"output_schema":{}}`)
	for _, name := range []string{"one", "two"} {
		if said := call(t, s, "ratchet_delete_task", `{"task_id":"`+name+`"}`)["message"].(string); !strings.Contains(said, "not loaded again") {
			t.Errorf("the answer does not say what becomes of the files: %s", said)
		}
	}
	closed(s)
	closed(restarted())
	main := filepath.Join(nested, "main.js")
	if err := os.WriteFile(main, []byte("export default () => 2"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = restarted("two")
	call(t, s, "ratchet_create_task", `{"name":"one","description":"d","code":"export default () => 1","input_schema":{"type":"object"},"output_schema":{}}`)
	closed(s)
	restarted("one", "two")
}

// writeTask writes the folder of a task.
func writeTask(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"metadata.json": `{"name":"` + name + `","version":"1.0.0","description":"d"}`, "main.js": "export default () => 1",
		"input.schema.json": `{"type":"object"}`, "output.schema.json": `{}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
