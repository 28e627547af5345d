package e2e_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ratchet"
)

// permitted are folders whose goroutines need no recover, and why.
var permitted = map[string]string{
	"bench":    "a program that measures: a panic is its answer, and nothing else runs in it",
	"testdata": "not part of the program",
}

// TestEveryGoroutineRecovers finds `go` statements, and calls of Go methods,
// whose function does not recover: a panic there would end the process. A
// function recovers by a defer of ratchet.Recover, or of a literal that calls
// recover, or by ratchet.Keep or Guard. One that only waits and closes needs
// none. What time.AfterFunc and context.AfterFunc call is a goroutine too; there,
// one that only ends something needs none.
func TestEveryGoroutineRecovers(t *testing.T) {
	count := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if permitted[path] != "" || strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || d.Name() == "node_modules" {
			return fs.SkipDir
		}
		n, bare, err := bareGoroutines(path)
		count += n
		for _, where := range bare {
			t.Errorf("%s: the goroutine has no recover: defer ratchet.Recover in it, or give AfterFunc a ratchet.Guard", where)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 40 {
		t.Errorf("only %d goroutines were found: the test looks in the wrong place", count)
	}
}

// bareGoroutines finds the goroutines that a package starts and those of them
// that do not recover.
func bareGoroutines(dir string) (count int, bare []string, err error) {
	files := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return 0, nil, err
	}
	var parsed []*ast.File
	functions := map[string][]*ast.BlockStmt{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return 0, nil, err
		}
		parsed = append(parsed, file)
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				functions[f.Name.Name] = append(functions[f.Name.Name], f.Body)
			}
		}
	}
	for _, file := range parsed {
		ast.Inspect(file, func(n ast.Node) bool {
			var started ast.Expr
			switch n := n.(type) {
			case *ast.GoStmt:
				started = n.Call.Fun
			case *ast.CallExpr:
				s, ok := n.Fun.(*ast.SelectorExpr)
				switch {
				case ok && s.Sel.Name == "Go" && len(n.Args) == 1:
					started = n.Args[0]
				case ok && s.Sel.Name == "AfterFunc" && len(n.Args) == 2 && !endsOnly(n.Args[1], functions, 0):
					started = n.Args[1]
				default:
					return true
				}
			default:
				return true
			}
			count++
			if !recovers(started, functions) {
				bare = append(bare, files.Position(n.Pos()).String())
			}
			return true
		})
	}
	return count, bare, nil
}

// recovers says whether each function that an expression may mean recovers.
func recovers(started ast.Expr, functions map[string][]*ast.BlockStmt) bool {
	var bodies []*ast.BlockStmt
	switch f := started.(type) {
	case *ast.CallExpr:
		return isOurs(f.Fun, "Guard")
	case *ast.FuncLit:
		if call := onlyCall(f.Body); call != nil && recovers(call.Fun, functions) {
			return true
		}
		bodies = []*ast.BlockStmt{f.Body}
	case *ast.Ident:
		bodies = functions[f.Name]
	case *ast.SelectorExpr:
		if bodies = functions[f.Sel.Name]; isOurs(f, "Keep") {
			return true
		}
	}
	for _, body := range bodies {
		if !bodyRecovers(body) && !waitsOnly(body) {
			return false
		}
	}
	return len(bodies) > 0
}

// endings are calls that end something of a library. "cancel" and "end" are
// functions of contexts, where a package has no function of that name.
var endings = map[string]bool{"cancel": true, "end": true, "Close": true, "CloseNow": true, "Interrupt": true, "Kill": true}

// endsOnly says whether a function is nothing but one of the endings.
func endsOnly(f ast.Expr, functions map[string][]*ast.BlockStmt, depth int) bool {
	name := ""
	switch f := f.(type) {
	case *ast.FuncLit:
		call := onlyCall(f.Body)
		return call != nil && plain(call.Args) && endsOnly(call.Fun, functions, depth)
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	bodies := functions[name]
	if ast.IsExported(name) || len(bodies) == 0 {
		return endings[name]
	}
	for _, body := range bodies {
		call := onlyCall(body)
		if depth > 3 || call == nil || !plain(call.Args) || !endsOnly(call.Fun, functions, depth+1) {
			return false
		}
	}
	return true
}

// plain says whether arguments are names and fields, and no calls.
func plain(args []ast.Expr) bool {
	for _, arg := range args {
		switch arg.(type) {
		case *ast.Ident, *ast.SelectorExpr, *ast.BasicLit:
		default:
			return false
		}
	}
	return true
}

// onlyCall is the call that a body is, if it is nothing else.
func onlyCall(body *ast.BlockStmt) *ast.CallExpr {
	if len(body.List) != 1 {
		return nil
	}
	var x ast.Expr
	switch s := body.List[0].(type) {
	case *ast.ExprStmt:
		x = s.X
	case *ast.AssignStmt: // _ = conn.Close()
		x = s.Rhs[0]
	}
	call, _ := x.(*ast.CallExpr)
	return call
}

func bodyRecovers(body *ast.BlockStmt) bool {
	for _, statement := range body.List {
		switch s := statement.(type) {
		case *ast.DeferStmt:
			if isOurs(s.Call.Fun, "Recover") || callsRecover(s.Call.Fun) {
				return true
			}
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); ok && isOurs(call.Fun, "Keep") {
				return true
			}
		}
	}
	return false
}

func isOurs(f ast.Expr, name string) bool {
	s, ok := f.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "ratchet"
}

// callsRecover looks for recover() in a function literal itself: in a function
// that it calls it would do nothing.
func callsRecover(f ast.Expr) (found bool) {
	literal, ok := f.(*ast.FuncLit)
	if !ok {
		return false
	}
	ast.Inspect(literal.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "recover" {
				found = true
			}
		}
		_, inner := n.(*ast.FuncLit)
		return !inner
	})
	return found
}

// waitsOnly says whether a body is nothing but calls of Wait and close.
func waitsOnly(body *ast.BlockStmt) bool {
	for _, statement := range body.List {
		s, ok := statement.(*ast.ExprStmt)
		if !ok {
			return false
		}
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		switch f := call.Fun.(type) {
		case *ast.Ident:
			ok = f.Name == "close"
		case *ast.SelectorExpr:
			ok = f.Sel.Name == "Wait"
		default:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return true
}

// TestGuard: a panic in what a timer calls is told and ends nothing else.
func TestGuard(t *testing.T) {
	told := make(chan error, 1)
	time.AfterFunc(0, ratchet.Guard("do a thing", func(err error) { told <- err }, func() { panic("planted") }))
	if err := <-told; ratchet.CodeOf(err) != ratchet.CodeInternal || !strings.Contains(ratchet.AsError(err).Err.Error(), "do a thing: planted") {
		t.Errorf("%v", err)
	}
}

func TestKeep(t *testing.T) {
	turns, failures := 0, 0
	ratchet.Keep("count", func(err error) {
		failures++
		if ratchet.CodeOf(err) != ratchet.CodeInternal || !strings.Contains(ratchet.AsError(err).Err.Error(), "recover_test.go") {
			t.Errorf("the error of a panic: %v", err)
		}
	}, func() {
		if turns++; turns < 3 {
			panic("planted")
		}
	})
	if turns != 3 || failures != 2 {
		t.Errorf("%d turns, %d failures", turns, failures)
	}
}
