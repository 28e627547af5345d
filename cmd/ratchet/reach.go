package main

import (
	"context"
	"encoding/json"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server"
	"ratchet/server/config"
)

// reach is the way to the tools of one server: of the local data, or of the
// one at --connect.
type reach struct {
	call   func(ctx context.Context, tool string, args map[string]any) (json.RawMessage, error)
	source func(ctx context.Context, task, version, file string) (string, error) // text of a file of a task
	close  func() error
}

// reach opens the server at --connect, or one on the local data.
func (a *app) reach(cmd *cobra.Command) (reach, error) {
	if a.connect != "" {
		session, err := a.dial(cmd.Context())
		if err != nil {
			return reach{}, err
		}
		return a.reachRemote(session), nil
	}
	srv, cfg, err := a.openServer(cmd, map[string]string{"mcp.toolsets": "all"})
	if err != nil {
		return reach{}, err
	}
	return a.reachLocal(cmd.Context(), srv, cfg), nil
}

// reachTask opens a server of its own for a task.
func (a *app) reachTask(cmd *cobra.Command, task *ratchet.Task) (reach, error) {
	srv, cfg, err := a.openServer(cmd, a.inMemory(cmd))
	if err != nil {
		return reach{}, err
	}
	r := a.reachLocal(cmd.Context(), srv, cfg)
	if err := srv.Deps().Store.CreateTask(cmd.Context(), task, "imported", "cli"); err != nil {
		_ = r.close() // the first error is told
		return reach{}, err
	}
	return r, nil
}

func (a *app) reachLocal(ctx context.Context, srv *server.Server, cfg config.Config) reach {
	return reach{
		call: func(ctx context.Context, tool string, args map[string]any) (json.RawMessage, error) {
			out, err := a.callArgs(ctx, srv, tool, args)
			if err != nil {
				return nil, err
			}
			return json.Marshal(out)
		},
		source: func(ctx context.Context, name, version, file string) (string, error) {
			task, err := srv.Deps().Store.Task(ctx, name+"@"+version)
			if err != nil {
				return "", err
			}
			if text, ok := task.Files[file]; ok {
				return text, nil
			}
			return task.Code, nil
		},
		close: func() error { return closeServer(ctx, srv, cfg) },
	}
}

func (a *app) reachRemote(session *mcp.ClientSession) reach {
	return reach{
		call: func(ctx context.Context, tool string, args map[string]any) (json.RawMessage, error) {
			result, err := a.callOn(ctx, session, tool, args)
			if err != nil {
				return nil, err
			}
			return json.Marshal(result.StructuredContent)
		},
		source: func(ctx context.Context, name, version, file string) (string, error) {
			if file != "main.js" && file != "main.ts" {
				return "", ratchet.Errorf(ratchet.CodeNotFound, "the server does not give the text of %s", file).
					WithHint("name the task's folder on this machine as \"program\"")
			}
			read, err := session.ReadResource(ctx, &mcp.ReadResourceParams{URI: "ratchet://tasks/" + name + "/source?version=" + version})
			if err != nil {
				return "", a.refusal(err)
			}
			if len(read.Contents) == 0 {
				return "", ratchet.Errorf(ratchet.CodeNotFound, "the server has no text of task %s", name)
			}
			return read.Contents[0].Text, nil
		},
		close: session.Close,
	}
}
