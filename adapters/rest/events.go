package rest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ratchet/registry"

	"ratchet"
	"ratchet/events"
)

// The tools that streams ask before they open.
const (
	toolStatus = ratchet.ToolGetExecutionStatus
	toolLogs   = ratchet.ToolGetExecutionLogs
	toolTasks  = ratchet.ToolListAvailableTasks
)

// ask calls a tool as the caller of the stream, so that the gates decide.
func (x *requestContext) ask(name string, args any) (out any, facts registry.Facts, err error) {
	op, err := x.h.named(name)
	if err != nil {
		return nil, facts, err
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, facts, err
	}
	if out, err = registry.Invoke(x.context(), x.h.deps(), op.tool, raw); err != nil {
		return nil, facts, err
	}
	return out, op.tool.Facts(out), nil
}

// allEvents serves GET /events: everything that happens and that the caller
// may know of.
func (h *Handler) allEvents(x *requestContext) error {
	values, err := parseQuery(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	for _, name := range names(values) {
		if name != "kinds" && name != "after" {
			return unknownParameter(name, []string{"after", "kinds"})
		}
	}
	after, err := x.after(values.Get("after"))
	if err != nil {
		return err
	}
	if _, _, err := x.ask(toolTasks, map[string]any{"limit": 1}); err != nil {
		return err
	}
	var kinds []string
	for _, list := range values["kinds"] {
		kinds = append(kinds, strings.Split(list, ",")...)
	}
	f := &feed{after: after, match: func(e *ratchet.Event) bool { return wants(kinds, e.Kind) }}
	f.show = func(e ratchet.Event) ([]frame, bool) { return []frame{h.frameOf(e)}, false }
	return h.stream(x, f)
}

// wants says whether kinds name a kind, whole or by its first part; none name all.
func wants(kinds []string, kind string) bool {
	first, _, _ := strings.Cut(kind, ".")
	return len(kinds) == 0 || slices.Contains(kinds, kind) || slices.Contains(kinds, first) || slices.Contains(kinds, first+".*")
}

// after is the number of the event behind which a reader goes on: that of
// Last-Event-ID, else the parameter. -1 = with what happens from now on.
func (x *requestContext) after(parameter string) (int64, error) {
	text, where := x.r.Header.Get("Last-Event-ID"), "Last-Event-ID"
	if text == "" {
		text, where = parameter, "/after"
	}
	if text == "" {
		return -1, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, ratchet.Errorf(ratchet.CodeInvalid, "%q is not the id of an event", clip(text)).At(where).
			WithHint("send the id of the last event that was read, or nothing to begin with what happens now")
	}
	return n, nil
}

// executionEvents serves GET /executions/{id}/events: how the run stands,
// then its states, progress and log lines until its end.
func (h *Handler) executionEvents(x *requestContext) error {
	after, err := x.after(x.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	_, now, err := x.ask(toolStatus, map[string]any{"execution_id": x.variable("execution_id")})
	if err != nil {
		return err
	}
	id := now.Text("execution_id")
	f := &feed{after: after, match: func(e *ratchet.Event) bool {
		return e.ID == id && strings.HasPrefix(e.Kind, "execution.")
	}}
	f.first = func() ([]frame, bool, error) {
		// Read after the subscription began: nothing is lost in between.
		state, facts, err := x.ask(toolStatus, map[string]any{"execution_id": id})
		if err != nil {
			return nil, false, err
		}
		op := h.shapes[toolStatus]
		data, err := op.camel(op.out, state)
		return []frame{{kind: "execution.status", data: data}}, ratchet.Status(facts.Text("status")).Terminal(), err
	}
	f.show = func(e ratchet.Event) ([]frame, bool) { return []frame{h.frameOf(e)}, ends(e) }
	return h.stream(x, f)
}

// ends says whether an event is the end of its execution.
func ends(e ratchet.Event) bool {
	run, ok := e.Data.(*ratchet.Execution)
	return ok && e.Kind == events.ExecutionUpdated && run.Status.Terminal()
}

// logStream serves GET /executions/{id}/logs?stream=true: the lines there
// are, then each new one until the run ends.
func (h *Handler) logStream(x *requestContext) error {
	values, err := parseQuery(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	for _, name := range names(values) {
		if !slices.Contains([]string{"stream", "level", "search", "afterLine", "after_line"}, name) {
			return unknownParameter(name, []string{"afterLine", "level", "search", "stream"})
		}
	}
	args := map[string]any{"execution_id": x.variable("execution_id"), "limit": 1000, "after_line": 0}
	for parameter, name := range map[string]string{"level": "level", "search": "search", "afterLine": "after_line", "after_line": "after_line"} {
		if values.Has(parameter) {
			args[name] = values.Get(parameter)
		}
	}
	if id := x.r.Header.Get("Last-Event-ID"); id != "" {
		args["after_line"] = id // the id of a line's event is its number
	}
	r := &lineReader{x: x, args: args}
	if err := r.probe(); err != nil {
		return err
	}
	f := &feed{after: -1, match: func(e *ratchet.Event) bool {
		return e.ID == r.id && (e.Kind == events.ExecutionLog || e.Kind == events.ExecutionUpdated)
	}}
	f.first = func() ([]frame, bool, error) {
		ended, err := r.ended()
		if err != nil {
			return nil, false, err
		}
		lines, err := r.read()
		return lines, ended, err
	}
	f.show = func(e ratchet.Event) ([]frame, bool) {
		lines, err := r.read()
		if err != nil {
			h.log.ErrorContext(x.r.Context(), "read the lines of a stream", "request_id", x.id, "error", err)
			return nil, true
		}
		return lines, ends(e)
	}
	return h.stream(x, f)
}

// lineReader reads the stored lines of an execution in order.
type lineReader struct {
	x    *requestContext
	args map[string]any
	id   string
	seen int // number of the last line
}

// probe checks the arguments and who calls.
func (r *lineReader) probe() error {
	_, facts, err := r.x.ask(toolLogs, r.args)
	if err != nil {
		return err
	}
	r.id = facts.Text("execution_id")
	return nil
}

func (r *lineReader) ended() (bool, error) {
	_, facts, err := r.x.ask(toolStatus, map[string]any{"execution_id": r.id, "fields": []string{"status"}})
	return ratchet.Status(facts.Text("status")).Terminal(), err
}

// read shows the lines behind the last one.
func (r *lineReader) read() ([]frame, error) {
	var shown []frame
	for {
		if r.seen > 0 {
			r.args["after_line"] = r.seen
		}
		_, page, err := r.x.ask(toolLogs, r.args)
		if err != nil {
			return nil, err
		}
		op := r.x.h.shapes[toolLogs]
		rows := op.out.Rows()
		before := r.seen
		for _, line := range page.Items(rows.Name) {
			data, err := op.camel(rows.Type.Items, line)
			if err != nil {
				return nil, err
			}
			number := page.Of(line).Text("line_number")
			if n, err := strconv.Atoi(number); err == nil {
				r.seen = max(r.seen, n)
			}
			shown = append(shown, frame{id: number, kind: "log", data: data})
		}
		next := page.Text("next_cursor")
		if next == "" || r.seen == before || !strings.HasPrefix(next, "after-") {
			return shown, nil
		}
	}
}
