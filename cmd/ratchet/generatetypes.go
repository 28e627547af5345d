package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ratchet/registry"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/adapters/typescript"
	"ratchet/executor"
	"ratchet/server/sources"
	"ratchet/tools"
)

func (a *app) generateTypesCommand() *cobra.Command {
	var out, dir string
	var force bool
	cmd := &cobra.Command{
		Use: "types", Short: "Write TypeScript: what tasks can use, their types, a client of the tools", Args: cobra.NoArgs,
		Long: "Write TypeScript. OUT/task declares what a task can use and the inputs and outputs of all tasks;\n" +
			"OUT/client is a typed client of the tools. The tasks are those of the data directory, of --from-fs or of --connect.",
		Example: `  ratchet generate types --out types
  ratchet generate types --from-fs tasks
  ratchet generate types --connect http://127.0.0.1:8080`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			offered, tasks, err := a.typed(cmd, dir)
			if err != nil {
				return err
			}
			files := typescript.Generate(offered, tasks, version)
			if err := writeTypes(out, files, force); err != nil {
				return err
			}
			a.say("wrote %s: %s, %s", out, executor.Plural(len(offered), "tool"), executor.Plural(len(tasks), "task"))
			if a.machine() {
				return a.print(map[string]any{"path": out, "tools": len(offered), "tasks": len(tasks)})
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "ratchet-types", "folder to write to")
	cmd.Flags().StringVar(&dir, "from-fs", "", "folder of a task, or of folders of tasks")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite files that were not made by this command")
	storeFlags(cmd.Flags())
	return connects(cmd)
}

// typed finds the tools and tasks to write types of.
func (a *app) typed(cmd *cobra.Command, dir string) ([]typescript.Tool, []typescript.Task, error) {
	switch {
	case dir != "" && a.connect != "":
		return nil, nil, ratchet.Errorf(ratchet.CodeInvalid, "--from-fs and --connect exclude each other")
	case a.connect != "":
		return a.typedRemote(cmd)
	}
	registry, err := registry.New(tools.All()...)
	if err != nil {
		return nil, nil, err
	}
	offered := typescript.ToolsOf(registry)
	if dir != "" {
		tasks, err := a.typedFolder(dir)
		return offered, tasks, err
	}
	to, err := a.reach(cmd)
	if err != nil {
		return nil, nil, err
	}
	tasks, err := pages(func(args map[string]any) (any, error) { return to.call(cmd.Context(), listTasks, args) })
	return offered, tasks, errors.Join(err, to.close())
}

func (a *app) typedFolder(dir string) ([]typescript.Task, error) {
	found, err := sources.LoadRoot(dir)
	if err != nil {
		return nil, err
	}
	var list []typescript.Task
	for _, f := range found {
		if f.Err != nil {
			a.say("left out %s: %s", f.Path, f.Err)
			continue
		}
		list = append(list, typescript.Task{Name: f.Task.Name, Description: f.Task.Description, Input: f.Task.InputSchema, Output: f.Task.OutputSchema})
	}
	if len(list) == 0 {
		return nil, ratchet.Errorf(ratchet.CodeNotFound, "there is no task in %s", dir).WithHint("a task is a folder with metadata.json")
	}
	return list, nil
}

func (a *app) typedRemote(cmd *cobra.Command) ([]typescript.Tool, []typescript.Task, error) {
	session, err := a.dial(cmd.Context())
	if err != nil {
		return nil, nil, err
	}
	defer session.Close()
	list, err := listRemote(cmd, session)
	if err != nil {
		return nil, nil, err
	}
	var offered []typescript.Tool
	for _, t := range list {
		in, err := json.Marshal(t.Input)
		if err != nil {
			return nil, nil, fmt.Errorf("read the schema of %s: %w", t.Name, err)
		}
		out, err := json.Marshal(t.Output)
		if err != nil {
			return nil, nil, fmt.Errorf("read the schema of %s: %w", t.Name, err)
		}
		if string(out) == "null" {
			out = nil
		}
		offered = append(offered, typescript.Tool{Name: t.Name, Title: t.Title, Doc: t.Doc, In: in, Out: out})
	}
	tasks, err := pages(func(args map[string]any) (any, error) {
		result, err := session.CallTool(cmd.Context(), whole(listTasks, args))
		if err != nil {
			return nil, a.refusal(err)
		}
		if result.IsError {
			failure, _ := failureIn(result)
			return nil, failure
		}
		return result.StructuredContent, nil
	})
	return offered, tasks, err
}

const listTasks = "ratchet_list_available_tasks"

// pages reads all tasks by the list of tasks, page by page.
func pages(call func(args map[string]any) (any, error)) ([]typescript.Task, error) {
	var list []typescript.Task
	for cursor := ""; ; {
		args := map[string]any{"include_schemas": true, "include_disabled": true, "limit": 50}
		if cursor != "" {
			args["cursor"] = cursor
		}
		out, err := call(args)
		if err != nil {
			return nil, err
		}
		var page struct {
			Tasks []struct {
				Name, Description string
				InputSchema       json.RawMessage `json:"input_schema"`
				OutputSchema      json.RawMessage `json:"output_schema"`
			}
			NextCursor string `json:"next_cursor"`
		}
		if err := reread(out, &page); err != nil {
			return nil, err
		}
		for _, t := range page.Tasks {
			list = append(list, typescript.Task{Name: t.Name, Description: t.Description, Input: t.InputSchema, Output: t.OutputSchema})
		}
		if cursor = page.NextCursor; cursor == "" {
			return list, nil
		}
	}
}

// writeTypes writes files below dir. What others wrote stays, unless force is
// set; a tsconfig.json that is there always stays, as it is meant to be changed.
func writeTypes(dir string, files []typescript.File, force bool) error {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		old, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return ratchet.Errorf(ratchet.CodeInvalid, "cannot read %s", path).Wrap(err)
		case filepath.Base(path) == "tsconfig.json" && !force:
			continue
		case !force && !bytes.HasPrefix(old, []byte(firstWords(f.Text))):
			return ratchet.Errorf(ratchet.CodeConflict, "%s is there and was not made by this command", path).
				WithHint("choose another --out, or overwrite it with --force")
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return ratchet.Errorf(ratchet.CodeInvalid, "cannot make %s", filepath.Dir(path)).Wrap(err)
		}
		if err := os.WriteFile(path, []byte(f.Text), 0o644); err != nil { //nolint:gosec // types are for everybody to read
			return ratchet.Errorf(ratchet.CodeInvalid, "cannot write %s", path).Wrap(err)
		}
	}
	return nil
}

// firstWords are the words by which a generated file is known.
func firstWords(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
