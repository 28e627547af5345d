package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"

	"ratchet"
	"ratchet/schema"
)

// Tool is one operation on every surface. Make it with Define; its schemas
// are set once it is in a Registry.
type Tool struct {
	Spec
	In  json.RawMessage // schema of the arguments: an object without additional properties
	Out json.RawMessage // schema of the result; nil for documents and content blocks

	shape *shape
	call  func(ctx context.Context, d *Deps, t Tool, args json.RawMessage) (out any, accepted json.RawMessage, err error)
}

// shape holds what is derived from a tool's types, when it is first needed:
// a worker process links every tool and uses none.
type shape struct {
	in, out  func() json.RawMessage
	args     func() *schema.Type
	result   func() *schema.Type // nil for documents and content blocks
	compiled func() *schema.Schema
	defaults func() json.RawMessage // object of the arguments' default values; nil = none
	lean     func() *shape          // of the tool as models are offered it; nil = they are offered this one
	whole    *shape                 // of the tool that this is the lean form of; nil = of none
	facts    *factIndex             // of results; nil = they are not known
	omits    *omission              // what results leave out; nil = nothing
}

// Define makes a tool from its description and its handler. In and Out are
// structs; their tags are the schemas. Out may be Markdown or Content. The
// handler gets defaults filled in and arguments that fit the schema.
func Define[In, Out any](spec Spec, handler func(context.Context, *Deps, In) (Out, error)) Tool {
	s := &shape{in: sync.OnceValue(schema.For[In]), out: sync.OnceValue(outSchema[Out]), facts: &factIndex{}}
	s.compiled = sync.OnceValue(func() *schema.Schema { return mustCompile(spec.Name, s.in()) })
	s.defaults = sync.OnceValue(func() json.RawMessage { return defaultsOf(s.args()) })
	s.args = sync.OnceValue(func() *schema.Type { return schema.TypeOf(reflect.TypeFor[In]()) })
	s.result = sync.OnceValue(func() *schema.Type {
		if s.out() == nil {
			return nil
		}
		return schema.TypeOf(resultType[Out]())
	})
	if !spec.Foreign {
		s.lean = sync.OnceValue(func() *shape { return leanShape(spec, s, shownTags(reflect.TypeFor[In]())) })
	}
	t := Tool{Spec: spec, shape: s}
	t.call = func(ctx context.Context, d *Deps, t Tool, args json.RawMessage) (any, json.RawMessage, error) {
		in, accepted, err := decodeInput[In](ctx, t, args)
		if err != nil {
			return nil, nil, err
		}
		out, err := handler(ctx, d, in)
		return out, accepted, err
	}
	return t
}

// Call runs the tool: it coerces, validates and decodes args, applies
// defaults and calls the handler. Every error is a *ratchet.Error; a panic in
// the handler is one of CodeInternal. out is an InputRequired when the handler
// asks for input. Results are not checked against Out
// here: the tests do that for every example and case.
func (t Tool) Call(ctx context.Context, d *Deps, args json.RawMessage) (out any, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, t.failure(fmt.Errorf("panic in %s: %v\n%s", t.Name, p, debug.Stack()))
		}
	}()
	out, accepted, err := t.call(ctx, d, t, args)
	if ask, ok := errors.AsType[InputRequired](err); ok {
		return ask, nil
	}
	if err != nil {
		if e, ok := errors.AsType[*ratchet.Error](err); ok {
			return nil, t.failure(t.explained(args, e))
		}
		return nil, t.failure(err)
	}
	if out, err = t.Brief(ctx, accepted, out); err != nil {
		return nil, t.failure(err)
	}
	return out, nil
}

// failure makes err one that a surface may show.
func (t Tool) failure(err error) error {
	var known *ratchet.Error
	switch {
	case errors.As(err, &known):
	case errors.Is(err, context.Canceled):
		return ratchet.Errorf(ratchet.CodeCancelled, "the call was cancelled").Wrap(err)
	case errors.Is(err, context.DeadlineExceeded):
		return ratchet.Errorf(ratchet.CodeTimeout, "the call took longer than its deadline").Wrap(err)
	}
	e := ratchet.AsError(err)
	if e.Code == ratchet.CodeInternal && t.Failure != "" {
		e.With("error_type", t.Failure)
	}
	return e
}

// Input is the compiled schema of the arguments.
func (t Tool) Input() *schema.Schema { return t.shape.compiled() }

// Args describes the arguments.
func (t Tool) Args() *schema.Type { return t.shape.args() }

// Result describes the result; nil for documents and content blocks.
func (t Tool) Result() *schema.Type { return t.shape.result() }

// IsDocument says that results have no structured content.
func (t Tool) IsDocument() bool { return t.shape.out() == nil }

func outSchema[Out any]() json.RawMessage {
	switch reflect.TypeFor[Out]() {
	case reflect.TypeFor[Markdown](), reflect.TypeFor[Content]():
		return nil
	}
	return schema.For[Out]()
}

// resultType is the struct that Out shows, which may do so in part.
func resultType[Out any]() reflect.Type {
	var zero Out
	if p, ok := any(zero).(schema.Partial); ok {
		return reflect.TypeOf(p.PartialOf())
	}
	return reflect.TypeFor[Out]()
}

func mustCompile(name string, raw json.RawMessage) *schema.Schema {
	s, err := schema.Compile(raw)
	if err != nil {
		panic(fmt.Sprintf("tools: schema of %s: %v", name, err))
	}
	return s
}

func defaultsOf(args *schema.Type) json.RawMessage {
	values := map[string]json.RawMessage{}
	for _, f := range args.Fields {
		if f.Type.Default != nil {
			values[f.Name] = f.Type.Default
		}
	}
	if len(values) == 0 {
		return nil
	}
	out, err := json.Marshal(values)
	if err != nil {
		return nil
	}
	return out
}

// Check says whether Call would take args, without calling.
func (t Tool) Check(args json.RawMessage) error {
	_, err := t.accept(context.Background(), args)
	return err
}

// decodeInput turns arguments into In; accepted is what fits the schema.
// Arguments that fit take the short way.
func decodeInput[In any](ctx context.Context, t Tool, args json.RawMessage) (in In, accepted json.RawMessage, err error) {
	if args, err = t.accept(ctx, args); err != nil {
		return in, nil, err
	}
	if d := t.shape.defaults(); d != nil {
		if err := json.Unmarshal(d, &in); err != nil {
			return in, nil, fmt.Errorf("decode the defaults: %w", err)
		}
	}
	err = json.Unmarshal(args, &in)
	if err == nil {
		return in, args, nil
	}
	// 5.0 is a whole number to the schema and not to Go.
	if mended, _, refused := t.Input().Coerce(args); refused == nil {
		err = json.Unmarshal(mended, &in)
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return in, nil, ratchet.Errorf(ratchet.CodeInvalid, "argument %s is out of range: %s", wrong.Field, wrong.Value).
			At("/" + strings.ReplaceAll(wrong.Field, ".", "/"))
	}
	if err != nil {
		return in, nil, ratchet.Errorf(ratchet.CodeInvalid, "the arguments cannot be read").Wrap(err)
	}
	return in, args, nil
}

// bounds are those of arguments outside of what is the user's own.
func bounds() schema.Bounds { return schema.Bounds{Depth: 20, Items: 1000, Keys: 100} }

// accept returns arguments that fit the schema and its bounds, corrected where
// that is harmless.
func (t Tool) accept(ctx context.Context, args json.RawMessage) (json.RawMessage, error) {
	args, err := t.fitting(ctx, args)
	if err != nil {
		return nil, err
	}
	if found := t.Input().Exceeds(args, bounds()); found != nil {
		return nil, t.invalid(args, []schema.Violation{*found})
	}
	return args, nil
}

func (t Tool) fitting(ctx context.Context, args json.RawMessage) (json.RawMessage, error) {
	if len(args) == 0 || string(args) == "null" {
		args = json.RawMessage("{}")
	}
	found, err := t.Input().ValidateContext(ctx, args)
	if err != nil || found == nil {
		return args, err
	}
	return t.coerce(ctx, args, found)
}

// coerce corrects args, in which found is wrong, and validates the result.
func (t Tool) coerce(ctx context.Context, args json.RawMessage, found []schema.Violation) (json.RawMessage, error) {
	mended, notes, refused := t.Input().Coerce(args)
	if refused != nil {
		return nil, t.invalid(args, refused)
	}
	if len(notes) == 0 { // nothing was changed
		return nil, t.invalid(args, found)
	}
	if found := t.Input().Validate(mended); found != nil {
		return nil, t.invalid(mended, found)
	}
	if caller := CallerFrom(ctx); caller.Note != nil {
		for _, n := range notes {
			caller.Note(n)
		}
	}
	return mended, nil
}
