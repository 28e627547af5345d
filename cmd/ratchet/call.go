package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"ratchet/registry"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/schema"
	"ratchet/server"
)

func (a *app) callCommand() *cobra.Command {
	var pairs []string
	cmd := &cobra.Command{
		Use: "call TOOL [JSON]", Short: "Call any tool, on the local data or on a server",
		Long: "Call any tool. The arguments are a JSON object, - for stdin, or --arg pairs.\n" +
			"Without --connect the tool works on the local data directory; when another process has it, that one makes the call.",
		Example: `  ratchet call ratchet_list_available_tasks '{"limit": 5}'
  ratchet call ratchet_execute_task --arg task_id=add --arg 'input={"a": 1, "b": 2}'
  ratchet call ratchet_list_templates '{}' --connect http://127.0.0.1:8080`,
		Args: cobra.RangeArgs(1, 2), ValidArgsFunction: completeTool,
		RunE: func(cmd *cobra.Command, args []string) error {
			text := ""
			if len(args) == 2 {
				text = args[1]
			}
			if err := unspoken(args[0], text, pairs); err != nil {
				return err
			}
			arguments, err := a.arguments(text, pairs)
			if err != nil {
				return err
			}
			return a.invoke(cmd, args[0], arguments)
		},
	}
	cmd.Flags().StringArrayVar(&pairs, "arg", nil, "one argument as key=value; the value is JSON, or else a string")
	_ = cmd.RegisterFlagCompletionFunc("arg", a.completeArgument) // the flag is there
	storeFlags(cmd.Flags())
	fetchFlags(cmd.Flags())
	return connects(cmd)
}

// invoke calls a tool, on the server of --connect or on the local data, and
// prints its result.
func (a *app) invoke(cmd *cobra.Command, tool string, args json.RawMessage) error {
	if a.isListing(tool) {
		a.listWidth = terminalWidth(a.stdout)
	}
	to, err := a.reach(cmd)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	if to.local == nil {
		err = a.callRemote(ctx, to, tool, args)
	} else {
		err = a.callLocal(ctx, to.local, tool, args)
	}
	return errors.Join(ignore(err, ctx.Err()), to.close())
}

func (a *app) callLocal(ctx context.Context, srv *server.Server, tool string, args json.RawMessage) error {
	out, err := a.callTool(ctx, srv, tool, args)
	if err == nil {
		out, err = a.settle(ctx, insideThis, a.local(srv), out)
	}
	if err != nil {
		return err
	}
	return a.result(out)
}

// arguments merges a JSON object and key=value pairs.
func (a *app) arguments(text string, pairs []string) (json.RawMessage, error) {
	if text == "-" {
		data, err := io.ReadAll(a.stdin)
		if err != nil {
			return nil, fmt.Errorf("read stdin: %w", err)
		}
		text = string(data)
	}
	if strings.TrimSpace(text) == "" {
		text = "{}"
	}
	if err := parseJSON("the arguments", text); err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		return json.RawMessage(text), nil
	}
	object := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the arguments are not a JSON object: %s", err)
	}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "--arg %q is not key=value", pair)
		}
		if _, had := object[key]; had {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "the argument %s is given twice", key).At("/"+key).
				WithHint("give it once: in the JSON, or by one --arg %s=…", key)
		}
		if json.Valid([]byte(value)) {
			if err := parseJSON("--arg "+key, value); err != nil {
				return nil, err
			}
			object[key] = json.RawMessage(value)
			continue
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("quote --arg %s: %w", key, err)
		}
		object[key] = quoted
	}
	return json.Marshal(object)
}

// parseJSON refuses what a tool would not take as JSON, and says where.
func parseJSON(what, text string) error {
	if err := schema.Refuse(what, []byte(text)); err != nil {
		if json.Valid([]byte(text)) {
			return err
		}
		return ratchet.AsError(err).WithHint(`quote it for the shell, e.g. '{"a": 1}'`)
	}
	return nil
}

// callTool calls a tool of srv as the command line, through the gates of every
// surface.
func (a *app) callTool(ctx context.Context, srv *server.Server, name string, args json.RawMessage) (any, error) {
	tool, ok := srv.Registry().Lookup(name)
	if !ok {
		return nil, srv.Registry().Unknown(name)
	}
	ctx = registry.WithCaller(ctx, registry.Caller{Surface: "cli", Identity: ratchet.Local(), RequestID: a.requestID})
	return registry.Invoke(ctx, srv.Deps(), tool, args)
}

// result prints what a tool returned and remembers whether it says it failed.
func (a *app) result(out any) error {
	if failed, ok := out.(registry.Failed); ok {
		if err := failed.Failure(); err != nil {
			a.failed = err.Code
			if !a.machine() {
				a.complain(err)
			}
		}
	}
	if document, ok := out.(registry.Markdown); ok {
		a.printText(document.Text)
		return nil
	}
	return a.print(out)
}

func (a *app) printText(text string) {
	fmt.Fprintln(a.stdout, plain(strings.TrimRight(text, "\n")))
}
