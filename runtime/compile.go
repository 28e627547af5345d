package runtime

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/go-sourcemap/sourcemap"

	"ratchet"
)

// program is a compiled source. It is shared by runs and never changed.
type program struct {
	code     *goja.Program
	modules  moduleSet         // to install before it runs, see moduleTable.wanted
	common   bool              // it names module or exports
	files    map[string]string // the author's text by file name, for snippets
	shift    int               // columns of the first line that are ours, not the author's
	points   *points           // of an instrumented program
	debug    *debugCode        // of a program to debug
	patterns []*ownPattern     // regular expressions that package regex matches
	regexps  bool              // regular expressions may differ from what the author wrote
	hidden   bool              // a function may take more arguments than its length says
	tools    []tool            // what it takes from toolsOf
	places   func() *placed    // of its nodes, for errors
	streams  bool              // it uses streams, and so bodies of responses are some
	getters  bool              // reading a property of what it makes may run its code
	awaits   bool              // its module.exports is a promise of the exports
	exports  []string          // their names
}

// instrumentation says what is added to a program to watch it.
type instrumentation string

const (
	plain        instrumentation = ""
	withCoverage instrumentation = "+coverage"
	withSpans    instrumentation = "+spans"
	withDebug    instrumentation = "+debug"
)

func instrumentationOf(job *Job) instrumentation {
	switch {
	case job.Debug != nil:
		return withDebug
	case job.Profile:
		return withSpans
	case job.Coverage:
		return withCoverage
	default:
		return plain
	}
}

// parsed is a source on its way to a program.
type parsed struct {
	tree   *ast.Program
	text   string // what was parsed: the author's or esbuild's
	shift  int
	built  bool // by esbuild
	marked bool // a regular expression was changed
	strict bool // it is strict code: a module or TypeScript
	awaits bool // its module.exports is a promise, because it awaits at the top level

	own      map[*ast.RegExpLiteral]int // literals that package regex matches, by their number
	patterns []*ownPattern

	plainFields bool     // esbuild is to write fields of classes as assignments
	keepNames   bool     // esbuild is to keep names of functions that it renames
	exports     []string // of a source that awaits
	name        string
	files       map[string]string
	consumer    *sourcemap.Consumer // of what esbuild wrote
}

// compileError is a source that does not compile, at the author's position.
type compileError struct {
	code    string // SYNTAX_ERROR, UNRESOLVED_IMPORT, UNSUPPORTED_SYNTAX or EMPTY_SCRIPT
	message string
	hint    string
	file    string
	line    int // 0 = the whole file
	column  int
}

func (e *compileError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.file, e.line, e.column, e.message)
}

// sourceName is the file name shown in positions. Further files are relative
// to its folder, so the folder itself is left out.
func sourceName(s Source) string {
	if s.Name != "" {
		return path.Base(s.Name)
	}
	if s.Language == ratchet.TypeScript {
		return "main.ts"
	}
	return "main.js"
}

// compile makes the program of a job, or takes it from the cache.
func compile(s Source, in instrumentation) (*program, error) {
	key := s.Hash + string(in)
	if s.Hash != "" {
		if p, ok := programs.get(key); ok {
			return p, nil
		}
	}
	p, err := compileSource(s, in)
	if err == nil && s.Hash != "" {
		programs.put(key, p, len(s.Code))
	}
	return p, err
}

func compileSource(s Source, in instrumentation) (_ *program, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &compileError{code: "SYNTAX_ERROR", message: fmt.Sprint("the source cannot be compiled: ", r), file: sourceName(s)}
		}
	}()
	src, err := parseSource(s)
	if err != nil {
		return nil, err
	}
	return src.compile(in)
}

// parseSource finds the way to read a source: as a plain script where
// possible, else through esbuild.
func parseSource(s Source) (*parsed, error) {
	name := sourceName(s)
	files := map[string]string{name: s.Code}
	for f, text := range s.Files {
		files[path.Clean(f)] = text
	}
	if strings.TrimSpace(s.Code) == "" {
		return nil, &compileError{code: "EMPTY_SCRIPT", message: "the source is empty", hint: entryHint, file: name}
	}
	src := &parsed{text: s.Code, name: name, files: files}
	if s.Language != ratchet.TypeScript && (len(s.Files) == 0 || !importing.MatchString(s.Code)) && !requiresNode(s.Code) {
		tree, err := parseTree(name, s.Code)
		switch {
		case err == nil && (hasAsyncGenerator(tree) || superInField(tree)): // which only the engine's compiler refuses
			return src, src.build(s)
		case err == nil:
			src.tree = tree
			return src, nil
		}
		if bareFunction.MatchString(s.Code) {
			text := "(" + s.Code + "\n)"
			if tree, err := parseTree(name, text); err == nil {
				src.tree, src.text, src.shift = tree, text, 1
				return src, nil
			}
		}
	}
	return src, explainSource(src.build(s), s)
}

var (
	importing    = regexp.MustCompile(`\b(import|export|require)\b`)
	bareFunction = regexp.MustCompile(`^(?:\s|//[^\n]*\n|/\*(?s:.*?)\*/)*(?:async\s+)?function\s*\*?\s*\(`)
)

// superInField says whether the value of a field of a class uses super, which
// the engine's compiler refuses. esbuild can write such fields as assignments.
func superInField(tree *ast.Program) bool {
	found := false
	look := func(n ast.Node) bool {
		switch n.(type) {
		case *ast.SuperExpression:
			found = true
		case *ast.FunctionLiteral, *ast.ClassLiteral:
			return false
		}
		return !found
	}
	walk(tree.Body, func(n ast.Node) bool {
		if f, ok := n.(*ast.FieldDefinition); ok && f.Initializer != nil {
			walk(f.Initializer, look)
		}
		return !found
	})
	return found
}

func hasAsyncGenerator(tree *ast.Program) bool {
	found := false
	walk(tree.Body, func(n ast.Node) bool {
		if f, ok := n.(*ast.FunctionLiteral); ok && f.Async && f.Generator {
			found = true
		}
		return !found
	})
	return found
}

// compile turns the tree into code: character classes are expanded, and the
// statements counted when asked.
func (src *parsed) compile(in instrumentation) (*program, error) {
	if err := src.expandLiterals(); err != nil {
		return nil, err
	}
	p := &program{
		modules: theModules().wanted(withoutHelpers(src.text)),
		common:  mentionsModule.MatchString(src.text),
		files:   src.files,
		shift:   src.shift,
		regexps: src.marked || strings.Contains(src.text, "RegExp"),
		awaits:  src.awaits, exports: src.exports,
	}
	p.hidden = src.hiddenParameters()
	if p.patterns = src.patterns; len(p.patterns) > 0 {
		theModules().addNamed(&p.modules, "RegExp.prototype.constructor", "globalThis.RegExp")
		if strings.Contains(src.text, "roto") { // it may call the methods on others
			theModules().addNamed(&p.modules, "RegExp.prototype.exec", "RegExp.prototype.test")
		}
	}
	p.places = src.placesOf()
	p.streams = mentionsStream.MatchString(src.text)
	p.getters = mentionsGetter.MatchString(withoutHelpers(src.text))
	switch in {
	case plain:
	case withDebug:
		p.debug = src.debug()
	default:
		p.points = src.instrument(in == withSpans)
	}
	r, err := src.rewrite()
	if err != nil {
		return nil, err
	}
	p.tools = src.tools(r.uses)
	code, err := goja.CompileAST(src.tree, src.strict)
	if err != nil {
		return nil, src.compilerError(err)
	}
	p.code = code
	return p, nil
}

// mentionsStream finds what a task does with the body of a response as a stream.
var mentionsStream = regexp.MustCompile(`\b(?:getReader|pipeThrough|pipeTo|tee|getWriter|ReadableStream|TransformStream)\b|\bfor\s+await\b[^{\n]*\.body\b|__forAwait\([^)\n]*\.body\b`)

// mentionsGetter finds what can make a getter or a proxy. What it takes to look
// behind them costs more than most runs.
var mentionsGetter = regexp.MustCompile(`\bget\s+[\w$#"']|\bget\s*\[|define(?:Property|Properties|Getter)|\b(?:Reflect|Proxy|eval|Function)\b`)

var mentionsModule = regexp.MustCompile(`\b(module|exports)\b`)

// compilerError places an error of goja's compiler.
func (src *parsed) compilerError(err error) error {
	e := &compileError{code: "SYNTAX_ERROR", message: err.Error(), file: src.name}
	var syntax *goja.CompilerSyntaxError
	var reference *goja.CompilerReferenceError
	var at *goja.CompilerError
	switch {
	case errors.As(err, &syntax):
		at = &syntax.CompilerError
	case errors.As(err, &reference):
		at = &reference.CompilerError
	}
	if at != nil {
		e.message = at.Message
		if at.File != nil {
			pos := at.File.Position(at.Offset)
			e.file, e.line, e.column = pos.Filename, pos.Line, pos.Column
			if pos.Line == 1 && !src.built {
				e.column -= src.shift
			}
		}
	}
	return e
}

// parserError places the first error of goja's parser.
func parserError(err error, name string) *compileError {
	e := &compileError{code: "SYNTAX_ERROR", message: err.Error(), file: name}
	var list parser.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		e.message = list[0].Message
		e.line, e.column = list[0].Position.Line, list[0].Position.Column
	}
	if strings.Contains(e.message, "Illegal return") {
		e.hint = entryHint
	}
	return e
}

const entryHint = "Write function main(input, context) { … return result } or export default (input, context) => …"

// hiddenParameters says whether some function may read arguments that its
// length does not count: rest parameters, defaults, or arguments itself.
func (src *parsed) hiddenParameters() bool {
	found := false
	walk(src.tree.Body, func(n ast.Node) bool {
		var p *ast.ParameterList
		switch n := n.(type) {
		case *ast.Identifier:
			found = found || n.Name == "arguments"
		case *ast.FunctionLiteral:
			p = n.ParameterList
		case *ast.ArrowFunctionLiteral:
			p = n.ParameterList
		}
		if p != nil && !found {
			found = p.Rest != nil
			for _, b := range p.List {
				found = found || b.Initializer != nil
			}
		}
		return !found
	})
	return found
}
