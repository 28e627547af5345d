package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/recording"
	"ratchet/server"
	"ratchet/storage"
)

const replayTool = "ratchet_replay_execution"

func (a *app) replayCommand() *cobra.Command {
	var dir, folder, execution string
	cmd := &cobra.Command{
		Use: "replay", Short: "Run a recorded execution again on its recording", Args: cobra.NoArgs,
		Long: "Run a recorded execution again with the same requests, time and randomness, and nothing sent.\n" +
			"With --recording the recording is a folder that `ratchet run-once --record` wrote, or one with a requests.har;\n" +
			"with --execution it is one of the server's. --from-fs says which code to run.\n" +
			"It exits with 1 and the first difference when the replay differs.",
		Example: `  ratchet replay --from-fs tasks/add --recording recordings
  ratchet replay --execution 17
  ratchet replay --execution 17 --from-fs tasks/add`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case folder != "" && dir == "":
				return ratchet.Errorf(ratchet.CodeInvalid, "--recording needs --from-fs: a recording does not hold the code")
			case folder != "":
				return a.replayFolder(cmd, dir, folder)
			default:
				return a.replayStored(cmd, dir, execution)
			}
		},
	}
	cmd.Flags().StringVar(&dir, "from-fs", "", "folder of the task")
	cmd.Flags().StringVar(&folder, "recording", "", "folder of the recording, or a folder with recordings: then the newest one")
	cmd.Flags().StringVar(&execution, "execution", "", "id or number of an execution")
	cmd.MarkFlagsMutuallyExclusive("recording", "execution")
	cmd.MarkFlagsOneRequired("recording", "execution")
	storeFlags(cmd.Flags())
	return cmd
}

// replayFolder puts a recorded session beside the task into a store of its own
// and replays it there, by the same tool as everywhere.
func (a *app) replayFolder(cmd *cobra.Command, dir, folder string) error {
	session, err := recording.Read(folder)
	if err != nil {
		if errors.Is(err, recording.ErrFormat) {
			return ratchet.Errorf(ratchet.CodeInvalid, "%s", err).WithHint("`ratchet run-once --from-fs %s --record DIR` records a run", dir)
		}
		return err
	}
	task, err := a.readTask(dir)
	if err != nil {
		return err
	}
	return a.withTask(cmd, task, func(ctx context.Context, srv *server.Server) error {
		id, err := importSession(ctx, srv.Deps().Store, task, session)
		if err != nil {
			return err
		}
		return a.replay(ctx, a.local(srv), map[string]any{"execution_id": id})
	})
}

// importSession stores a session as the execution it was.
func importSession(ctx context.Context, db *storage.DB, task *ratchet.Task, s *recording.Session) (string, error) {
	started := s.Meta.StartedAt
	if started.IsZero() {
		started = time.UnixMicro(s.Tape.Header.Start).UTC()
	}
	x := &ratchet.Execution{
		ID: s.Meta.ExecutionID, TaskID: task.ID, TaskName: task.Name, TaskVersion: task.Version, Status: ratchet.StatusRunning,
		Origin: ratchet.OriginDirect, Input: s.Input, QueuedAt: started, StartedAt: started, Timeout: s.Tape.Header.Limits.Wall,
	}
	if len(x.Input) == 0 {
		x.Input = json.RawMessage(`{}`)
	}
	if err := db.InsertExecution(ctx, x); err != nil {
		return "", err
	}
	x.Status, x.Output, x.Error, x.Recorded, x.CompletedAt = s.Meta.Status, s.Output, s.Meta.Error, true, s.Meta.CompletedAt
	if x.CompletedAt.IsZero() {
		x.CompletedAt = started
	}
	if x.Status == ratchet.StatusCompleted && len(x.Output) == 0 {
		x.Output = json.RawMessage("null")
	}
	return x.ID, db.FinishExecution(ctx, x, storage.Finish{Tape: runtime.EncodeTape(s.Tape, 0)})
}

// replayStored replays an execution of the server, with the code of a folder
// when one is given.
func (a *app) replayStored(cmd *cobra.Command, dir, execution string) error {
	args := map[string]any{"execution_id": execution}
	if dir != "" {
		task, err := a.readTask(dir)
		if err != nil {
			return err
		}
		args["code"] = task.Code
	}
	to, err := a.reach(cmd)
	if err != nil {
		return err
	}
	return errors.Join(a.replay(cmd.Context(), to.call, args), to.close())
}

// replay calls the tool until the replay is over, prints its result, and fails
// with the first difference.
func (a *app) replay(ctx context.Context, call toolCall, args map[string]any) error {
	var r struct {
		ReplayID   string `json:"replay_id"`
		Status     string `json:"status"`
		Identical  bool   `json:"identical"`
		Different  string `json:"different"`
		Divergence *struct {
			Event  int    `json:"event"`
			Wanted string `json:"wanted"`
			Got    string `json:"got"`
			Line   int    `json:"line"`
		} `json:"divergence"`
	}
	for {
		out, err := call(ctx, replayTool, args)
		if err != nil {
			return err
		}
		if err := reread(out, &r); err != nil {
			return err
		}
		if r.Status == "running" {
			args["replay_id"] = r.ReplayID
			continue
		}
		if err := a.print(out); err != nil || r.Identical {
			return err
		}
		message := "the " + r.Different + " differs from the recorded one"
		if d := r.Divergence; d != nil {
			message = fmt.Sprintf("event %d: wanted %s, got %s", d.Event, d.Wanted, d.Got)
			if d.Line > 0 {
				message += fmt.Sprintf(" (line %d)", d.Line)
			}
		}
		a.failed = ratchet.CodeDiverged
		a.complain(&ratchet.Error{Code: ratchet.CodeDiverged, Message: message})
		return nil
	}
}

// record writes the recording of an ended execution into a folder below dir.
func (a *app) record(ctx context.Context, srv *server.Server, x *ratchet.Execution, dir string) error {
	store := srv.Deps().Store
	raw, err := store.Tape(ctx, x.ID)
	if err != nil {
		return err
	}
	tape, err := runtime.DecodeTape(raw)
	if err != nil {
		return ratchet.Errorf(ratchet.CodeConflict, "execution %s has no recording that can be written: %s", x.ID, err)
	}
	logs, err := store.Logs(ctx, x.ID, storage.LogQuery{Limit: 1 << 20})
	if err != nil {
		return err
	}
	s := recording.Session{Input: x.Input, Output: x.Output, Tape: tape, Logs: logs.Lines, Meta: recording.Meta{
		ExecutionID: x.ID, TaskName: x.TaskName, TaskVersion: x.TaskVersion, Status: x.Status, Error: x.Error,
		StartedAt: x.StartedAt, CompletedAt: x.CompletedAt, Ratchet: version,
	}}
	path, err := s.Write(dir)
	if err != nil {
		return ratchet.Errorf(ratchet.CodeInvalid, "the recording cannot be written to %s", dir).Wrap(err)
	}
	a.say("recorded in %s", path)
	return nil
}
