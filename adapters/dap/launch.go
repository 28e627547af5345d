package dap

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/google/go-dap"
)

// launchArguments are those of launch and attach.
type launchArguments struct {
	Task        string          `json:"task"`
	Program     string          `json:"program"` // folder of a task, or a file in it
	Input       json.RawMessage `json:"input"`
	Execution   string          `json:"executionId"`
	StopOnEntry bool            `json:"stopOnEntry"`
	Watches     []string        `json:"watches"`
}

// folder is that of Program.
func (in launchArguments) folder() string {
	if filepath.Ext(in.Program) != "" {
		return filepath.Dir(in.Program)
	}
	return in.Program
}

// readConfiguration reads arguments, which may be absent.
func readConfiguration(raw json.RawMessage) (launchArguments, error) {
	var in launchArguments
	if len(raw) == 0 {
		return in, nil
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return in, fmt.Errorf("read the launch configuration: %w", err)
	}
	return in, nil
}

// launch begins a run of a task: one in a folder, or a stored one, whose files
// may be in a folder as well.
func (c *conversation) launch(r *dap.LaunchRequest) error {
	in, err := readConfiguration(r.Arguments)
	if err != nil {
		return err
	}
	if in.Execution != "" {
		return fmt.Errorf("a recorded execution is attached to: write \"request\": \"attach\"")
	}
	if in.Task == "" && in.Program == "" {
		in.Task, in.Program = c.Task, c.Folder
	}
	if in.Task == "" && in.Program == "" {
		return fmt.Errorf("the launch configuration names no task: give \"task\" or \"program\"")
	}
	folder := in.folder()
	if in.Task != "" {
		folder = ""
	}
	target, err := c.enter(folder)
	if err != nil {
		return err
	}
	if in.Task == "" {
		in.Task = target.Task
	}
	if len(in.Input) == 0 {
		in.Input = c.Input
	}
	if len(in.Input) == 0 {
		in.Input = json.RawMessage("{}")
	}
	c.want(in, map[string]any{"task_id": in.Task, "input": in.Input})
	c.send(&dap.LaunchResponse{Response: answer(r)})
	c.begin()
	return nil
}

// attach begins the replay of a recorded execution.
func (c *conversation) attach(r *dap.AttachRequest) error {
	in, err := readConfiguration(r.Arguments)
	if err != nil {
		return err
	}
	if in.Execution == "" {
		in.Execution = c.Execution
	}
	if in.Execution == "" {
		return fmt.Errorf("the attach configuration names no execution: give \"executionId\"")
	}
	if _, err := c.enter(""); err != nil {
		return err
	}
	c.want(in, map[string]any{"execution_id": in.Execution})
	c.send(&dap.AttachResponse{Response: answer(r)})
	c.begin()
	return nil
}

func (c *conversation) want(in launchArguments, args map[string]any) {
	args["step_mode"] = in.StopOnEntry
	if in.Watches != nil {
		args["watches"] = in.Watches
	}
	c.mu.Lock()
	c.start, c.root = args, in.folder()
	c.mu.Unlock()
}
