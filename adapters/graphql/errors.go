package graphql

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ratchet"
	"ratchet/casing"
	"ratchet/schema"
)

// refused is an error about a request as a whole: nothing of it was done.
func refused(e *ratchet.Error, at *ast.Position) *gqlerror.Error {
	out := &gqlerror.Error{Message: e.Message, Err: e}
	if at != nil {
		out.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	errcode.Set(out, errcode.ValidationFailed) // tells the transports that the client is to blame
	return out
}

// present is what a client sees of an error. It is the only way out for errors.
func (h *Handler) present(ctx context.Context, err error) *gqlerror.Error {
	id := callFrom(ctx).requestID
	var g *gqlerror.Error
	if !errors.As(err, &g) {
		g = gqlerror.WrapPath(gql.GetPath(ctx), err)
	}
	if _, done := g.Extensions["requestId"]; done {
		return g
	}
	var known *ratchet.Error
	if errors.As(err, &known) || errors.As(g.Err, &known) {
		return h.render(ctx, g, known, id)
	}
	code, _ := g.Extensions["code"].(string)
	switch {
	case code == errcode.ParseFailed, code == errcode.ValidationFailed:
		if beyondListed(ctx) {
			return g
		}
		return h.render(ctx, g, h.explain(ctx, g), id)
	case code == "PERSISTED_QUERY_NOT_FOUND": // clients look for this code and send the document
		out := h.render(ctx, g, ratchet.Errorf(ratchet.CodeNotFound, "%s", g.Message), id)
		out.Extensions["code"] = code
		return out
	case strings.HasPrefix(g.Message, "json request body could not be decoded"):
		return h.render(ctx, g, ratchet.Errorf(ratchet.CodeInvalid, "the request body is not a JSON object with query, variables and operationName").WithHint(bodyHint), id)
	case strings.HasPrefix(g.Message, "could not read request body"), strings.HasPrefix(g.Message, "could not get json request body"):
		return h.render(ctx, g, ratchet.Errorf(ratchet.CodeTooLarge, "the request body cannot be read: it is too large or was cut off"), id)
	case g.Err == nil && persistedFault(g.Message):
		return h.render(ctx, g, ratchet.Errorf(ratchet.CodeInvalid, "%s", g.Message), id)
	}
	h.log.ErrorContext(ctx, "a GraphQL request failed", "request_id", id, "error", err)
	return h.render(ctx, g, ratchet.AsError(err), id)
}

// beyondListed says whether so many faults of a document were explained that
// this one will not be listed. The validator finds thousands, one after
// another, and to explain one costs a look at the whole document.
func beyondListed(ctx context.Context) bool {
	if !gql.HasOperationContext(ctx) {
		return false
	}
	const key = "explained faults"
	stats := &gql.GetOperationContext(ctx).Stats
	n, _ := stats.GetExtension(key).(int)
	stats.SetExtension(key, n+1)
	return n >= maxErrors
}

// bodyHint shows what a request is.
const bodyHint = `send {"query": "{ __typename }"}`

// persistedFault says whether the message is one of the library about a
// persisted query.
func persistedFault(message string) bool {
	for _, known := range []string{"invalid APQ extension data", "unsupported APQ version", "provided APQ hash does not match query"} {
		if message == known {
			return true
		}
	}
	return false
}

var (
	unknownArgument = regexp.MustCompile(`^Unknown argument "(\w+)" on field`)
	missingArgument = regexp.MustCompile(`argument "(\w+)" of type .* is required`)
	ofField         = regexp.MustCompile(`^Unknown argument "\w+" on field "(\w+)\.(\w+)"`)
	unknownValue    = regexp.MustCompile(`^Value "(\w+)" does not exist in "(\w+)!?" enum`)
	unknownWord     = regexp.MustCompile(`(?:^| )(\S+) is not a valid (\w+)$`)
)

// explain adds to a fault that the parser or the validator found what a
// client can act on: which argument it is, and what would be right. The path
// of a fault in a variable leads into the variables, not into the answer.
func (h *Handler) explain(ctx context.Context, g *gqlerror.Error) *ratchet.Error {
	message := g.Message
	var pointer string
	if len(g.Path) > 1 && g.Path[0] == ast.PathName("variable") {
		name := ""
		for _, part := range g.Path[1:] {
			pointer += "/" + fmt.Sprint(part)
		}
		name, _, _ = strings.Cut(pointer[1:], "/")
		message, g.Path = fmt.Sprintf("variable $%s: %s", name, message), nil
	}
	// The value may be a password that was sent in a wrong form.
	message = valueShown.ReplaceAllString(message, "$1")
	e := ratchet.Errorf(ratchet.CodeInvalid, "%s", message)
	for _, rule := range []*regexp.Regexp{unknownArgument, missingArgument} {
		if m := rule.FindStringSubmatch(message); m != nil {
			pointer = "/" + m[1]
		}
	}
	if pointer == "" && gql.HasOperationContext(ctx) && len(g.Locations) > 0 {
		pointer = argumentAt(gql.GetOperationContext(ctx).RawQuery, g.Locations[0])
	}
	if pointer != "" {
		e.At(pointer).WithHint("correct %s and send the document again", pointer)
	} else {
		e.WithHint("correct the document; the schema is at /playground and in the answer to an introspection query")
	}
	if m := ofField.FindStringSubmatch(message); m != nil {
		if args := h.argumentsOf(m[1], m[2]); args != nil {
			e.With(ratchet.FieldAllowed, args)
		}
	}
	if near := suggested(message); len(near) > 0 {
		e.With(ratchet.FieldNearest, near[0])
	}
	m := unknownWord.FindStringSubmatch(message)
	if m == nil {
		m = unknownValue.FindStringSubmatch(message)
	}
	if m != nil {
		if def := h.schema.ast.Types[m[2]]; def != nil && def.Kind == ast.Enum {
			var words []string
			for _, v := range def.EnumValues {
				words = append(words, v.Name)
			}
			e.With(ratchet.FieldAllowed, words)
			if near := schema.Nearest(m[1], words); near != "" {
				e.With(ratchet.FieldNearest, near)
			}
		}
	}
	return e
}

// valueShown finds the value in what the validator says of one.
var valueShown = regexp.MustCompile(`(?s)(cannot represent a? ?non[- ](?:string|integer|numeric|boolean|ID)[a-zA-Z ]* value): .*$`)

var quotedWord = regexp.MustCompile(`"([^"]+)"`)

// suggested are the names a message of the validator offers.
func suggested(message string) []string {
	_, offer, ok := strings.Cut(message, "Did you mean ")
	if !ok {
		return nil
	}
	var names []string
	for _, m := range quotedWord.FindAllStringSubmatch(offer, -1) {
		names = append(names, m[1])
	}
	return names
}

// render writes e into g: the message, and the facts as extensions.
func (h *Handler) render(ctx context.Context, g *gqlerror.Error, e *ratchet.Error, id string) *gqlerror.Error {
	body := ratchet.Body(e, id)
	if e.Code == ratchet.CodeInternal && e.Err != nil {
		h.log.ErrorContext(ctx, "a GraphQL field failed", "request_id", id, "path", g.Path.String(), "error", e.Err)
	}
	suggestions := suggested(g.Message)
	if suggestions == nil {
		suggestions = []string{}
	}
	if body.Nearest != "" && len(suggestions) == 0 {
		suggestions = append(suggestions, casing.Camel(fieldOf(body.Nearest)))
	}
	if body.Hint != "" {
		suggestions = append(suggestions, shortDoc(body.Hint))
	}
	detail := map[string]any{"code": body.Code, "message": shortDoc(body.Message)}
	put := func(key string, value any, there bool) {
		if there {
			detail[key] = value
		}
	}
	put("field", camelPointer(body.Field), body.Field != "")
	put("allowed", body.Allowed, body.Allowed != nil)
	put("nearest", body.Nearest, body.Nearest != "")
	put("example", body.Example, body.Example != nil)
	put("nextField", nextField(body.NextTool), body.NextTool != nil)
	for key, v := range body.Details {
		put(casing.Camel(key), v, true)
	}
	path := any(g.Path)
	if g.Path == nil {
		path = []string{}
	}
	return &gqlerror.Error{
		Message: shortDoc(body.Message), Path: g.Path, Locations: g.Locations,
		Extensions: map[string]any{
			"code": body.Code, "errorType": body.ErrorType, "requestId": id, "path": path,
			"details": []any{detail}, "suggestions": suggestions, "retryable": body.Retryable,
			"retryAfterMs": orNull(body.RetryAfterMS), "timestamp": h.now().UTC().Format(ratchet.TimeFormat),
		},
	}
}

func orNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func nextField(next *ratchet.NextTool) any {
	if next == nil {
		return nil
	}
	return map[string]any{"name": fieldOf(next.Name), "arguments": next.Arguments}
}

// camelPointer is a JSON pointer into arguments as GraphQL spells them.
func camelPointer(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = casing.Camel(parts[i])
	}
	return strings.Join(parts, "/")
}

// recovered turns a panic into an error that tells the client nothing.
func (h *Handler) recovered(_ context.Context, p any) error {
	return ratchet.AsError(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
}
