package dap

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-dap"
)

// setBreakpoints replaces those of one file.
func (c *conversation) setBreakpoints(r *dap.SetBreakpointsRequest) error {
	source := r.Arguments.Source.Path
	if source == "" {
		source = r.Arguments.Source.Name
	}
	c.mu.Lock()
	c.breaks[source] = r.Arguments.Breakpoints
	all, started := c.breakpoints(), c.session != ""
	c.mu.Unlock()
	shown := make([]dap.Breakpoint, len(r.Arguments.Breakpoints))
	for i, b := range r.Arguments.Breakpoints {
		shown[i] = dap.Breakpoint{Id: c.number(source, i), Line: b.Line, Message: "not known before the task is loaded"}
	}
	if started {
		out, err := c.act("set_breakpoints", map[string]any{"breakpoints": all, "wait": 0})
		if err != nil {
			return err
		}
		for i := range shown {
			for _, b := range out.Breakpoints {
				if b.ID == key(source, i) {
					shown[i].Message = b.Message
					if b.Verified != nil {
						shown[i].Verified, shown[i].Line, shown[i].Column = true, b.Verified.Line, b.Verified.Column
					}
				}
			}
		}
	}
	c.send(&dap.SetBreakpointsResponse{Response: answer(r), Body: dap.SetBreakpointsResponseBody{Breakpoints: shown}})
	return nil
}

// key is the id of the i-th breakpoint of a file.
func key(source string, i int) string { return source + "#" + strconv.Itoa(i) }

// number is the number the editor knows a breakpoint by.
func (c *conversation) number(source string, i int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids == nil {
		c.ids = map[string]int{}
	}
	id := key(source, i)
	if n := c.ids[id]; n < 0 {
		return -n
	}
	if c.ids[id] == 0 {
		c.ids[id] = len(c.ids) + 1
	}
	return c.ids[id]
}

// breakpoints are those of all files as the tool takes them. Called with mu held.
func (c *conversation) breakpoints() []map[string]any {
	out := []map[string]any{}
	for _, source := range slices.Sorted(maps.Keys(c.breaks)) {
		for i, b := range c.breaks[source] {
			one := map[string]any{"id": key(source, i), "line": b.Line, "source": source}
			if b.Column > 0 {
				one["column"] = b.Column
			}
			if b.Condition != "" {
				one["condition"] = b.Condition
			}
			if n, err := strconv.Atoi(strings.TrimLeft(b.HitCondition, ">= ")); err == nil && n > 0 {
				one["hit_count"] = n
			}
			if b.LogMessage != "" {
				one["log_message"] = b.LogMessage
			}
			out = append(out, one)
		}
	}
	return out
}

func (c *conversation) setExceptions(r *dap.SetExceptionBreakpointsRequest) error {
	mode := "none"
	for _, f := range r.Arguments.Filters {
		if mode != "all" {
			mode = f
		}
	}
	c.mu.Lock()
	c.exceptions = mode
	all, started := c.breakpoints(), c.session != ""
	c.mu.Unlock()
	if started {
		if _, err := c.act("set_breakpoints", map[string]any{"breakpoints": all, "exception_breakpoints": mode, "wait": 0}); err != nil {
			return err
		}
	}
	c.send(&dap.SetExceptionBreakpointsResponse{Response: answer(r)})
	return nil
}

// tellBreakpoints tells where breakpoints are that were set before the task
// was loaded.
func (c *conversation) tellBreakpoints(out result) {
	for _, b := range out.Breakpoints {
		c.mu.Lock()
		n := c.ids[b.ID]
		if n > 0 {
			c.ids[b.ID] = -n // told
		}
		c.mu.Unlock()
		if n <= 0 || b.Verified == nil {
			continue
		}
		c.send(&dap.BreakpointEvent{Event: event("breakpoint"), Body: dap.BreakpointEventBody{
			Reason: "changed", Breakpoint: dap.Breakpoint{Id: n, Verified: true, Line: b.Verified.Line, Column: b.Verified.Column, Message: b.Message},
		}})
	}
}
