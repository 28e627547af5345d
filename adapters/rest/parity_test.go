package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"ratchet/registry"

	"ratchet"
	"ratchet/adapters/rest"
	"ratchet/casing"
	"ratchet/tools"
	"ratchet/tools/toolstest"
)

// callOf calls tools by POST /tools/{name} as a client does: in camelCase.
func callOf(l *live) toolstest.Call {
	registry := l.server.Registry().Whole()
	return func(_ context.Context, name string, args json.RawMessage) (json.RawMessage, error) {
		tool, ok := registry.Lookup(name)
		if !ok {
			return nil, registry.Unknown(name)
		}
		body := string(args)
		if json.Valid(args) && len(args) > 0 && args[0] == '{' {
			body = string(rest.CamelArgs(tool, args))
		}
		a := l.send(http.MethodPost, "/tools/"+name, body)
		if a.Status >= 400 || a.Error.Code != "" {
			return nil, errorOf(a)
		}
		return rest.SnakeResult(tool, a.Data), nil
	}
}

// errorOf is the error of an answer as a tool gives it.
func errorOf(a answer) error {
	e := &ratchet.Error{Code: codeOf(a.Error.Code, a.Error.ErrorType), Message: a.Error.Message}
	if len(a.Error.Suggestions) > 0 {
		e.Hint = a.Error.Suggestions[0]
	}
	if len(a.Error.Details) > 0 {
		d := a.Error.Details[0]
		if d.Field != "" {
			e.At(snakePointer(d.Field))
		}
		if d.Allowed != nil {
			e.With(ratchet.FieldAllowed, d.Allowed)
		}
		if d.Nearest != "" {
			e.With(ratchet.FieldNearest, casing.Snake(d.Nearest))
		}
		if d.Example != nil {
			e.With(ratchet.FieldExample, d.Example)
		}
	}
	if a.Error.NextTool != nil {
		next := ratchet.NextTool{Name: fmt.Sprint(a.Error.NextTool["name"])}
		next.Arguments, _ = a.Error.NextTool["arguments"].(map[string]any)
		e.With(ratchet.FieldNextTool, next)
	}
	for key, v := range a.Error.Facts {
		e.With(casing.Snake(key), v)
	}
	return e
}

func codeOf(wire, kind string) ratchet.Code {
	for _, c := range ratchet.Codes() {
		if c.Wire() == wire && c.ErrorType() == kind {
			return c
		}
	}
	return ratchet.CodeInternal
}

func snakePointer(pointer string) string {
	out := []byte{}
	for _, c := range []byte(pointer) {
		if c >= 'A' && c <= 'Z' && len(out) > 1 && out[len(out)-1] != '/' {
			out = append(out, '_')
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out = append(out, c)
	}
	return string(out)
}

// TestAnswersAlike plays the examples of every tool here and directly.
func TestAnswersAlike(t *testing.T) {
	registry, err := registry.New(tools.All()...)
	if err != nil {
		t.Fatal(err)
	}
	direct := func(t testing.TB) toolstest.Call {
		s := serve(t).server
		return toolstest.Direct(s.Registry().Whole(), s.Deps())
	}
	toolstest.Alike(t, registry, direct, func(t testing.TB) toolstest.Call { return callOf(serve(t)) })
}
