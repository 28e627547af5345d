package runtime

import (
	"slices"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// tool is a function of ours that a rewritten program calls. Its name is a
// constant of the program, taken from the global function toolsOf once.
type tool string

const (
	toolsOf         = "$ratchetTools"
	toolPower  tool = "$ratchetPower"
	toolDate   tool = "$ratchetDate"
	toolRegExp tool = "$ratchetRegExp"
	toolDepth  tool = "$ratchetDepth"
	toolNew    tool = "$ratchetNew"
	toolAppend tool = "$ratchetAppend"
	toolTarget tool = "$ratchetTarget"
)

// tools puts before the program: const [power, …] = tools().
func (src *parsed) tools(used map[tool]bool) []tool {
	if len(used) == 0 {
		return nil
	}
	var list []tool
	var names []ast.Expression
	at := file.Idx(src.tree.File.Base())
	for _, t := range []tool{toolPower, toolDate, toolRegExp, toolDepth, toolNew, toolAppend, toolTarget} {
		if used[t] {
			list, names = append(list, t), append(names, name(string(t), at))
		}
	}
	i := 0
	for i < len(src.tree.Body) && isDirective(src.tree.Body[i]) {
		i++
	}
	src.tree.Body = slices.Insert(src.tree.Body, i,
		constant(&ast.ArrayPattern{LeftBracket: at, RightBracket: at, Elements: names}, callHook(toolsOf, at), at))
	return list
}

// giveTools makes the global that the program takes its tools from.
func (v *vm) giveTools() error {
	if len(v.prog.tools) == 0 {
		return nil
	}
	list := make([]any, len(v.prog.tools))
	for i, t := range v.prog.tools {
		switch t {
		case toolPower:
			list[i] = v.power
		case toolRegExp:
			list[i] = v.regExpLiteral
		case toolDate:
			list[i] = v.dateArgument
		case toolDepth:
			list[i] = v.checkDepth
		case toolAppend:
			list[i] = v.appendText
		case toolTarget:
			list[i] = v.newTarget
		case toolNew:
			list[i] = v.construct
		}
	}
	return v.define(toolsOf, func(goja.FunctionCall) goja.Value {
		if err := v.rt.GlobalObject().Delete(toolsOf); err != nil {
			panic(err)
		}
		return v.rt.NewArray(list...)
	})
}
