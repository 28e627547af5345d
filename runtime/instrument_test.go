package runtime

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// programWriter writes a terminating program from bytes: every construct the
// instrumenter rewrites, nested as the bytes say.
type programWriter struct {
	data  []byte
	depth int
	names int
}

func (w *programWriter) next(n int) int {
	if len(w.data) == 0 {
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return int(b) % n
}

func (w *programWriter) name() string { w.names++; return fmt.Sprint("v", w.names) }

func (w *programWriter) statements() string {
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > 5 {
		return "log(1);"
	}
	var b strings.Builder
	for range 1 + w.next(3) {
		b.WriteString(w.statement() + "\n")
	}
	return b.String()
}

func (w *programWriter) statement() string {
	n, e := w.name(), w.expression()
	switch w.next(19) {
	case 16:
		return fmt.Sprintf("await new Promise((r) => setTimeout(r, %d));", w.next(3))
	case 17:
		return "try { log(fetch('http://h/" + n + "').status); } catch (e) { log(e.name); }"
	case 18:
		return "log(Date.now(), Math.random());"
	case 1:
		return fmt.Sprintf("if (%s) log('y'); else if (%s) { %s } else log('n');", e, w.expression(), w.statements())
	case 2:
		return fmt.Sprintf("for (let %[1]s = 0; %[1]s < 3; %[1]s++) { if (%[1]s == %[2]d) continue; %[3]s }", n, w.next(3), w.statements())
	case 3:
		return fmt.Sprintf("for (const %[1]s of [1, %[2]s]) log(%[1]s);", n, e)
	case 4:
		return fmt.Sprintf("switch (%s) { case 1: %s case 2: log(2); break; default: %s }", e, w.statements(), w.statements())
	case 5:
		return fmt.Sprintf("try { %s throw new Error(%s); } catch (%s) { log(%s.message); } finally { log('f'); }", w.statements(), e, n, n)
	case 6:
		return fmt.Sprintf("function %[1]s(a, b = %[2]s) { 'use strict'; %[3]s return [a, arguments.length, %[1]s.length]; } log(%[1]s(1), %[1]s.name);", n, e, w.statements())
	case 7:
		return fmt.Sprintf("const %[1]s = async (x) => { await x; %[2]s return x; }; log(await %[1]s(%[3]s));", n, w.statements(), e)
	case 8:
		return fmt.Sprintf("function* %[1]s() { const got = yield %[2]s; %[3]s yield* [got, 2]; } log([...%[1]s()]);", n, e, strings.ReplaceAll(w.statements(), "await ", ""))
	case 9:
		return fmt.Sprintf("class %[1]s { static s = %[2]s; #p = 1; get p() { %[3]s return this.#p; } static { log(this.s); } } log(new %[1]s().p);", n, e, strings.ReplaceAll(w.statements(), "await ", ""))
	case 10:
		return fmt.Sprintf("%[1]s: for (const a in {x: 1, y: 2}) { for (;;) { %[2]s if (a == 'x') continue %[1]s; break %[1]s; } }", n, w.statements())
	case 11:
		return fmt.Sprintf("let %[1]s = 0; do %[1]s++; while (%[1]s < %[2]d); log(%[1]s);", n, 1+w.next(4))
	case 12:
		return fmt.Sprintf("var %[1]s = [%[2]s, 2, 3].map((x, i) => x + i).filter(x => x); log(%[1]s);", n, e)
	case 13:
		return fmt.Sprintf("const {%[1]s = %[2]s, ...%[1]sr} = {z: 1}; log(%[1]s, %[1]sr);", n, e)
	case 14:
		return fmt.Sprintf("{ let %[1]s = %[2]s; log((() => ({%[1]s}))()); }", n, e)
	case 15:
		return "try { return log('early'); } finally { log('last'); }"
	default:
		return fmt.Sprintf("log(%s);", e)
	}
}

func (w *programWriter) expression() string {
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > 6 {
		return "1"
	}
	switch w.next(10) {
	case 7:
		return "new Error('s').stack.split('\\n')[1].replace(/\\(\\d+\\)/, '')" // with the engine's offset and the frames that wait, it differs
	case 8:
		return "(Date.now() > 0, Math.random(), crypto.randomUUID())"
	case 1:
		return "(" + w.expression() + ", " + w.expression() + ")"
	case 2:
		return "(x => x)(" + w.expression() + ")"
	case 3:
		return "(function f(n) { return n > 0 ? f(n - 1) : n; })(3)"
	case 4:
		return "(0 || " + w.expression() + " ? 'a' : `b${" + w.expression() + "}`)"
	case 5:
		return "typeof undeclared"
	case 6:
		return "({get g() { return 1 }, m() { return this.g }}).m()"
	default:
		return fmt.Sprint(w.next(5))
	}
}

// FuzzInstrument checks that neither replaying nor watching a program changes
// what it does.
func FuzzInstrument(f *testing.F) {
	for i := range 24 {
		seed := make([]byte, 40)
		for j := range seed {
			seed[j] = byte((i + 1) * (j + 3) * 7)
		}
		seed[0], seed[3] = 2, byte(i)
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := &programWriter{data: data}
		code := "const out = []; const log = (...a) => { out.push(a.map(String)); };\n" +
			"async function main() {\nconst body = async () => {\n" + w.statements() + "};\nawait body();\nreturn out;\n}"
		host := echoHost{}
		job := Job{Source: Source{Code: code}, Limits: Limits{Wall: 2 * time.Minute}, Seed: [32]byte{9}}
		live := record(t, context.Background(), job, host, nil)
		plain := live.out
		job.Mode, job.Tape = ModeReplay, live.tape
		var counted *Coverage // by counters alone; a profile counts some statements on the way
		for _, watched := range []Job{{}, {Coverage: true}, {Profile: true}, {Debug: &Debug{}}, {Debug: &Debug{Exceptions: ExceptionsAll, Count: true}}} {
			job.Coverage, job.Profile, job.Debug = watched.Coverage, watched.Profile, watched.Debug
			out := Run(context.Background(), job, Hooks{Debug: goingOn()})
			if job.Coverage {
				counted = out.Coverage
			}
			if diff := cmp.Diff(counted, out.Coverage); job.Profile && diff != "" {
				t.Fatalf("%s\nprofiled, other statements are counted: %s", code, diff)
			}
			if string(out.Output) != string(plain.Output) || (out.Err == nil) != (plain.Err == nil) {
				t.Fatalf("%s\nplain %s %+v\nwatched %s %+v", code, plain.Output, plain.Err, out.Output, out.Err)
			}
			if out.Err != nil && (out.Err.Message != plain.Err.Message || out.Err.Line != plain.Err.Line || out.Err.Column != plain.Err.Column) {
				t.Fatalf("%s\nplain %+v\nwatched %+v", code, plain.Err, out.Err)
			}
			if out.Err == nil && (job.Coverage || job.Profile) && (out.Coverage == nil || out.Coverage.Executed == 0) {
				t.Fatalf("%s\ncoverage %+v", code, out.Coverage)
			}
		}
	})
}

// goingOn lets a debugged run go on from every stop.
func goingOn() *DebugPort {
	commands := make(chan DebugCommand, 1)
	return &DebugPort{Commands: commands, Events: func(e DebugEvent) {
		if e.Stop != nil {
			commands <- DebugCommand{Verb: DebugContinue}
		}
	}}
}
