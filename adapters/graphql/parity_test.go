package graphql_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ratchet/registry"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"ratchet"
	"ratchet/adapters/graphql"
	"ratchet/casing"
	"ratchet/tools/toolstest"
)

// surface calls tools by GraphQL: it asks for every field of a result and
// gives it back as the tool's own JSON.
type surface struct {
	live   *live
	schema *ast.Schema
	tools  *registry.Registry
	keys   map[string]string // names of the tools' keys in camelCase -> as they are
}

// newSurface knows the schema of all tools; on says which server it calls.
func newSurface(t testing.TB) *surface {
	t.Helper()
	h, err := graphql.New(graphql.Config{Registry: all(t), Deps: &registry.Deps{}})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: h.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	out := &surface{schema: s, tools: all(t), keys: map[string]string{}}
	for _, tool := range out.tools.List() {
		for _, m := range regexp.MustCompile(`"(\w+)":`).FindAllSubmatch(slices.Concat(tool.In, tool.Out), -1) {
			out.keys[casing.Camel(string(m[1]))] = string(m[1])
		}
	}
	return out
}

// on calls the tools of one server: a schema takes longer to make than most cases to run.
func (s *surface) on(l *live) toolstest.Call {
	one := *s
	one.live = l
	return one.call
}

// call implements toolstest.Call.
func (s *surface) call(ctx context.Context, name string, args json.RawMessage) (json.RawMessage, error) {
	tool, _ := s.tools.Lookup(name)
	field := casing.Camel(strings.TrimPrefix(name, "ratchet_"))
	kind, def := "query", s.schema.Query.Fields.ForName(field)
	if def == nil {
		kind, def = "mutation", s.schema.Mutation.Fields.ForName(field)
	}
	if mended, _, refused := tool.Input().Coerce(args); refused == nil {
		args = mended // GraphQL takes 5 for a number, not "5"
	}
	var given map[string]any
	if err := json.Unmarshal(args, &given); err != nil {
		return nil, err
	}
	if _, picks := given["fields"]; picks { // selections take their place
		return toolstest.Direct(s.tools, s.live.server.Deps())(ctx, name, args)
	}
	vars := map[string]any{}
	var declared, passed []string
	for key, v := range given {
		arg := casing.Camel(key)
		t := "JSON"
		if d := def.Arguments.ForName(arg); d != nil {
			t = d.Type.String()
			v = s.input(d.Type, v)
		}
		vars[arg] = v
		declared, passed = append(declared, "$"+arg+": "+t), append(passed, arg+": $"+arg)
	}
	head, tail := kind, field
	if len(declared) > 0 {
		head, tail = kind+"("+strings.Join(declared, ", ")+")", field+"("+strings.Join(passed, ", ")+")"
	}
	a := s.live.ask(fmt.Sprintf("%s { %s%s }", head, tail, s.selection(def.Type)), vars)
	if len(a.Errors) > 0 {
		return nil, s.errorOf(a.Errors[0])
	}
	var data map[string]any
	a.decode(s.live.t, &data)
	out := s.output(def.Type, data[field])
	if tool.Out != nil {
		out = trim(tool.Out, out)
	}
	return json.Marshal(out)
}

// input spells the keys of an argument as GraphQL does.
func (s *surface) input(t *ast.Type, v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = v[i]
			if t.Elem != nil {
				out[i] = s.input(t.Elem, v[i])
			}
		}
		return out
	case map[string]any:
		def := s.schema.Types[t.Name()]
		if def.Kind != ast.InputObject {
			return v
		}
		out := map[string]any{}
		for key, value := range v {
			name := casing.Camel(key)
			if f := def.Fields.ForName(name); f != nil {
				value = s.input(f.Type, value)
			}
			out[name] = value
		}
		return out
	}
	return v
}

// selection asks for all fields of a type.
func (s *surface) selection(t *ast.Type) string {
	def := s.schema.Types[t.Name()]
	if def.Kind != ast.Object {
		return ""
	}
	var b strings.Builder
	b.WriteString(" {")
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Description, "Another name of ") {
			continue
		}
		b.WriteString(" " + f.Name + s.selection(f.Type))
	}
	return b.String() + " }"
}

// output spells the keys of a result as the tool does.
func (s *surface) output(t *ast.Type, v any) any {
	switch v := v.(type) {
	case []any:
		if t.Elem == nil {
			return v
		}
		for i := range v {
			v[i] = s.output(t.Elem, v[i])
		}
	case map[string]any:
		def := s.schema.Types[t.Name()]
		if def.Kind != ast.Object {
			return v
		}
		out := map[string]any{}
		for name, value := range v {
			out[s.keys[name]] = s.output(def.Fields.ForName(name).Type, value)
		}
		return out
	}
	return v
}

// trim removes the nulls that stand for what a result left out.
func trim(raw json.RawMessage, v any) any {
	var schema struct {
		Properties map[string]json.RawMessage
		Required   []string
		Items      json.RawMessage
		OneOf      []json.RawMessage
	}
	if json.Unmarshal(raw, &schema) != nil {
		return v
	}
	if len(schema.OneOf) > 0 {
		return trim(schema.OneOf[0], v)
	}
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = trim(schema.Items, v[i])
		}
	case map[string]any:
		for key, value := range v {
			if value == nil && !slices.Contains(schema.Required, key) {
				delete(v, key)
				continue
			}
			v[key] = trim(schema.Properties[key], value)
		}
	}
	return v
}

// errorOf is the tool's error behind that of an answer.
func (s *surface) errorOf(f fault) error {
	e := &ratchet.Error{Code: ratchet.CodeInternal, Message: s.unspoken(f.Message), Fields: map[string]any{}}
	for _, code := range ratchet.Codes() {
		if code.Wire() == f.Extensions.Code && code.ErrorType() == f.Extensions.ErrorType {
			e.Code = code
			break
		}
	}
	if n := len(f.Extensions.Suggestions); n > 0 {
		e.Hint = s.unspoken(f.Extensions.Suggestions[n-1])
	}
	for _, d := range f.Extensions.Details {
		for key, v := range d {
			switch key {
			case "code", "message":
			case "field":
				e.Fields[key] = casing.Snake(fmt.Sprint(v))
			case "nextField":
				next, _ := v.(map[string]any)
				args, _ := next["arguments"].(map[string]any)
				_ = e.Next("ratchet_"+casing.Snake(fmt.Sprint(next["name"])), args)
			default:
				e.Fields[casing.Snake(key)] = v
			}
		}
	}
	return e
}

// unspoken replaces names of fields in a text by those of tools.
func (s *surface) unspoken(text string) string {
	for _, t := range s.tools.List() {
		text = strings.ReplaceAll(text, casing.Camel(strings.TrimPrefix(t.Name, "ratchet_")), t.Name)
	}
	return text
}

// TestAnswersAlike plays examples of every tool here and directly.
func TestAnswersAlike(t *testing.T) {
	direct := func(t testing.TB) toolstest.Call {
		s := serve(t).server
		return toolstest.Direct(s.Registry().Whole(), s.Deps())
	}
	s := newSurface(t)
	toolstest.Alike(t, all(t), direct, func(t testing.TB) toolstest.Call { return s.on(serve(t)) })
}

// TestCases runs cases of every tool by GraphQL, all of them when it is to be
// thorough. Those of the toolset admin tell of the server they are called in,
// and have tests of their own.
func TestCases(t *testing.T) {
	if underRace {
		t.Skip("TestAnswersAlike takes the same ways through the code")
	}
	some, err := all(t).Select(registry.Selection{Toolsets: []string{"core", "control"}})
	if err != nil {
		t.Fatal(err)
	}
	s := newSurface(t)
	toolstest.Sample(t, some, filepath.Join("..", "..", "testdata", "tools"), func(t testing.TB) toolstest.Call { return s.on(serve(t)) })
}
