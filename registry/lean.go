package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"ratchet"
	"ratchet/schema"
)

// Lean returns the tool as models are offered it: with schemas that say what a
// model needs, and, where its Spec has a lean form, with the argument verbose
// and results in that form unless it is true. A tool with a schema of its
// author's stays as it is.
func (t Tool) Lean() Tool {
	if t.shape.lean == nil {
		return t
	}
	t.shape = t.shape.lean()
	return t.withSchemas()
}

// leanShape is the shape of the lean form of a tool whose arguments are the
// fields of a struct with these tags.
func leanShape(spec Spec, whole *shape, shown map[string]shownTag) *shape {
	s := *whole
	s.lean, s.whole = nil, whole
	if spec.Omits != nil && whole.out() != nil {
		s.omits = omissions(spec.Omits)
		full := schema.With(whole.in(), schema.Property{Name: verbose, Schema: json.RawMessage(`{"type":"boolean"}`)})
		s.compiled = sync.OnceValue(func() *schema.Schema { return mustCompile(spec.Name, full) })
	}
	in := shownArgs(whole.in(), shown, s.omits != nil)
	s.in = func() json.RawMessage { return in }
	if out := whole.out(); out != nil {
		short := shownResult(whole.result(), s.omits)
		s.out = func() json.RawMessage { return short }
	}
	return &s
}

// WholeResult is the schema of every member that a result of the lean tool may
// have. None is required: the lean form leaves out some. Nil for documents.
func (t Tool) WholeResult() json.RawMessage {
	whole := t.shape
	if whole.whole != nil {
		whole = whole.whole
	}
	raw := whole.out()
	if raw == nil {
		return nil
	}
	if t.shape.result().Field("notes") != nil {
		return schema.Lenient(raw)
	}
	return schema.With(schema.Lenient(raw), schema.Property{
		Name: "notes", Schema: json.RawMessage(`{"type":"array","items":{"type":"string"},"description":"how arguments were read"}`),
	})
}

// verbose is the argument that asks for the whole result.
const verbose = "verbose"

// Brief is a result in its lean form. It reports what the whole one does.
type Brief struct {
	JSON  json.RawMessage // what is shown
	Whole json.RawMessage // everything
	value any
}

// MarshalJSON writes what is shown.
func (b Brief) MarshalJSON() ([]byte, error) { return b.JSON, nil }

// Failure implements Failed.
func (b Brief) Failure() *ratchet.Error {
	if f, ok := b.value.(Failed); ok {
		return f.Failure()
	}
	return nil
}

// Running implements Running.
func (b Brief) Running() string {
	if r, ok := b.value.(Running); ok {
		return r.Running()
	}
	return ""
}

// Links implements Linked.
func (b Brief) Links() []Link {
	if l, ok := b.value.(Linked); ok {
		return l.Links()
	}
	return nil
}

// Brief makes the lean form of a result, unless the arguments ask for the
// whole. Rows of which the arguments name the fields are as they were asked for.
func (t Tool) Brief(ctx context.Context, args json.RawMessage, out any) (any, error) {
	omits := t.shape.omits
	if omits == nil {
		return out, nil
	}
	given := make(schema.Members, 0, usual).Read(args)
	given.Unescape()
	if given.Says(verbose) || given.Says("detailed") || CallerFrom(ctx).Verbose {
		return out, nil
	}
	whole, err := Encode(out)
	if err != nil {
		return nil, fmt.Errorf("write the result of %s: %w", t.Name, err)
	}
	f := frame{args: given, asked: lists(given.Value("fields"))}
	b := Brief{JSON: whole, Whole: whole, value: out}
	if rows := t.Result().Rows(); rows != nil && (t.Filters != nil || rows.Index == 0) {
		f.rows = rows.Name
	}
	if f.rows != "" || !f.asked {
		b.JSON = omits.brief(whole, t.Result(), f)
	}
	return b, nil
}

// lists says whether JSON is a list with an item.
func lists(raw []byte) (some bool) {
	schema.EachItem(raw, func([]byte) bool {
		some = true
		return false
	})
	return some
}

// Encode writes a result as JSON without escapes for HTML: models read it.
func Encode(v any) (json.RawMessage, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}
