package main

import (
	"errors"

	"github.com/spf13/cobra"

	"ratchet"
)

const (
	debugTool = "ratchet_debug_task_execution"
	noPort    = -1
)

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
		Long: "Step through a task in a folder, a stored task, or a recorded execution, on the local data or on a server.\n" +
			"With --dap an editor steers instead, by the Debug Adapter Protocol on stdin and stdout or on a loopback port.",
		Example: `  ratchet debug --from-fs tasks/add --input-json '{"a": 1, "b": 2}' --break 3
  ratchet debug --execution 17
  ratchet debug due --break 3 --connect http://127.0.0.1:8080
  ratchet debug --dap --port 4711`,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: a.completeTask,
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
	cmd.Flags().IntVar(&f.port, "port", noPort, "with --dap: listen on this loopback port, 0 for a free one, instead of stdin and stdout")
	cmd.Flags().Lookup("port").DefValue = "0" // not shown: stdin and stdout
	cmd.MarkFlagsMutuallyExclusive("from-fs", "execution")
	storeFlags(cmd.Flags())
	fetchFlags(cmd.Flags())
	return connects(cmd)
}

func (a *app) debug(cmd *cobra.Command, f debugFlags, task string) error {
	input, err := a.arguments(f.input, nil)
	if err != nil {
		return err
	}
	if f.port != noPort && !f.dap {
		return ratchet.Errorf(ratchet.CodeInvalid, "--port is for --dap")
	}
	if task == "" && f.dir == "" && f.execution == "" && !f.dap {
		return ratchet.Errorf(ratchet.CodeInvalid, "nothing to debug: name a task, --from-fs FOLDER or --execution ID")
	}
	if f.dir != "" && a.connect != "" {
		return ratchet.Errorf(ratchet.CodeInvalid, "--from-fs debugs a folder on this machine; --connect a server's tasks").
			WithHint("name a task of the server, or drop --connect")
	}
	if f.dap {
		return a.serveEditors(cmd, f, task, input)
	}
	to, task, err := a.debuggee(cmd, f.dir, task)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	err = a.stepThrough(ctx, to, f, task, input)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // asked to end, and did
	}
	return errors.Join(err, to.close())
}

// debuggee opens where the task in a folder or, without one, stored tasks and
// executions are debugged.
func (a *app) debuggee(cmd *cobra.Command, folder, task string) (reach, string, error) {
	if folder == "" {
		to, err := a.reach(cmd)
		return to, task, err
	}
	loaded, err := a.readTask(folder)
	if err != nil {
		return reach{}, "", err
	}
	to, err := a.reachTask(cmd, loaded)
	return to, loaded.Name, err
}
