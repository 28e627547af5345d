package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server"
	"ratchet/server/sources"
)

func (a *app) validateCommand() *cobra.Command {
	var dir string
	var fix bool
	cmd := &cobra.Command{
		Use: "validate", Short: "Check the task in a folder: files, syntax, schemas, tests", Args: cobra.NoArgs,
		Example: "  ratchet validate --from-fs tasks/add\n  ratchet validate --from-fs tasks/new --fix",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if fix {
				added, err := sources.Scaffold(dir)
				if err != nil {
					return ratchet.Errorf(ratchet.CodeInvalid, "cannot complete %s: %s", dir, err).Wrap(err)
				}
				for _, name := range added {
					a.say("added %s", name)
				}
			}
			return a.validate(cmd, dir)
		},
	}
	cmd.Flags().StringVar(&dir, "from-fs", "", "folder of the task")
	cmd.Flags().BoolVar(&fix, "fix", false, "add missing metadata, source, schemas and a test; never overwrites")
	_ = cmd.MarkFlagRequired("from-fs")
	return cmd
}

func (a *app) validate(cmd *cobra.Command, dir string) error {
	task, problems, err := sources.Load(dir)
	if err != nil {
		return err
	}
	if err := sources.Supported(task, version); err != nil && !sources.Failed(problems) {
		return err
	}
	if sources.Failed(problems) {
		a.failed = ratchet.CodeInvalid
		if a.machine() {
			return a.print(map[string]any{"valid": false, "problems": problems})
		}
		for _, p := range problems {
			fmt.Fprintln(a.stdout, plain(p.String()))
		}
		return nil
	}
	return a.withTask(cmd, task, func(ctx context.Context, srv *server.Server) error {
		out, err := a.callArgs(ctx, srv, "ratchet_validate_task", map[string]any{"task_id": task.Name})
		if err != nil {
			return err
		}
		var verdict struct {
			Valid   bool `json:"valid"`
			Results []struct {
				Type, Status, Message, Error string
				Line                         int
			} `json:"validation_results"`
		}
		if err := reread(out, &verdict); err != nil {
			return err
		}
		if !verdict.Valid {
			a.failed = ratchet.CodeInvalid
		}
		if a.machine() {
			return a.print(out)
		}
		for _, p := range problems {
			fmt.Fprintln(a.stdout, plain(p.String()))
		}
		for _, r := range verdict.Results {
			text := r.Message
			if r.Error != "" && r.Error != r.Message {
				text += "; " + r.Error
			}
			if r.Line > 0 {
				text += fmt.Sprintf(" (line %d)", r.Line)
			}
			fmt.Fprintf(a.stdout, "%-8s %-14s %s\n", r.Status, r.Type, plain(text))
		}
		return nil
	})
}
