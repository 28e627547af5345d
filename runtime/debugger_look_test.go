package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"ratchet"
)

const lookCode = `let calls = 0;
const order = { items: [{ price: 2 }, { price: 3 }], get total() { calls++; return 5; }, 'a b': 1n };
const seen = new Map([['x', { n: 1 }], ['y', new Set([1, 2])]]);
const trap = new Proxy({}, { get() { calls++; return 1; } });
class Box { #inside = 1; constructor() { this.label = 'b'; } }
function pure(n) { return n + 1; }
function bump() { calls++; return calls; }
async function later() { return 1; }
function forever() { for (;;); }
function stubborn() { for (;;) { try { forever(); } catch { } } }
function main(input) {
  const box = new Box(), when = new Date(0), nothing = null, self = {};
  self.self = self;
  let late = input.late;
  return [calls, late];
}`

// TestDebugLook reads values and expressions, and refuses what would do more.
func TestDebugLook(t *testing.T) {
	s := debugRun(t, lookCode, `{"late":"l"}`, Debug{Breakpoints: []Breakpoint{{ID: "1", Line: 14}}})
	stop := s.stop()
	if got := variables(stop); !strings.HasPrefix(got, `local.input={late: "l"} local.box=Box {label: "b"} local.when=1970-01-01T00:00:00.000Z local.nothing=null local.self={self: [Circular]} local.late=<tdz> `) && !strings.Contains(got, "local.late=<tdz>") {
		t.Errorf("variables %s", got)
	}
	for text, want := range map[string]string{
		"order.items.map((i) => i.price)":       "[2, 3]",
		"pure(calls) + 1":                       "2",
		"Object.keys(order).length":             "3",
		"[...seen.keys()].join()":               `"x,y"`,
		"JSON.stringify({a: [1]})":              `"{\"a\":[1]}"`,
		"this === globalThis":                   "true",
		"missing":                               "! ReferenceError: missing is not defined",
		"order.nope.more":                       "! TypeError: Cannot read properties of undefined (reading 'more')",
		"calls = 5":                             "! the expression assigns to calls; expressions here only read (set_variable changes a variable)",
		"order.items.length++":                  "! the expression assigns to a property length; expressions here only read (set_variable changes a variable)",
		"order.items.push(1)":                   "! TypeError: the expression has a side effect: Array.prototype.push changes or starts something",
		"seen.set('z', 1)":                      "! TypeError: the expression has a side effect: Map.prototype.set changes or starts something",
		"bump()":                                "! TypeError: the expression has a side effect: it calls bump, which assigns to calls",
		"order.total":                           "! TypeError: the expression has a side effect: it calls total, which assigns to calls",
		"later()":                               "! TypeError: the expression has a side effect: it calls later, which is async",
		"fetch('http://x/')":                    "! TypeError: the expression has a side effect: …",
		"setTimeout(() => 1, 1)":                "! TypeError: the expression has a side effect: it starts a timer",
		"console.log(1)":                        "! TypeError: the expression has a side effect: it writes to the log",
		"Math.random()":                         "! TypeError: the expression has a side effect: it draws random numbers",
		"crypto.randomUUID()":                   "! TypeError: the expression has a side effect: it draws random numbers",
		"1; 2":                                  "! Unexpected token ;",
		"forever()":                             "! the expression ran longer than 500ms and was ended",
		"stubborn()":                            "! the expression ran longer than 500ms and was ended",
		"(function f() { return f() })()":       "! the expression nests too many calls",
		"[1, 2, 3].includes(2) && typeof late2": `"undefined"`,
		"((a, b = 2) => a * b)(4)":              "8",
		strings.Repeat("1+", 2100) + "1":        "! the expression has 4201 characters; at most 4096 are allowed",
	} {
		got := s.evaluate(text)
		if strings.HasSuffix(want, "…") && strings.HasPrefix(got, strings.TrimSuffix(want, "…")) {
			continue
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	for path, want := range map[string]string{
		"order.items[1].price": "3", "order": `{items: [{price: 2}, {price: 3}], total: [Getter], "a b": 1n}`, `order["a b"]`: "1n",
		"seen": `Map {"x" => {n: 1}, "y" => Set {1, 2}}`, "seen.x.n": "1", "trap": "[Proxy]", "this": "globalThis",
		"order.total": "! total is a getter: evaluate it", "trap.x": "! a proxy is not looked into: evaluate it if its traps only read",
		"no": "! no variable no is visible in this frame", "order..x": `! the path "order..x" cannot be read; write it like order.items[3]["a key"]`,
		"late": "! late has no value yet: <tdz>", "nothing.x": "! nothing is null: it has no x",
	} {
		a := s.ask(DebugCommand{Verb: DebugInspect, Path: path})
		got := "! " + a.Error
		if a.Value != nil {
			got = a.Value.Preview
		}
		if got != want {
			t.Errorf("inspect %s\n got %s\nwant %s", path, got, want)
		}
	}
	if out := s.end(); string(out.Output) != `[0,"l"]` || len(s.logs) != 0 {
		t.Errorf("looking changed the run: %s %v %v", out.Output, out.Err, s.logs)
	}
}

// TestDebugShowsWebObjects shows what objects of the web's classes hide behind
// getters, and runs none that the task has put there.
func TestDebugShowsWebObjects(t *testing.T) {
	code := `class Mine extends URL {}
let asked = 0;
function main() {
  const made = new Response('{"a":1}', { status: 201, headers: { b: 'c' } });
  const request = new Request('http://a.test/x', { method: 'PUT', body: 'x' });
  const place = new Mine('http://a.test/p?q=1');
  const nobody = Object.create(Response.prototype);
  const signal = AbortSignal.abort();
  Object.defineProperty(Request.prototype, 'url', { get() { asked++; return 'theirs'; } });
  return asked;
}`
	s := debugRun(t, code, `{}`, Debug{Breakpoints: []Breakpoint{{ID: "1", Line: 10}}})
	s.stop()
	for name, want := range map[string]string{
		"made": `Response {status: 201, url: "", headers: Headers {b: "c", "content-type": "application/json"}}`, "nobody": "Response {}",
		"request": `Request {method: "PUT", headers: Headers {"content-type": "text/plain;charset=UTF-8"}}`,
		"place":   `Mine {href: "http://a.test/p?q=1"}`, "signal": `AbortSignal {aborted: true}`,
	} {
		a := s.ask(DebugCommand{Verb: DebugInspect, Path: name})
		if a.Value == nil {
			t.Fatalf("%s: %+v", name, a)
		}
		if got := a.Value.Preview; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if out := s.end(); string(out.Output) != "0" {
		t.Errorf("looking ran a getter of the task: %s", out.Output)
	}
}

// TestDebugSet changes variables and properties of a live run.
func TestDebugSet(t *testing.T) {
	s := debugRun(t, "let top = 1;\nfunction main(input) {\n  let n = 1;\n  const fixed = 2;\n  return [n, top, input.list, fixed];\n}", `{"list":[1,{"a":1}]}`, Debug{Breakpoints: []Breakpoint{{ID: "1", Line: 5}}})
	s.stop()
	for path, value := range map[string]string{"n": "n + 41", "top": "'new'", "input.list[1].a": "{ b: n }"} {
		if a := s.ask(DebugCommand{Verb: DebugSetVariable, Path: path, Expression: value}); a.Error != "" {
			t.Errorf("%s: %s", path, a.Error)
		}
	}
	for path, want := range map[string]string{"fixed": "TypeError: Assignment to constant variable.", "nobody": "no variable nobody is visible in this frame"} {
		if a := s.ask(DebugCommand{Verb: DebugSetVariable, Path: path, Expression: "1"}); a.Error != want {
			t.Errorf("%s: %s", path, a.Error)
		}
	}
	out := string(s.end().Output)
	if !strings.HasPrefix(out, `[42,"new",[1,{"a":{"b":`) || !strings.HasSuffix(out, `}}],2]`) {
		t.Errorf("output %s", out)
	}
}

// TestDebugMeans covers conditions, hit counts, logpoints, debugger statements,
// run to a line, watches and pauses.
func TestDebugMeans(t *testing.T) {
	code := "function main() {\n  let sum = 0;\n  for (let i = 0; i < 6; i++) {\n    sum += i;\n  }\n  debugger;\n  sum *= 2;\n  return sum;\n}"
	s := debugRun(t, code, `{}`, Debug{Watches: []string{"sum", "i +", "i"}, Breakpoints: []Breakpoint{
		{ID: "c", Line: 4, Condition: "i === 2"},
		{ID: "h", Line: 4, HitCount: 6},
		{ID: "l", Line: 4, Log: "i={i} {{a: sum}.a} {nope}"},
		{ID: "e", Line: 7, Condition: "nope"},
		{ID: "none", Line: 99},
	}})
	stop := s.stop()
	if at(stop) != "breakpoint main:4" || stop.Breakpoint != "c" || stop.Watches[0].Value != "1" || stop.Watches[1].Error == "" || stop.Watches[2].Value != "2" {
		t.Fatalf("condition: %+v", stop)
	}
	if stop = s.move(DebugContinue); stop.Breakpoint != "h" || stop.Watches[2].Value != "5" {
		t.Fatalf("hit count: %+v", stop)
	}
	wantText(t, "debugger statement", at(s.move(DebugContinue)), "debugger_statement main:6")
	if stop = s.move(DebugContinue); stop.Breakpoint != "e" || stop.Problem != "ReferenceError: nope is not defined" {
		t.Fatalf("failing condition: %+v", stop)
	}
	s.commands <- DebugCommand{Verb: DebugRunTo, Line: 8}
	wantText(t, "run to", at(s.stop()), "step main:8")
	wantText(t, "output", string(s.end().Output), "30")
	if len(s.messages) != 6 || s.messages[1] != "i=1 0 {ReferenceError: nope is not defined}" {
		t.Errorf("messages %q", s.messages)
	}
}

// TestDebugPause stops a loop that nothing is armed in, and its time does not pass.
func TestDebugPause(t *testing.T) {
	s := debugRun(t, "function main() {\n  let n = 0;\n  while (n >= 0) n++;\n}", `{}`, Debug{}, func(j *Job) { j.Limits.Wall = 20 * time.Second })
	s.commands <- DebugCommand{Verb: DebugPause}
	stop := s.stop()
	for stop.Frames[0].Line != 3 {
		stop = s.move(DebugStepOver)
	}
	s.commands <- DebugCommand{Verb: DebugContinue}
	s.commands <- DebugCommand{Verb: DebugPause}
	wantText(t, "paused", at(s.stop()), "pause main:3")
	if a := s.ask(DebugCommand{Verb: DebugSetVariable, Path: "n", Expression: "-5"}); a.Error != "" {
		t.Fatal(a.Error)
	}
	if out := s.end(); out.Err != nil {
		t.Errorf("outcome %+v", out.Err)
	}
}

// TestDebugGenerators steps through generators, also delegating ones.
func TestDebugGenerators(t *testing.T) {
	s := debugRun(t, "function* inner() {\n  const got = yield 1;\n  yield got;\n}\nfunction* outer() {\n  yield* inner();\n  return 9;\n}\nfunction main() {\n  const it = outer();\n  const a = it.next();\n  const b = it.next('x');\n  const c = it.next();\n  const d = it.next();\n  return [a.value, b.value, c.value, d.value];\n}", `{}`, Debug{Breakpoints: []Breakpoint{{ID: "1", Line: 3}}})
	stop := s.stop()
	if !strings.HasPrefix(at(stop), "breakpoint inner:3 < ") || !strings.HasSuffix(at(stop), "main:12") {
		t.Errorf("in the generator: %s", at(stop))
	}
	wantText(t, "got", s.evaluate("got"), `"x"`)
	wantText(t, "out", at(s.move(DebugStepOut)), "step main:13")
	wantText(t, "output", string(s.end().Output), `[1,"x",9,null]`)
}

// TestDebugKeepsPositions holds the position of thrown values that carry none.
func TestDebugKeepsPositions(t *testing.T) {
	for _, code := range []string{
		"function deep() {\n  try { throw 'text'; } finally { deep.x = 1; }\n}\nfunction main() {\n  deep();\n}",
		"function main() {\n  null.x;\n}", "throw 7;",
	} {
		var outs []Outcome
		for _, d := range []*Debug{nil, {}, {Exceptions: ExceptionsAll}} {
			outs = append(outs, Run(context.Background(), Job{Source: Source{Code: code}, Debug: d}, Hooks{Debug: goingOn()}))
		}
		for _, out := range outs[1:] {
			if out.Err == nil || out.Err.Line != outs[0].Err.Line || out.Err.Column != outs[0].Err.Column || out.Err.Stack != outs[0].Err.Stack {
				t.Errorf("%s\nplain %+v\ndebugged %+v", code, outs[0].Err, out.Err)
			}
		}
	}
}

// TestDebugEndsWithItsContext ends a run that stands still.
func TestDebugEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	out := make(chan Outcome, 1)
	go func() {
		out <- Run(ctx, Job{Source: Source{Code: "function main() {\n  return 1;\n}"}, Input: json.RawMessage(`{}`), Debug: &Debug{Entry: true}},
			Hooks{Debug: &DebugPort{Events: func(e DebugEvent) {
				if e.Stop != nil {
					close(stopped)
				}
			}}})
	}()
	<-stopped
	cancel()
	if o := <-out; o.Err == nil || o.Err.Cause != ratchet.CauseCancelled {
		t.Errorf("outcome %+v", o.Err)
	}
}

// TestDebugManyNames debugs a function with thousands of variables: they are
// read through one reader, and inner scopes through it.
func TestDebugManyNames(t *testing.T) {
	var code strings.Builder
	code.WriteString("function main() {\n  'use strict';\n")
	for i := range 3000 {
		fmt.Fprintf(&code, "  let v%d = %d;\n", i, i)
	}
	code.WriteString("  if (v1) {\n    let w = v2;\n    v3 = () => { debugger; return w + v5; };\n  }\n  return v3();\n}\n")
	s := debugRun(t, code.String(), "{}", Debug{})
	wantText(t, "stop", at(s.stop()), "debugger_statement v3:3005 < main:3007")
	wantText(t, "names", s.evaluate("w + v5 + v1500"), "1507")
	if a := s.ask(DebugCommand{Verb: DebugSetVariable, Path: "v5", Expression: "70"}); a.Error != "" {
		t.Error(a.Error)
	}
	wantText(t, "output", string(s.end().Output), "72")
}
