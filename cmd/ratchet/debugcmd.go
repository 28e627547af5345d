package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/adapters/dap"
	"ratchet/server"
	"ratchet/server/config"
	"ratchet/storage"
)

const debugTool = "ratchet_debug_task_execution"

// debugFlags are what `ratchet debug` was told.
type debugFlags struct {
	dir, input, execution string
	breaks                []string
	entry, dap            bool
	port                  int
}

func (a *app) debugCommand() *cobra.Command {
	var f debugFlags
	cmd := &cobra.Command{
		Use: "debug [TASK]", Short: "Step through a task, or serve an editor with --dap",
		Long: "Step through a task in a folder, a stored task, or a recorded execution.\n" +
			"With --dap an editor steers instead, by the Debug Adapter Protocol on stdin and stdout or on a loopback port.",
		Example: `  ratchet debug --from-fs tasks/add --input-json '{"a": 1, "b": 2}' --break 3
  ratchet debug --execution 17
  ratchet debug --dap --port 4711`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			task := ""
			if len(args) == 1 {
				task = args[0]
			}
			return a.debug(cmd, f, task)
		},
	}
	cmd.Flags().StringVar(&f.dir, "from-fs", "", "folder of the task")
	cmd.Flags().StringVar(&f.input, "input-json", "", "the input (default {})")
	cmd.Flags().StringVar(&f.execution, "execution", "", "debug this recorded execution")
	cmd.Flags().StringArrayVar(&f.breaks, "break", nil, "line to stop at, or LINE:CONDITION; without one it stops at the first statement")
	cmd.Flags().BoolVar(&f.entry, "entry", false, "stop at the first statement as well")
	cmd.Flags().BoolVar(&f.dap, "dap", false, "serve an editor by the Debug Adapter Protocol")
	cmd.Flags().IntVar(&f.port, "port", 0, "with --dap: listen on this loopback port instead of stdin and stdout")
	cmd.MarkFlagsMutuallyExclusive("from-fs", "execution")
	storeFlags(cmd.Flags())
	return cmd
}

func (a *app) debug(cmd *cobra.Command, f debugFlags, task string) error {
	input, err := a.arguments(f.input, nil)
	if err != nil {
		return err
	}
	if f.port != 0 && !f.dap {
		return ratchet.Errorf(ratchet.CodeInvalid, "--port is for --dap")
	}
	if task == "" && f.dir == "" && f.execution == "" && !f.dap {
		return ratchet.Errorf(ratchet.CodeInvalid, "nothing to debug: name a task, --from-fs FOLDER or --execution ID")
	}
	work := func(ctx context.Context, srv *server.Server) error {
		if f.dap {
			return a.serveEditor(ctx, srv, f, task, input)
		}
		return a.stepThrough(ctx, srv, f, task, input)
	}
	if f.dir != "" {
		loaded, err := a.readTask(f.dir)
		if err != nil {
			return err
		}
		task = loaded.Name
		return a.withTask(cmd, loaded, work)
	}
	more := map[string]string{"mcp.toolsets": "all"}
	if f.dap && task == "" && f.execution == "" {
		more["database.url"] = ":memory:" // the editor brings the task
	}
	return a.withServer(cmd, more, func(ctx context.Context, srv *server.Server, _ config.Config) error { return work(ctx, srv) })
}

// serveEditor serves editors one after the other on a port, or one on stdin
// and stdout.
func (a *app) serveEditor(ctx context.Context, srv *server.Server, f debugFlags, task string, input json.RawMessage) error {
	editor := dap.Server{
		Task: task, Input: input, Root: f.dir,
		Call: func(ctx context.Context, args map[string]any) (json.RawMessage, error) {
			out, err := callArgs(ctx, srv, debugTool, args)
			if err != nil {
				return nil, fmt.Errorf("%s", ratchet.AsError(err).Message)
			}
			return json.Marshal(out)
		},
		Load: func(ctx context.Context, folder string) (string, error) {
			loaded, err := a.readTask(folder)
			if err != nil {
				return "", fmt.Errorf("%s", ratchet.AsError(err).Message)
			}
			store := srv.Deps().Store
			if old, err := store.Task(ctx, loaded.Name); err == nil {
				loaded.ID = old.ID
				_, err = store.UpdateTask(ctx, loaded, storage.UpdateOptions{Note: "reloaded by an editor", Author: "cli"})
				return loaded.Name, err
			}
			return loaded.Name, store.CreateTask(ctx, loaded, "imported", "cli")
		},
	}
	if f.port == 0 {
		return editor.Serve(ctx, a.stdin, a.stdout)
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(f.port)))
	if err != nil {
		return ratchet.Errorf(ratchet.CodeConfig, "cannot listen on port %d", f.port).Wrap(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	a.say("an editor may connect to %s", l.Addr())
	for ctx.Err() == nil {
		conn, err := l.Accept()
		if err != nil {
			return nil //nolint:nilerr // closed by the end of ctx
		}
		ended := context.AfterFunc(ctx, func() { _ = conn.Close() })
		if err := editor.Serve(ctx, conn, conn); err != nil {
			a.say("%s", err)
		}
		ended()
		_ = conn.Close()
	}
	return nil
}
