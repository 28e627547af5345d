package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/server"
	"ratchet/server/config"
)

// finding is one line of the doctor's report.
type finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check this machine and show what clients will see", Args: cobra.NoArgs,
		Example: "  ratchet doctor\n  ratchet doctor --data-dir ./data --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := a.load(cmd.Flags(), nil)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
			defer cancel()
			list := []finding{a.checkStore(cmd), checkPort(cfg), a.checkIsolation(cmd)}
			for _, era := range []string{"2025-11-25", "2026-07-28"} {
				list = append(list, checkEra(ctx, era))
			}
			return a.showFindings(list)
		},
	}
	storeFlags(cmd.Flags())
	return cmd
}

func (a *app) showFindings(list []finding) error {
	for _, f := range list {
		if !f.OK {
			a.failed = ratchet.CodeUnavailable
		}
	}
	if a.asJSON {
		return a.print(list)
	}
	for _, f := range list {
		mark := "ok  "
		if !f.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(a.stdout, "%s  %-22s %s\n", mark, f.Check, f.Detail)
	}
	return nil
}

// checkStore opens the configured database as a server would.
func (a *app) checkStore(cmd *cobra.Command) finding {
	f := finding{Check: "store", OK: true}
	err := a.withServer(cmd, map[string]string{"logging.level": "error", "execution.workers.warm": "0"},
		func(_ context.Context, _ *server.Server, cfg config.Config) error {
			f.Detail = cfg.DatabasePath() + " opens"
			return nil
		})
	if err != nil {
		e := ratchet.AsError(err)
		f.OK, f.Detail = false, e.Message
	}
	return f
}

func checkPort(cfg config.Config) finding {
	address := net.JoinHostPort(cfg.Server.BindAddress, fmt.Sprint(cfg.Server.Port))
	f := finding{Check: "port", OK: true, Detail: address + " is free"}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		f.OK, f.Detail = false, fmt.Sprintf("%s is in use; `ratchet serve --listen 127.0.0.1:0` takes any free one", address)
		return f
	}
	listener.Close()
	return f
}

// checkIsolation runs a task and reports the level its worker reached.
func (a *app) checkIsolation(cmd *cobra.Command) finding {
	f := finding{Check: "isolation"}
	task := &ratchet.Task{
		Name: "doctor", Label: "doctor", Version: "1.0.0", Description: "doctor", Enabled: true,
		Language: ratchet.JavaScript, Code: "function main() { return { ok: true } }",
	}
	err := a.withTask(cmd, task, func(ctx context.Context, srv *server.Server) error {
		out, err := callArgs(ctx, srv, "ratchet_execute_task", map[string]any{"task_id": task.Name, "input": map[string]any{}})
		if err != nil {
			return err
		}
		var run struct {
			Status    ratchet.Status `json:"status"`
			Isolation string         `json:"isolation_level"`
		}
		if err := reread(out, &run); err != nil {
			return err
		}
		f.OK = run.Status == ratchet.StatusCompleted
		f.Detail = fmt.Sprintf("a task ran in a worker process, level %s", run.Isolation)
		return nil
	})
	if err != nil {
		f.Detail = ratchet.AsError(err).Message
	}
	return f
}

// checkEra starts this program over stdio as a client does and lists its tools.
func checkEra(ctx context.Context, era string) finding {
	f := finding{Check: "MCP " + era}
	binary, err := os.Executable()
	if err != nil {
		f.Detail = "cannot find this program"
		return f
	}
	command := exec.CommandContext(ctx, binary, "mcp-serve", "--database", ":memory:", "--log-level", "error")
	client := mcp.NewClient(&mcp.Implementation{Name: "ratchet-doctor", Version: version}, nil)
	session, err := client.Connect(ctx, &mcp.CommandTransport{Command: command}, &mcp.ClientSessionOptions{ProtocolVersion: era})
	if err != nil {
		f.Detail = "does not answer over stdio: " + err.Error()
		return f
	}
	defer session.Close()
	count, size, longest := 0, 0, ""
	for tool, err := range session.Tools(ctx, nil) {
		if err != nil {
			f.Detail = "does not list its tools: " + err.Error()
			return f
		}
		data, _ := json.Marshal(tool)
		count, size = count+1, size+len(data)
		if len(tool.Name) > len(longest) {
			longest = tool.Name
		}
	}
	f.OK = count > 0
	// Four bytes to a token is the usual rule for JSON.
	f.Detail = fmt.Sprintf("%d tools, about %d tokens, longest name %s (%d)", count, size/4, longest, len(longest))
	return f
}
