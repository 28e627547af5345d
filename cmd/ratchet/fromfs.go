package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/regular"
	"ratchet/server"
	"ratchet/server/config"
	"ratchet/server/sources"
)

// readTask loads the folder of --from-fs and refuses one with errors.
func (a *app) readTask(dir string) (*ratchet.Task, error) {
	task, problems, err := sources.Load(dir)
	if err != nil {
		return nil, err
	}
	if err := sources.Supported(task, version); err != nil {
		return nil, err
	}
	for _, p := range problems {
		if p.Severity != "error" {
			a.say("%s", p)
		}
	}
	for _, p := range problems {
		if p.Severity == "error" {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%s", p).
				WithHint("`ratchet validate --from-fs %s` lists all problems", dir)
		}
	}
	return task, nil
}

// readTasks reads the task in a folder or, where it is none itself, those below it.
func (a *app) readTasks(dir string) ([]*ratchet.Task, error) {
	task, err := a.readTask(dir)
	if ratchet.CodeOf(err) != ratchet.CodeNotFound {
		return []*ratchet.Task{task}, err
	}
	below, rootErr := sources.LoadRoot(dir)
	if rootErr != nil || len(below) == 0 {
		return nil, err
	}
	var tasks []*ratchet.Task
	names := map[string]string{}
	for _, f := range below {
		if task, err = a.readTask(filepath.Join(dir, f.Path)); err != nil {
			return nil, err
		}
		if other, twice := names[task.Name]; twice {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "the tasks in %s and %s have the same name %s", other, f.Path, task.Name)
		}
		names[task.Name] = f.Path
		tasks = append(tasks, task)
	}
	return tasks, nil
}

// withTask runs f on a server of its own that holds only the task.
func (a *app) withTask(cmd *cobra.Command, task *ratchet.Task, f func(context.Context, *server.Server) error) error {
	return a.withTasks(cmd, []*ratchet.Task{task}, f)
}

func (a *app) withTasks(cmd *cobra.Command, tasks []*ratchet.Task, f func(context.Context, *server.Server) error) error {
	return a.withServer(cmd, a.inMemory(cmd), func(ctx context.Context, srv *server.Server, _ config.Config) error {
		for _, task := range tasks {
			if err := importTask(ctx, srv, task); err != nil {
				return err
			}
		}
		return f(ctx, srv)
	})
}

// importTask stores a task in a server that holds nothing else. It may use the
// secrets that it declares: who runs the command gives both the task and, in
// the configuration, the values.
func importTask(ctx context.Context, srv *server.Server, task *ratchet.Task) error {
	names, err := ratchet.DeclaredSecrets(task.Metadata)
	if err != nil {
		names = nil // the task's own check says what is wrong with its metadata
	}
	if task.ID == "" {
		task.ID = uuid.NewString()
	}
	vault, readable := srv.Deps().Secrets, true
	for _, name := range names {
		if slices.Contains(vault.Configured(), name) {
			_, err = vault.Set(ctx, ratchet.SecretUpdate{
				Name: name, TaskPatterns: []string{task.Name}, Hosts: []string{"http://*"}, Readable: &readable,
			})
		} else {
			err = srv.Deps().Store.HoldSecrets(ctx, task.ID, name) // its tests may give a value
		}
		if err != nil {
			return err
		}
	}
	return srv.Deps().Store.CreateTask(ctx, task, "imported", "cli")
}

// inMemory are the settings of a server for tasks in folders: they go through
// the same tools as everything else, and are stored nowhere.
func (a *app) inMemory(cmd *cobra.Command) map[string]string {
	more := map[string]string{"database.url": ":memory:", "mcp.toolsets": "all", "mcp.only_tools": ""}
	if !cmd.Flags().Changed("log-level") {
		more["logging.level"] = "warn"
	}
	return more
}

func (a *app) runOnceCommand() *cobra.Command {
	var dir, input, inputFile, recordDir string
	var timeout int
	var trace bool
	cmd := &cobra.Command{
		Use: "run-once", Short: "Run the task in a folder once and print its output", Args: cobra.NoArgs,
		Example: `  ratchet run-once --from-fs tasks/add --input-json '{"a": 1, "b": 2}'
  echo '{"a": 1, "b": 2}' | ratchet run-once --from-fs tasks/add --input-json -
  ratchet run-once --from-fs tasks/add --record recordings`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if inputFile != "" {
				data, err := regular.ReadFile(inputFile)
				if err != nil {
					return ratchet.Errorf(ratchet.CodeNotFound, "cannot read --input-file %s", inputFile).Wrap(err)
				}
				input = string(data)
			}
			arguments, err := a.arguments(input, nil)
			if err != nil {
				return err
			}
			task, err := a.readTask(dir)
			if err != nil {
				return err
			}
			return a.withTask(cmd, task, func(ctx context.Context, srv *server.Server) error {
				return a.runOnce(ctx, srv, task.Name, arguments, onceOptions{timeout, trace, recordDir})
			})
		},
	}
	cmd.Flags().StringVar(&dir, "from-fs", "", "folder of the task")
	cmd.Flags().StringVar(&input, "input-json", "", "the input, or - for stdin (default {})")
	cmd.Flags().StringVar(&inputFile, "input-file", "", "file with the input")
	cmd.Flags().IntVar(&timeout, "timeout", 0, "seconds the run may take (default the task's)")
	fetchFlags(cmd.Flags())
	cmd.Flags().BoolVar(&trace, "trace", false, "print the whole execution with its trace, not only the output")
	cmd.Flags().StringVar(&recordDir, "record", "", "write the run's recording into a folder below this one")
	cmd.MarkFlagsMutuallyExclusive("input-json", "input-file")
	_ = cmd.MarkFlagRequired("from-fs")
	return cmd
}

// onceOptions are what run-once was told besides task and input.
type onceOptions struct {
	timeout int // seconds; 0 = the task's
	trace   bool
	record  string // folder; empty = the recording is not written
}

func (a *app) runOnce(ctx context.Context, srv *server.Server, task string, input json.RawMessage, opt onceOptions) error {
	args := map[string]any{"task_id": task, "input": input}
	if opt.timeout > 0 {
		args["timeout"] = opt.timeout
	}
	stop := a.printEvents(ctx, srv.Deps().Bus)
	defer stop()
	out, err := a.callArgs(ctx, srv, "ratchet_execute_task", args)
	if err != nil {
		return err
	}
	var run struct {
		ID     string          `json:"execution_id"`
		Status ratchet.Status  `json:"status"`
		Output json.RawMessage `json:"output"`
	}
	if err := reread(out, &run); err != nil {
		return err
	}
	execution, err := srv.Deps().Exec.Wait(ctx, run.ID, time.Hour)
	for err == nil && !execution.Status.Terminal() && ctx.Err() == nil { // one wait is bounded by the wait limit
		execution, err = srv.Deps().Exec.Wait(ctx, run.ID, time.Hour)
	}
	if err != nil {
		return err
	}
	stop()
	if opt.record != "" {
		if err := a.record(ctx, srv, execution, opt.record); err != nil {
			return err
		}
	}
	if opt.trace || execution.Status != ratchet.StatusCompleted {
		if out, err = a.callArgs(ctx, srv, "ratchet_get_execution_status", map[string]any{"execution_id": run.ID}); err != nil {
			return err
		}
		if failure := execution.Error; failure != nil {
			a.failed = failure.Code
			a.complain(&ratchet.Error{Code: failure.Code, Message: describe(failure), Hint: failure.Hint})
		}
		return a.print(out)
	}
	return a.print(execution.Output)
}

func describe(e *ratchet.ExecutionError) string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Type, e.Message)
	}
	return fmt.Sprintf("%s: %s (line %d, column %d)", e.Type, e.Message, e.Line, e.Column)
}

func (a *app) callArgs(ctx context.Context, srv *server.Server, tool string, args map[string]any) (any, error) {
	data, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("write the arguments of %s: %w", tool, err)
	}
	return a.callTool(ctx, srv, tool, data)
}

// reread decodes a tool's result as every surface sees it.
func reread(out, into any) error {
	data, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("write a result: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read a result: %w", err)
	}
	return nil
}
