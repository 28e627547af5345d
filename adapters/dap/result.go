package dap

import (
	"encoding/json"
	"fmt"
)

// result is what this package reads of a result of the tool.
type result struct {
	SessionID    string `json:"session_id"`
	ExecutionID  string `json:"execution_id"`
	Status       string `json:"status"`
	Reason       string `json:"reason"`
	BreakpointID string `json:"breakpoint_id"`
	Exception    *struct {
		Name    string `json:"name"`
		Message string `json:"message"`
		Stack   string `json:"stack"`

		Uncaught bool `json:"uncaught"`
	} `json:"exception"`
	Frames    []frame                      `json:"frames"`
	Variables map[string]map[string]string `json:"variables"`
	Console   []struct {
		Level      string `json:"level"`
		Message    string `json:"message"`
		Breakpoint string `json:"breakpoint_id"`
	} `json:"console"`
	Breakpoints []struct {
		ID       string `json:"id"`
		Line     int    `json:"line"`
		Message  string `json:"message"`
		Verified *struct {
			Line   int `json:"line"`
			Column int `json:"column"`
		} `json:"verified"`
	} `json:"breakpoints"`
	Value     *value `json:"value"`
	Execution *struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Name    string `json:"name"`
			Message string `json:"message"`
		} `json:"error"`
	} `json:"execution_result"`
}

type frame struct {
	Function string `json:"function"`
	Source   string `json:"source"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Async    bool   `json:"async"`
}

type value struct {
	Type    string `json:"type"`
	Preview string `json:"preview"`
	Size    int    `json:"size"`
	Members []struct {
		Name    string `json:"name"`
		Type    string `json:"type"`
		Preview string `json:"preview"`
		Size    int    `json:"size"`
	} `json:"members"`
}

// call calls the tool and reads its result.
func (c *conversation) call(args map[string]any) (result, error) {
	c.mu.Lock()
	call := c.target.Call
	c.mu.Unlock()
	if call == nil {
		return result{}, fmt.Errorf("nothing is being debugged")
	}
	raw, err := call(c.ctx, args)
	if err != nil {
		return result{}, err
	}
	var out result
	if err := json.Unmarshal(raw, &out); err != nil {
		return result{}, fmt.Errorf("read the debugger's answer: %w", err)
	}
	return out, nil
}

// act calls the tool for the session.
func (c *conversation) act(action string, more map[string]any) (result, error) {
	c.mu.Lock()
	args := map[string]any{"action": action, "session_id": c.session}
	c.mu.Unlock()
	if args["session_id"] == "" {
		return result{}, fmt.Errorf("nothing is being debugged")
	}
	for k, v := range more {
		args[k] = v
	}
	return c.call(args)
}
