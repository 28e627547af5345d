package rest

import (
	"net/http"
	"strconv"
	"strings"

	"ratchet"
	"ratchet/casing"
	"ratchet/reply"
)

// fail answers with an error; op says how the arguments are spelled, nil = not at all.
func (x *requestContext) fail(op *operation, err error) {
	status, body := x.problem(op, err)
	x.send(status, body.Encode(x.header()))
}

// problem is the body for an error, and its status.
func (x *requestContext) problem(op *operation, err error) (int, reply.Problem) {
	e := ratchet.AsError(err)
	if e.Code == ratchet.CodeInternal {
		x.h.log.ErrorContext(x.r.Context(), "a request failed", "request_id", x.id, "path", x.r.URL.Path, "error", e.Err)
	}
	facts := ratchet.Body(e, x.id)
	if !x.namesTools() {
		facts.Message, facts.Hint = x.h.wording.text(op, named(op, facts.Message)), x.h.wording.text(op, facts.Hint)
		facts.Example = example(op, facts.Example)
	}
	status := e.Code.HTTPStatus()
	if e.Code == ratchet.CodeConflict && facts.Field == "/expected_revision" && x.r.Header.Get("If-Match") != "" {
		status = http.StatusPreconditionFailed
	}
	if facts.Field != "" {
		facts.Field = x.spelled(op, facts.Field)
		facts.Nearest = respelled(op, facts.Nearest)
		facts.Allowed = respelledAll(op, facts.Field, facts.Allowed)
	}
	return status, reply.NewProblem(x.r, x.h.now(), status, facts)
}

// spelled is a pointer into a tool's arguments as the request spelled them: in
// camelCase, and the names of parameters for what stands for them.
func (x *requestContext) spelled(op *operation, pointer string) string {
	if op == nil {
		return pointer
	}
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	if x.page != nil {
		switch parts[0] {
		case "sort", "sort_by", "sort_order":
			return "/_sort"
		case "offset":
			return "/_start"
		case "filters":
			if len(parts) > 1 {
				if i, err := strconv.Atoi(parts[1]); err == nil && i < len(x.page.filters) {
					return "/" + x.page.filters[i]
				}
			}
		}
	}
	if parts[0] == "expected_revision" && x.r.Header.Get("If-Match") != "" {
		return "If-Match"
	}
	s := op.in
	for i, part := range parts {
		if s == nil {
			break
		}
		if p := s.Field(part); p != nil {
			parts[i], s = p.Camel, p.Type
			continue
		}
		if _, err := strconv.Atoi(part); err == nil && s.Items != nil {
			s = s.Items
			continue
		}
		s = s.Rest
	}
	return "/" + strings.Join(parts, "/")
}

// respelled is a name of an argument in camelCase; other words stay.
func respelled(op *operation, word string) string {
	if op == nil || op.in.Field(word) == nil {
		return word
	}
	return op.in.Field(word).Camel
}

// respelledAll does so for a list: names of arguments, and fields of lists.
func respelledAll(op *operation, field string, allowed any) any {
	words, ok := allowed.([]string)
	if !ok || op == nil {
		return allowed
	}
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = respelled(op, w)
		if field == "/_sort" || strings.HasPrefix(field, "/fields") {
			out[i] = casing.Camel(w)
		}
	}
	return out
}
