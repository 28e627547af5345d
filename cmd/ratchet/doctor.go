package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"time"

	"ratchet/registry"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/executor"
	"ratchet/runtime/worker"
	"ratchet/server"
	"ratchet/server/attach"
	"ratchet/server/config"
	"ratchet/storage"
)

// The results of a check.
const (
	findingOK   = "ok"
	findingWarn = "warn" // works, with less than there could be
	findingFail = "fail"
)

// finding is one line of the doctor's report.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"` // ok, warn or fail
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
}

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check this machine and show what clients will see", Args: cobra.NoArgs,
		Long: "Check the configuration, the store, the port and the sandbox, run a task, start the server over\n" +
			"stdio in both protocol eras, and show what each known client will see of its tools.",
		Example: "  ratchet doctor\n  ratchet doctor --data-dir ./data --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := a.load(cmd.Flags(), nil)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), 2*time.Minute)
			defer cancel()
			list := append(checkStore(ctx, cfg), checkPort(cfg), checkLimits(cfg))
			list = append(list, a.checkSandbox(ctx)...)
			list = append(list, a.checkRun(cmd))
			var offer []*mcp.Tool
			for _, era := range []string{"2025-11-25", modernEra} {
				found, tools := a.checkEra(ctx, cmd, era)
				list = append(list, found)
				if tools != nil {
					offer = tools
				}
			}
			return a.showFindings(append(list, clientFindings(offer)...))
		},
	}
	storeFlags(cmd.Flags())
	selectionFlags(cmd.Flags())
	return cmd
}

func (a *app) showFindings(list []finding) error {
	for _, f := range list {
		if f.Status == findingFail {
			a.failed = ratchet.CodeUnavailable
		}
	}
	if a.machine() {
		return a.print(list)
	}
	colors := map[string]color{findingOK: green, findingWarn: yellow, findingFail: red}
	for _, f := range list {
		mark := a.paint(a.stdout, colors[f.Status], fmt.Sprintf("%-4s", f.Status))
		fmt.Fprintf(a.stdout, "%s  %-24s %s\n", mark, plain(f.Check), plain(f.Detail))
		if f.Hint != "" {
			fmt.Fprintf(a.stdout, "%31s%s\n", "", plain(f.Hint))
		}
	}
	return nil
}

func failure(check string, err error) finding {
	e := ratchet.AsError(err)
	f := finding{Check: check, Status: findingFail, Detail: e.Message, Hint: e.Hint}
	if e.Code == ratchet.CodeInternal && e.Err != nil {
		f.Detail += ": " + e.Err.Error()
	}
	return f
}

// storeState is what doctor shows of a store.
type storeState struct {
	Tasks int64     `json:"tasks"`
	Above []finding `json:"above,omitempty"` // tasks that the configuration does not let run
	// Damaged are rows that lists have left out since the owner started.
	Damaged []string `json:"damaged,omitempty"`
}

// storeAnswer is what the owner tells another process's doctor.
func storeAnswer(ctx context.Context, d *registry.Deps) ([]byte, error) {
	tasks, err := d.Store.ListTasks(ctx, ratchet.Query{Limit: 1})
	if err != nil {
		return nil, err
	}
	above, err := tasksAboveBounds(ctx, d)
	if err != nil {
		return nil, err
	}
	return json.Marshal(storeState{Tasks: int64(tasks.Total), Above: above, Damaged: d.Store.Damaged()})
}

// checkStore asks the owner of the configured database, or looks at the file,
// and for tasks that the configuration does not let run. It makes and changes
// nothing.
func checkStore(ctx context.Context, cfg config.Config) []finding {
	f := finding{Check: "store", Status: findingOK}
	database, err := server.Database(cfg)
	if err != nil {
		return []finding{failure("store", err)}
	}
	if database == "" {
		f.Detail = "in memory: nothing is kept"
		return []finding{f}
	}
	pid, socket := storage.LockHolder(database)
	_, welcome, err := attach.Dial(ctx, socket, attach.Hello{Kind: attach.Ask, Version: version, Question: "store"})
	var state storeState
	if err == nil {
		err = json.Unmarshal(welcome.Answer, &state)
		f.Detail = fmt.Sprintf("%s is open in process %d (ratchet %s), %s; other processes attach to it", database, welcome.PID, welcome.Version, executor.Plural(int(state.Tasks), "task"))
	} else if errors.Is(err, attach.ErrNoOwner) {
		bounds := server.Bounds(cfg)
		var about storage.Inspection
		f.Detail, about, err = lookAt(ctx, database, pid, func(t *ratchet.Task) { state.Above = append(state.Above, aboveBounds(bounds, t)...) })
		state.Above = append(state.Above, secretFindings(about)...)
	}
	if err != nil {
		return []finding{failure("store", err)}
	}
	if len(state.Damaged) > 0 {
		state.Above = append(state.Above, finding{
			Check: "stored rows", Status: findingWarn, Detail: fmt.Sprintf("%d cannot be read and are left out: %s", len(state.Damaged), strings.Join(state.Damaged, ", ")),
			Hint: "restore the data directory from a backup, or delete them",
		})
	}
	return append([]finding{f}, state.Above...)
}

// lookAt describes a database that no process answers for.
func lookAt(ctx context.Context, database string, pid int, visit func(*ratchet.Task)) (string, storage.Inspection, error) {
	about, err := storage.Inspect(ctx, database, visit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return database + " is made at the first start", about, nil
	case errors.Is(err, storage.ErrHeld):
		return fmt.Sprintf("%s is being opened or closed by process %d", database, pid), about, nil
	case err != nil:
		return "", about, err
	}
	return fmt.Sprintf("%s opens, %s, schema %d", database, executor.Plural(int(about.Tasks), "task"), about.Schema), about, nil
}

func checkPort(cfg config.Config) finding {
	address := net.JoinHostPort(cfg.Server.BindAddress, fmt.Sprint(cfg.Server.Port))
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return finding{
			Check: "port", Status: findingWarn, Detail: address + " is in use",
			Hint: "by a running server, or another program: `ratchet serve --listen 127.0.0.1:0` takes any free port",
		}
	}
	_ = listener.Close() // it only showed that the port is free
	return finding{Check: "port", Status: findingOK, Detail: address + " is free"}
}

// checkLimits shows the limits of a run under this configuration.
func checkLimits(cfg config.Config) finding {
	return finding{Check: "limits", Status: findingOK, Detail: fmt.Sprintf(
		"%s a run, %d MB heap, %d runs at once, calls wait %s", cfg.Execution.MaxExecutionDuration,
		cfg.Execution.MemoryLimit/1e6, cfg.Execution.MaxConcurrentTasks, cfg.Execution.WaitLimit)}
}

// checkSandbox shows each layer that a worker tried on itself.
func (a *app) checkSandbox(ctx context.Context) []finding {
	pool, err := worker.NewPool(worker.Config{Workers: 1})
	if err != nil {
		return []finding{failure("sandbox", err)}
	}
	report, err := pool.Report(ctx)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	closeErr := pool.Close(closing)
	if err != nil {
		return []finding{failure("sandbox", err)}
	}
	if closeErr != nil {
		return []finding{failure("sandbox", closeErr)}
	}
	list := []finding{{Check: "sandbox", Status: findingOK, Detail: "isolation level " + report.Level}}
	if report.Level != worker.LevelFull {
		list[0].Status = findingWarn
		list[0].Hint = "runs stay in processes of their own; a newer kernel (Landlock, seccomp) gives level full"
	}
	for _, feature := range report.Features {
		f := finding{Check: "sandbox " + feature.Name, Status: findingOK, Detail: feature.Detail}
		if !feature.OK {
			f.Status = findingWarn
		}
		list = append(list, f)
	}
	return list
}

// checkRun runs a task as a call does.
func (a *app) checkRun(cmd *cobra.Command) finding {
	f := finding{Check: "run", Status: findingFail}
	task := &ratchet.Task{
		Name: "doctor", Label: "doctor", Version: "1.0.0", Description: "doctor", Enabled: true,
		Language: ratchet.TypeScript, Code: "export default (input: { n: number }) => ({ twice: input.n * 2 })",
	}
	err := a.withTask(cmd, task, func(ctx context.Context, srv *server.Server) error {
		started := time.Now()
		out, err := a.callArgs(ctx, srv, "ratchet_execute_task", map[string]any{"task_id": task.Name, "input": map[string]any{"n": 21}})
		if err != nil {
			return err
		}
		var run struct {
			Status ratchet.Status  `json:"status"`
			Output json.RawMessage `json:"output"`
			Level  string          `json:"isolation_level"`
		}
		if err := reread(out, &run); err != nil {
			return err
		}
		var output struct{ Twice int }
		_ = json.Unmarshal(run.Output, &output) // no output is a wrong one
		if run.Status == ratchet.StatusCompleted && output.Twice == 42 {
			f.Status = findingOK
		}
		f.Detail = fmt.Sprintf("a TypeScript task ended as %s in %d ms, level %s", run.Status, time.Since(started).Milliseconds(), run.Level)
		return nil
	})
	if err != nil {
		return failure("run", err)
	}
	return f
}
