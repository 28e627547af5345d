package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/adapters/dap"
	"ratchet/schema"
)

// serveEditors serves editors one after the other on a port, or one on stdin
// and stdout.
func (a *app) serveEditors(cmd *cobra.Command, f debugFlags, task string, input json.RawMessage) error {
	ctx := cmd.Context()
	editor := dap.Server{
		Task: task, Folder: f.dir, Input: input, Execution: f.execution,
		Open: func(ctx context.Context, folder string) (dap.Target, error) { return a.editorTarget(ctx, cmd, folder) },
	}
	if f.port == noPort {
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

// editorTarget opens what an editor debugs. Errors are what it shows.
func (a *app) editorTarget(_ context.Context, cmd *cobra.Command, folder string) (dap.Target, error) {
	if folder != "" && a.connect != "" {
		return dap.Target{}, errors.New("\"program\" alone is a folder on this machine, and this adapter debugs on a server: name its \"task\" as well")
	}
	to, task, err := a.debuggee(cmd, folder, "")
	if err != nil {
		return dap.Target{}, editorError(err)
	}
	return dap.Target{
		Task: task, Close: to.close,
		Call: func(ctx context.Context, args map[string]any) (json.RawMessage, error) {
			if input, given := args["input"].(json.RawMessage); given {
				if err := schema.Refuse("the input", input); err != nil {
					return nil, editorError(err)
				}
			}
			raw, err := to.call(ctx, debugTool, args)
			return raw, editorError(err)
		},
		Source: func(ctx context.Context, execution, file string) (string, error) {
			raw, err := to.call(ctx, "ratchet_get_execution_status", map[string]any{"execution_id": execution, "fields": []string{"task_name", "task_version"}})
			if err != nil {
				return "", editorError(err)
			}
			var of struct {
				Name    string `json:"task_name"`
				Version string `json:"task_version"`
			}
			if err := json.Unmarshal(raw, &of); err != nil {
				return "", editorError(err)
			}
			text, err := to.source(ctx, of.Name, of.Version, file)
			return text, editorError(err)
		},
	}, nil
}

// editorError is an error as an editor shows it: what is wrong and what to do.
func editorError(err error) error {
	if err == nil {
		return nil
	}
	e := ratchet.AsError(err)
	if e.Hint == "" {
		return errors.New(e.Message)
	}
	return errors.New(e.Message + " (" + e.Hint + ")")
}
