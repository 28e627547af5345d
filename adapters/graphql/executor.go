package graphql

import (
	"bytes"
	"context"
	"encoding/json"

	"ratchet/registry"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/sync/errgroup"

	"ratchet"
)

// executable runs operations on a schema. It is what the library's transports
// and extensions work with.
type executable struct{ h *Handler }

var _ gql.ExecutableSchema = executable{}

// Schema is the schema.
func (x executable) Schema() *ast.Schema { return x.h.schema.ast }

// Complexity leaves the counting to limits.
func (x executable) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec starts the operation of ctx.
func (x executable) Exec(ctx context.Context) gql.ResponseHandler {
	op := gql.GetOperationContext(ctx)
	socket, most := callFrom(ctx).socket, x.h.cfg.Limits.Streams
	if !socket.enter(most) {
		gql.AddError(ctx, ratchet.Errorf(ratchet.CodeRateLimited, "%d operations are open on this connection; no more are taken", most).
			WithHint("complete one of them first"))
		return nil
	}
	if socket != nil {
		const doing = "count an operation out"
		context.AfterFunc(ctx, ratchet.Guard(doing, ratchet.Logged(x.h.log, doing), socket.leave))
	}
	if op.Operation.Operation == ast.Subscription {
		return x.h.follow(ctx, op)
	}
	done := false
	return func(ctx context.Context) *gql.Response {
		if done {
			return nil
		}
		done = true
		return &gql.Response{Data: x.h.run(ctx, op)}
	}
}

// parallel is how many fields of one query are read at the same time.
const parallel = 8

// run answers a query or mutation. Mutations run one after another.
func (h *Handler) run(ctx context.Context, op *gql.OperationContext) json.RawMessage {
	root := "Query"
	if op.Operation.Operation == ast.Mutation {
		root = "Mutation"
	}
	c := callFrom(ctx)
	ctx = registry.WithCaller(ctx, registry.Caller{
		Principal: c.principal.ID, Identity: c.principal, Surface: "graphql", RequestID: c.requestID, Trace: c.trace,
	})
	fields := gql.CollectFields(op, op.Operation.SelectionSet, []string{root})
	answers := make([]json.RawMessage, len(fields))
	if root == "Mutation" || len(fields) == 1 {
		for i, f := range fields {
			answers[i] = h.field(ctx, op, root, f)
		}
	} else {
		var group errgroup.Group
		group.SetLimit(parallel)
		for i, f := range fields {
			group.Go(func() error {
				answers[i] = json.RawMessage("null")
				defer ratchet.Recover("answer a field", func(err error) { gql.AddError(ctx, err) })
				answers[i] = h.field(ctx, op, root, f)
				return nil
			})
		}
		_ = group.Wait() // fields report their errors themselves
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(appendString(out.AvailableBuffer(), f.Alias))
		out.WriteByte(':')
		out.Write(answers[i])
	}
	out.WriteByte('}')
	return out.Bytes()
}

// field answers one root field; null when it failed.
func (h *Handler) field(ctx context.Context, op *gql.OperationContext, root string, f gql.CollectedField) (out json.RawMessage) {
	path := ast.Path{ast.PathName(f.Alias)}
	fail := func(path ast.Path, err error) {
		g := &gqlerror.Error{Err: err, Message: "failed", Path: path}
		if f.Position != nil {
			g.Locations = []gqlerror.Location{{Line: f.Position.Line, Column: f.Position.Column}}
		}
		gql.AddError(ctx, g)
	}
	defer func() {
		if p := recover(); p != nil {
			fail(path, h.recovered(ctx, p))
			out = json.RawMessage("null")
		}
	}()
	switch f.Name {
	case "__typename":
		return appendString(nil, root)
	case "__schema", "__type":
		return h.introspect(callFrom(ctx).principal, op, f, fail)
	}
	o := h.schema.operations[root+"."+f.Name]
	raw, err := h.invoke(ctx, op, o, f)
	if err != nil {
		fail(path, err)
		return json.RawMessage("null")
	}
	w := projection{out: make([]byte, 0, len(raw)), path: path, failed: fail}
	w.write(raw, o.result, planOf(op, f, o.result))
	return w.out
}

// planOf is the plan for the objects in v; nil when there are none.
func planOf(op *gql.OperationContext, f gql.CollectedField, v *value) *plan {
	for v.kind == kindList {
		v = v.elem
	}
	if v.kind != kindObject {
		return nil
	}
	return planFor(op, f.Selections, v.object)
}

// invoke calls the field's tool and returns its result as the field shows it.
func (h *Handler) invoke(ctx context.Context, op *gql.OperationContext, o *operation, f gql.CollectedField) (json.RawMessage, error) {
	args, err := o.arguments(f.Field, op.Variables)
	if err != nil {
		return nil, err
	}
	out, err := registry.Invoke(ctx, h.deps, o.tool, args)
	if err != nil {
		return nil, err
	}
	if ask, ok := out.(registry.InputRequired); ok {
		return nil, ratchet.Errorf(ratchet.CodeConflict, "the call needs answers that cannot be given here").With("questions", len(ask.Requests)).
			WithHint("call the tool over MCP with a client that can be asked")
	}
	facts := o.tool.Facts(out)
	switch {
	case o.list != nil:
		return o.list.answer(facts, f.Field, op.Variables)
	case o.one != "":
		items := facts.Items(o.one)
		if len(items) == 0 {
			return nil, ratchet.Errorf(ratchet.CodeNotFound, "there is no such %s", singular(o.one))
		}
		out = items[0]
	}
	return json.Marshal(out)
}
