package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server"
)

// toolCall calls a tool, wherever it is.
type toolCall func(ctx context.Context, tool string, args map[string]any) (json.RawMessage, error)

// reach is the way to the tools of one server: of the local data, or of the
// one at --connect.
type reach struct {
	call   toolCall
	source func(ctx context.Context, task, version, file string) (string, error) // text of a file of a task
	close  func() error

	local    *server.Server     // nil = another process runs it
	session  *mcp.ClientSession // to that process
	attached bool               // which is the owner of the local data
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
	// Most commands run no task, and one that does starts the worker it needs.
	m, err := a.member(cmd, map[string]string{"mcp.toolsets": "all", "mcp.only_tools": "", "execution.workers.warm": "0"})
	if err != nil {
		return reach{}, err
	}
	s, err := m.join(cmd.Context())
	if err != nil {
		return reach{}, err
	}
	if s.conn == nil {
		return a.reachLocal(s), nil
	}
	session, err := a.attached(cmd.Context(), s.conn)
	if err != nil {
		return reach{}, errors.Join(err, s.close())
	}
	r := a.reachRemote(session)
	r.attached = true
	return r, nil
}

// attached is an MCP session with the owner of the data directory.
func (a *app) attached(ctx context.Context, conn *net.UnixConn) (*mcp.ClientSession, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "ratchet-cli", Version: version}, nil)
	session, err := client.Connect(ctx, &mcp.IOTransport{Reader: noClose{conn}, Writer: conn}, nil)
	if err != nil {
		return nil, ratchet.Errorf(ratchet.CodeUnavailable, "the process that owns the data directory ended").Wrap(err).
			WithHint("run the command again")
	}
	return session, nil
}

// reachTask opens a server of its own for a task.
func (a *app) reachTask(cmd *cobra.Command, task *ratchet.Task) (reach, error) {
	m, err := a.member(cmd, a.inMemory(cmd))
	if err != nil {
		return reach{}, err
	}
	s, err := m.join(cmd.Context())
	if err != nil {
		return reach{}, err
	}
	r := a.reachLocal(s)
	if err := importTask(cmd.Context(), s.srv, task); err != nil {
		_ = r.close() // the first error is reported
		return reach{}, err
	}
	return r, nil
}

func (a *app) reachLocal(s *place) reach {
	srv := s.srv
	return reach{
		local: srv,
		call:  a.local(srv),
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
		close: s.close,
	}
}

// local calls tools of a server in this process.
func (a *app) local(srv *server.Server) toolCall {
	return func(ctx context.Context, tool string, args map[string]any) (json.RawMessage, error) {
		out, err := a.callArgs(ctx, srv, tool, args)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
}

func (a *app) reachRemote(session *mcp.ClientSession) reach {
	return reach{
		session: session,
		call: func(ctx context.Context, tool string, args map[string]any) (json.RawMessage, error) {
			result, err := a.callOn(ctx, session, tool, args)
			if err != nil {
				return nil, err
			}
			return textOf(result), nil
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
