package dap

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/google/go-dap"
)

// reference is something that can be opened in the editor: a scope of a frame
// or a value in it. Its number is its place plus one, valid until the run moves.
type reference struct {
	frame int
	scope string // empty = a value
	path  string
}

func (c *conversation) refer(r reference) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refs = append(c.refs, r)
	return len(c.refs)
}

func (c *conversation) referred(n int) (reference, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n < 1 || n > len(c.refs) {
		return reference{}, fmt.Errorf("the run has moved on: that value is not there any more")
	}
	return c.refs[n-1], nil
}

// look does the requests that look at a stopped run.
func (c *conversation) look(r dap.RequestMessage) error {
	switch r := r.(type) {
	case *dap.StackTraceRequest:
		c.stackTrace(r)
	case *dap.ScopesRequest:
		return c.scopes(r)
	case *dap.VariablesRequest:
		return c.variables(r)
	case *dap.EvaluateRequest:
		return c.evaluate(r)
	case *dap.SetVariableRequest:
		return c.setVariable(r)
	case *dap.ExceptionInfoRequest:
		return c.exceptionInfo(r)
	case *dap.SourceRequest:
		return c.source(r)
	default:
		return fmt.Errorf("this adapter does not do %s", r.GetRequest().Command)
	}
	return nil
}

func (c *conversation) stackTrace(r *dap.StackTraceRequest) {
	c.mu.Lock()
	frames := c.state.Frames
	c.mu.Unlock()
	out := make([]dap.StackFrame, 0, len(frames))
	for i, f := range frames {
		shown := dap.StackFrame{Id: i + 1, Name: f.Function, Line: f.Line, Column: f.Column, Source: c.file(f.Source)}
		if f.Async {
			shown.Name = "await in " + f.Function
		}
		out = append(out, shown)
	}
	total := len(out)
	if from := r.Arguments.StartFrame; from > 0 {
		out = out[min(from, len(out)):]
	}
	if n := r.Arguments.Levels; n > 0 {
		out = out[:min(n, len(out))]
	}
	c.send(&dap.StackTraceResponse{Response: answer(r), Body: dap.StackTraceResponseBody{StackFrames: out, TotalFrames: total}})
}

// file is a file of the task as the editor finds it: by its path, or by asking
// for its text.
func (c *conversation) file(name string) *dap.Source {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.root != "" {
		return &dap.Source{Name: name, Path: filepath.Join(c.root, name)}
	}
	at := slices.Index(c.files, name)
	if at < 0 {
		at = len(c.files)
		c.files = append(c.files, name)
	}
	return &dap.Source{Name: name, SourceReference: at + 1}
}

func (c *conversation) source(r *dap.SourceRequest) error {
	c.mu.Lock()
	n, execution, read := r.Arguments.SourceReference, c.state.ExecutionID, c.target.Source
	name := ""
	if n >= 1 && n <= len(c.files) {
		name = c.files[n-1]
	}
	c.mu.Unlock()
	if name == "" || read == nil {
		return fmt.Errorf("there is no source %d", n)
	}
	text, err := read(c.ctx, execution, name)
	if err != nil {
		return err
	}
	kind := "text/javascript"
	if strings.HasSuffix(name, ".ts") {
		kind = "text/typescript"
	}
	c.send(&dap.SourceResponse{Response: answer(r), Body: dap.SourceResponseBody{Content: text, MimeType: kind}})
	return nil
}

func (c *conversation) scopes(r *dap.ScopesRequest) error {
	frame := r.Arguments.FrameId - 1
	out, err := c.act("inspect", map[string]any{"frame": frame})
	if err != nil {
		return err
	}
	scopes := []dap.Scope{}
	for _, kind := range []string{"block", "local", "this", "closure", "module"} {
		if len(out.Variables[kind]) > 0 {
			scopes = append(scopes, dap.Scope{
				Name: strings.ToUpper(kind[:1]) + kind[1:], PresentationHint: map[string]string{"local": "locals"}[kind],
				VariablesReference: c.refer(reference{frame: frame, scope: kind}),
			})
		}
	}
	c.send(&dap.ScopesResponse{Response: answer(r), Body: dap.ScopesResponseBody{Scopes: scopes}})
	return nil
}

func (c *conversation) variables(r *dap.VariablesRequest) error {
	ref, err := c.referred(r.Arguments.VariablesReference)
	if err != nil {
		return err
	}
	args := map[string]any{"frame": ref.frame, "max_items": 1000}
	if ref.scope == "" {
		args["path"] = ref.path
	}
	out, err := c.act("inspect", args)
	if err != nil {
		return err
	}
	list := []dap.Variable{}
	if ref.scope != "" {
		for name, preview := range out.Variables[ref.scope] {
			list = append(list, c.variable(ref.frame, name, name, "", preview))
		}
		slices.SortFunc(list, func(a, b dap.Variable) int { return strings.Compare(a.Name, b.Name) })
	} else if out.Value != nil {
		for _, m := range out.Value.Members {
			list = append(list, c.variable(ref.frame, m.Name, ref.path+member(m.Name), m.Type, m.Preview))
		}
	}
	c.send(&dap.VariablesResponse{Response: answer(r), Body: dap.VariablesResponseBody{Variables: list}})
	return nil
}

// variable shows a value; one with members can be opened.
func (c *conversation) variable(frame int, name, path, kind, preview string) dap.Variable {
	v := dap.Variable{Name: name, Value: preview, Type: kind, EvaluateName: path}
	if opens(preview) {
		v.VariablesReference = c.refer(reference{frame: frame, path: path})
	}
	return v
}

func opens(preview string) bool {
	return strings.HasSuffix(preview, "}") && preview != "{}" || strings.HasSuffix(preview, "]") && !strings.HasPrefix(preview, "[Function") &&
		preview != "[]" && preview != "[Getter]" && preview != "[Proxy]" && preview != "[Circular]"
}

// member is a key as a path writes it after its holder.
func member(name string) string {
	if _, err := strconv.Atoi(name); err == nil {
		return "[" + name + "]"
	}
	if strings.ContainsAny(name, `.[]"' `) {
		return "[" + strconv.Quote(strings.Trim(name, `"`)) + "]"
	}
	return "." + name
}

// isPath says whether an expression names a value that can be opened later,
// and is no call or computation.
func isPath(expression string) bool {
	return !strings.ContainsFunc(expression, func(r rune) bool {
		return r != '_' && r != '$' && r != '.' && r != '[' && r != ']' && r != '"' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

func (c *conversation) evaluate(r *dap.EvaluateRequest) error {
	frame := max(0, r.Arguments.FrameId-1)
	out, err := c.act("evaluate", map[string]any{"expression": r.Arguments.Expression, "frame": frame})
	if err != nil {
		return err
	}
	body := dap.EvaluateResponseBody{}
	if out.Value != nil {
		body.Result, body.Type = out.Value.Preview, out.Value.Type
		if opens(body.Result) && isPath(r.Arguments.Expression) {
			body.VariablesReference = c.refer(reference{frame: frame, path: r.Arguments.Expression})
		}
	}
	c.send(&dap.EvaluateResponse{Response: answer(r), Body: body})
	return nil
}

func (c *conversation) setVariable(r *dap.SetVariableRequest) error {
	ref, err := c.referred(r.Arguments.VariablesReference)
	if err != nil {
		return err
	}
	path := r.Arguments.Name
	if ref.scope == "" {
		path = ref.path + member(path)
	}
	out, err := c.act("set_variable", map[string]any{"path": path, "expression": r.Arguments.Value, "frame": ref.frame})
	if err != nil {
		return err
	}
	body := dap.SetVariableResponseBody{}
	if out.Value != nil {
		body.Value, body.Type = out.Value.Preview, out.Value.Type
	}
	c.send(&dap.SetVariableResponse{Response: answer(r), Body: body})
	return nil
}

func (c *conversation) exceptionInfo(r *dap.ExceptionInfoRequest) error {
	c.mu.Lock()
	e := c.state.Exception
	c.mu.Unlock()
	if e == nil {
		return fmt.Errorf("the run did not stop at a thrown value")
	}
	mode := dap.ExceptionBreakMode("always")
	if e.Uncaught {
		mode = "unhandled"
	}
	c.send(&dap.ExceptionInfoResponse{Response: answer(r), Body: dap.ExceptionInfoResponseBody{
		ExceptionId: e.Name, Description: e.Message, BreakMode: mode,
		Details: &dap.ExceptionDetails{Message: e.Message, TypeName: e.Name, StackTrace: e.Stack},
	}})
	return nil
}
