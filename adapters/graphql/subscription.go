package graphql

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"ratchet/registry"

	gql "github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ratchet"
	"ratchet/schema"
)

// stream is a field of Subscription.
type stream struct {
	args   map[string]*entry
	result *value
	open   opener
}

// opener decides what a stream shows: it asks a tool, which checks the
// arguments and what the caller may see.
type opener func(ctx context.Context, h *Handler, args streamArgs) (*feed, error)

// streamArgs are the arguments of all streams; those a stream does not have are zero.
type streamArgs struct {
	ID          string `json:"id"`
	TaskID      string `json:"task_id"`
	ExecutionID string `json:"execution_id"`
	WorkerID    string `json:"worker_id"`
	Level       string `json:"level"`
	After       *int64 `json:"after"`
}

// feed is what an open stream shows.
type feed struct {
	kinds []string // of events, or prefixes that end with a dot
	id    string   // of the events; empty = any
	match func(*ratchet.Event) bool
	over  bool // no further events will come: first shows all there is
	// first reads what is shown before any event; nil = nothing.
	first func(ctx context.Context) ([]any, bool, error)
	// view makes what is shown of an event; last ends the stream behind it.
	view func(ctx context.Context, e ratchet.Event, missed int64) (shown []any, last bool, err error)
}

// fits says whether the feed shows e. It runs under the bus's lock.
func (f *feed) fits(e *ratchet.Event) bool {
	if f.id != "" && e.ID != f.id {
		return false
	}
	for _, kind := range f.kinds {
		if e.Kind == kind || (strings.HasSuffix(kind, ".") && strings.HasPrefix(e.Kind, kind)) {
			return f.match == nil || f.match(e)
		}
	}
	return false
}

// unread is how many events wait for a slow reader before the oldest are lost.
const unread = 256

// follow opens the stream of a subscription.
func (h *Handler) follow(ctx context.Context, op *gql.OperationContext) gql.ResponseHandler {
	f := gql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"})[0]
	fail := func(ctx context.Context, err error) {
		gql.AddError(ctx, &gqlerror.Error{Err: err, Message: "failed", Path: ast.Path{ast.PathName(f.Alias)}})
	}
	s, ok := h.schema.streams[f.Name]
	if !ok {
		fail(ctx, ratchet.Errorf(ratchet.CodeInvalid, "a subscription follows one stream, not %s", f.Name))
		return nil
	}
	c := callFrom(ctx)
	ctx = registry.WithCaller(ctx, registry.Caller{
		Principal: c.principal.ID, Identity: c.principal, Surface: "graphql", RequestID: c.requestID, Trace: c.trace,
	})
	ctx = ratchet.WithScope(ctx, c.principal.Scope)
	args, err := s.arguments(f.Field, op.Variables)
	if err != nil {
		fail(ctx, err)
		return nil
	}
	args.resume(c.lastEvent)
	feed, err := s.open(ctx, h, args)
	if err != nil {
		fail(ctx, err)
		return nil
	}
	r := &reader{h: h, ctx: ctx, feed: feed, result: s.result, alias: f.Alias, plan: planOf(op, f, s.result)}
	hears := h.cfg.Registry.Hears(c.principal)
	r.sub = subscribe(h.deps.Bus, args.After, func(e *ratchet.Event) bool { return feed.fits(e) && hears(e) })
	if args.After != nil {
		r.resume()
	}
	context.AfterFunc(ctx, r.sub.Close)
	return r.next
}

func (s *stream) arguments(f *ast.Field, vars map[string]any) (streamArgs, error) {
	op := operation{args: s.args}
	raw, err := op.arguments(f, vars)
	if err != nil {
		return streamArgs{}, err
	}
	var args streamArgs
	if err := json.Unmarshal(raw, &args); err != nil {
		return args, ratchet.Errorf(ratchet.CodeInvalid, "the arguments of %s cannot be read", f.Name).Wrap(err)
	}
	for _, arg := range f.Definition.Arguments { // enums are not checked in variables by their case
		if arg.Name == "level" && args.Level != "" && rank(args.Level) == 0 {
			return args, ratchet.Errorf(ratchet.CodeInvalid, "%q is not a level", clip(args.Level)).At("/level").With(ratchet.FieldAllowed, levels())
		}
	}
	return args, nil
}

// subscriptions declares the streams whose tool the registry has.
func (b *builder) subscriptions(r *registry.Registry) map[string]*stream {
	live := map[string]*stream{}
	covered := map[string]bool{} // nouns
	for _, d := range declaredStreams() {
		for noun := range strings.FieldsSeq(d.of) {
			covered[noun] = true
		}
		if _, ok := r.Lookup(d.tool); ok {
			live[d.name] = b.subscription(d, schema.TypeOf(d.shows))
		}
	}
	for _, n := range r.Events().Nouns() {
		if !covered[n.Name] && offered(r, n) {
			d := nounStream(n)
			live[d.name] = b.subscription(d, nounEvent(n))
		}
	}
	return live
}

// subscription declares one field of Subscription.
func (b *builder) subscription(d declared, shows *schema.Type) *stream {
	s := &stream{args: map[string]*entry{}, open: d.open}
	def := &ast.FieldDefinition{Name: d.name, Description: d.doc}
	for _, a := range d.args {
		if a.typ == "Level" {
			a.typ = b.types.enum("LogLevel", "level", levels())
		}
		s.args[a.name] = &entry{key: a.key, input: &input{name: a.typ}}
		t := ast.NamedType(a.typ, nil)
		t.NonNull = a.required
		def.Arguments = append(def.Arguments, &ast.ArgumentDefinition{Name: a.name, Type: t, Description: a.doc})
	}
	s.result = b.out.value(typeName(shows.Title), "", shows)
	def.Type = s.result.typ(true)
	b.roots[ast.Subscription].Fields = append(b.roots[ast.Subscription].Fields, def)
	return s
}

// declared is a field of Subscription in the making.
type declared struct {
	name, doc string
	of        string // the nouns of its events, with blanks between
	tool      string // the stream needs it
	args      []streamArg
	shows     reflect.Type
	open      opener
}

type streamArg struct {
	name, key, typ string
	required       bool
	doc            string
}
