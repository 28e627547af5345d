package runtime

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/dop251/goja"

	"ratchet"
)

// frame is one line of a JavaScript stack.
type frame struct {
	function     string
	file         string
	line, column int
}

// stackLine is how the engine writes a frame: at name (file:line:column(pc)).
var stackLine = regexp.MustCompile(`^\s*at (?:(.*) \()?(.+):(\d+):(\d+)\(\d+\)\)?$`)

func parseStack(text string) []frame {
	var out []frame
	for line := range strings.Lines(text) {
		m := stackLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil {
			continue
		}
		f := frame{function: m[1], file: m[2]}
		f.line, _ = strconv.Atoi(m[3])
		f.column, _ = strconv.Atoi(m[4])
		out = append(out, f)
	}
	return out
}

func stackFrames(stack []goja.StackFrame) []frame {
	out := make([]frame, 0, len(stack))
	for i := range stack {
		if pos := stack[i].Position(); pos.Filename != "" {
			name := stack[i].FuncName()
			if name == "<anonymous>" {
				name = ""
			}
			out = append(out, frame{function: name, file: pos.Filename, line: pos.Line, column: pos.Column})
		}
	}
	return out
}

// authored keeps the frames in the author's files, with the author's columns.
func (p *program) authored(frames []frame) []frame {
	var out []frame
	for _, f := range frames {
		if _, ok := p.files[f.file]; !ok {
			continue
		}
		if f.line == 1 {
			f.column = max(1, f.column-p.shift)
		}
		out = append(out, f)
	}
	return out
}

// maxFrames bounds the stack shown to the author.
const maxFrames = 30

// place sets position, snippet and stack of e from frames.
func (v *vm) place(e *ratchet.ExecutionError, frames []frame) {
	frames = v.prog.authored(frames)
	if len(frames) == 0 {
		return
	}
	top := frames[0]
	e.Source, e.Line, e.Column = top.file, top.line, top.column
	e.Snippet = snippet(v.prog.files[top.file], top.line, top.column)
	var b strings.Builder
	for i, f := range frames {
		if i == maxFrames {
			b.WriteString("    …\n")
			break
		}
		b.WriteString("    at ")
		if f.function != "" {
			b.WriteString(f.function + " ")
		}
		b.WriteString("(" + f.file + ":" + strconv.Itoa(f.line) + ":" + strconv.Itoa(f.column) + ")\n")
	}
	e.Stack = strings.TrimRight(b.String(), "\n")
}

// scriptFailure describes what the task threw. frames are where; an error
// object knows better.
func (v *vm) scriptFailure(thrown goja.Value, frames []frame) *ratchet.ExecutionError {
	info := v.describe(thrown)
	if v.tooDeep.has(thrown) {
		return v.overflow(parseStack(info.raw))
	}
	e := &ratchet.ExecutionError{
		Code: ratchet.CodeScript, Type: info.Name, Message: cut(info.Message, v.limits.LogLineBytes),
		Retryable: info.retryable, Details: info.details,
	}
	if own := parseStack(info.raw); len(v.prog.authored(own)) > 0 {
		frames = own
	} else if frames != nil && v.debugger != nil {
		frames = v.debugger.thrownAt(thrown, frames)
	}
	v.place(e, frames)
	e.Hint = v.hintOf(e)
	return e
}

// errorInfo is an error as logs and outcomes show it.
type errorInfo struct {
	Name      string `json:"name"`
	Message   string `json:"message"`
	Stack     string `json:"stack,omitempty"`
	raw       string // the engine's stack
	retryable bool
	details   map[string]any
}

// describe reads an error, or any other thrown value, without letting its
// getters end the run.
func (v *vm) describe(value goja.Value) errorInfo {
	info := errorInfo{Name: "Error"}
	thrown := v.rt.Try(func() {
		o, ok := value.(*goja.Object)
		if !ok {
			info.Message = value.String()
			return
		}
		if o.ClassName() != "Error" {
			info.Message = v.inspect(value)
			return
		}
		info.Name = stringProperty(o, "name", "Error")
		info.Message = stringProperty(o, "message", "")
		info.raw = stringProperty(o, "stack", "")
		v.describeDetails(o, &info)
	})
	if thrown != nil && info.Message == "" {
		info.Message = "an error that cannot be read"
	}
	var e ratchet.ExecutionError
	v.place(&e, parseStack(info.raw))
	info.Stack = e.Stack
	return info
}

func (v *vm) describeDetails(o *goja.Object, info *errorInfo) {
	details := map[string]any{}
	if r := o.Get("retryable"); r != nil {
		info.retryable = r.ToBoolean()
	}
	if s := o.Get("status"); s != nil && goja.IsNumber(s) {
		details["status"] = s.ToInteger()
	}
	if c := o.Get("code"); c != nil && goja.IsString(c) {
		details["code"] = c.String()
	}
	if c, ok := o.Get("cause").(*goja.Object); ok && c != o && c.ClassName() == "Error" {
		details["cause"] = cut(stringProperty(c, "name", "Error")+": "+stringProperty(c, "message", ""), 1024)
	}
	if len(details) > 0 {
		info.details = details
	}
}

func stringProperty(o *goja.Object, name, fallback string) string {
	if p := o.Get(name); p != nil && !goja.IsUndefined(p) && !goja.IsNull(p) {
		return p.String()
	}
	return fallback
}

func (i errorInfo) json() json.RawMessage {
	text, err := json.Marshal(i)
	if err != nil {
		return nil
	}
	return text
}

// snippet shows the line with its neighbours and marks the column.
func snippet(text string, line, column int) string {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	var b strings.Builder
	width := len(strconv.Itoa(min(line+1, len(lines))))
	for n := max(1, line-1); n <= min(line+1, len(lines)); n++ {
		mark := "  "
		if n == line {
			mark = "> "
		}
		number := strconv.Itoa(n)
		content := cut(strings.TrimRight(lines[n-1], "\r"), 200)
		b.WriteString(mark + strings.Repeat(" ", width-len(number)) + number + " | " + content + "\n")
		if n == line && column > 0 && column <= 200 {
			b.WriteString("  " + strings.Repeat(" ", width) + " | " + indent(content, column-1) + "^\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// indent is as wide as the first n bytes of text, with its tabs.
func indent(text string, n int) string {
	var b strings.Builder
	for i, r := range text {
		if i >= n {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}
