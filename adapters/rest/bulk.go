package rest

import (
	"encoding/json"
	"fmt"
	"net/http"

	"ratchet/registry"

	"ratchet"
	"ratchet/reply"
)

// bulkIn is the body of POST /bulk.
type bulkIn struct {
	Calls       []bulkCall `json:"calls"`
	DryRun      bool       `json:"dryRun"`      // check the calls, make none
	StopOnError bool       `json:"stopOnError"` // skip what stands behind the first failure
}

type bulkCall struct {
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments"`
}

// bulkItem is the answer to one call.
type bulkItem struct {
	Index   int                 `json:"index"`
	Tool    string              `json:"tool"`
	Status  int                 `json:"status"` // as the call alone would have answered; 0 = skipped
	Skipped bool                `json:"skipped,omitempty"`
	Valid   *bool               `json:"valid,omitempty"` // of a dry run
	Data    json.RawMessage     `json:"data,omitempty"`
	Error   *reply.ProblemError `json:"error,omitempty"`
}

type bulkOut struct {
	Results   []bulkItem `json:"results"`
	Total     int        `json:"total"`
	Succeeded int        `json:"succeeded"`
	Failed    int        `json:"failed"`
	Skipped   int        `json:"skipped"`
	DryRun    bool       `json:"dryRun"`
}

// bulk serves POST /bulk: calls of tools, one after the other, each through
// the same gates as alone. One failing call undoes none of the others.
func (h *Handler) bulk(x *requestContext) error {
	in, err := h.bulkBody(x)
	if err != nil {
		return err
	}
	out := bulkOut{Results: make([]bulkItem, len(in.Calls)), Total: len(in.Calls), DryRun: in.DryRun}
	for i, c := range in.Calls {
		item := bulkItem{Index: i, Tool: c.Tool}
		switch {
		case in.StopOnError && out.Failed > 0, x.r.Context().Err() != nil:
			item.Skipped = true
			out.Skipped++
		default:
			x.one(&item, c, in.DryRun)
			if item.Error != nil {
				out.Failed++
			} else {
				out.Succeeded++
			}
		}
		out.Results[i] = item
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	x.envelope(http.StatusOK, raw, nil)
	return nil
}

func (h *Handler) bulkBody(x *requestContext) (*bulkIn, error) {
	body, err := h.readBody(x.r)
	if err != nil {
		return nil, err
	}
	in := new(bulkIn)
	known := map[string]any{"calls": &in.Calls, "dryRun": &in.DryRun, "stopOnError": &in.StopOnError, "dry_run": &in.DryRun, "stop_on_error": &in.StopOnError}
	if len(body) == 0 || body[0] != '{' {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "the body must be an object with calls").At("/calls").
			With(ratchet.FieldExample, map[string]any{"calls": []any{map[string]any{"tool": ratchet.ToolListAvailableTasks, "arguments": map[string]any{}}}})
	}
	for _, m := range members(body) {
		into, ok := known[m.name]
		if !ok {
			return nil, unknownParameter(m.name, []string{"calls", "dryRun", "stopOnError"})
		}
		if json.Unmarshal(m.raw, into) != nil {
			return nil, ratchet.Errorf(ratchet.CodeInvalid, "%s is not what it must be", m.name).At("/" + m.name).
				WithHint("calls is a list of {tool, arguments}; dryRun and stopOnError are true or false")
		}
	}
	if n := len(in.Calls); n == 0 || n > h.cfg.Bulk {
		return nil, ratchet.Errorf(ratchet.CodeInvalid, "calls must hold 1 to %d calls, holds %d", h.cfg.Bulk, n).At("/calls")
	}
	return in, nil
}

// one makes one call of a bulk request.
func (x *requestContext) one(item *bulkItem, c bulkCall, dry bool) {
	fail := func(op *operation, err error) {
		status, body := x.problem(op, err)
		item.Status, item.Error = status, &body.Error
	}
	op, err := x.h.named(c.Tool)
	if err != nil {
		fail(nil, err)
		return
	}
	item.Tool = op.tool.Name
	args := json.RawMessage("{}")
	if len(c.Arguments) > 0 && string(c.Arguments) != "null" {
		if args, err = snakeJSON(op.in, c.Arguments); err != nil {
			fail(op, err)
			return
		}
	}
	if dry {
		if err := x.check(op, args); err != nil {
			fail(op, err)
			return
		}
		yes := true
		item.Status, item.Valid = http.StatusOK, &yes
		return
	}
	out, err := registry.Invoke(x.context(), x.h.deps(), op.tool, args)
	if err != nil {
		fail(op, err)
		return
	}
	raw, err := json.Marshal(out)
	if err != nil {
		fail(op, fmt.Errorf("write the result of %s: %w", op.tool.Name, err))
		return
	}
	item.Status, item.Data = http.StatusOK, camelJSON(op.out, raw, nil)
}

// check says whether a call would be admitted and its arguments fit.
func (x *requestContext) check(op *operation, args json.RawMessage) error {
	if err := registry.Permit(x.h.cfg.Principal(x.r), op.tool); err != nil {
		return err
	}
	return op.tool.Check(args)
}
