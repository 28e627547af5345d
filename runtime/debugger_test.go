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

// session steers a debugged run from a test.
type session struct {
	t        *testing.T
	commands chan DebugCommand
	events   chan DebugEvent
	outcome  chan Outcome
	out      *Outcome
	id       int64
	logs     []string
	messages []string
}

func debugRun(t *testing.T, code, input string, config Debug, change ...func(*Job)) *session {
	t.Helper()
	s := &session{
		t: t, commands: make(chan DebugCommand, 16), events: make(chan DebugEvent, 4096), outcome: make(chan Outcome, 1),
	}
	job := Job{Source: Source{Code: code}, Input: json.RawMessage(input), Debug: &config, Limits: Limits{Wall: 60 * time.Second}}
	for _, c := range change {
		c(&job)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() {
		s.outcome <- Run(ctx, job, Hooks{
			Debug: &DebugPort{Events: func(e DebugEvent) { s.events <- e }, Commands: s.commands},
			Log: func(lines []ratchet.LogLine) {
				for _, l := range lines {
					s.logs = append(s.logs, l.Message)
				}
			},
		})
	}()
	return s
}

// stop waits until the run stands still; nil = it has ended.
func (s *session) stop() *DebugStop {
	s.t.Helper()
	for {
		select {
		case e := <-s.events:
			switch {
			case e.Stop != nil:
				return e.Stop
			case e.Log != nil:
				s.messages = append(s.messages, e.Log.Message)
			}
		case out := <-s.outcome:
			s.out = &out
			for len(s.events) > 0 {
				if e := <-s.events; e.Log != nil {
					s.messages = append(s.messages, e.Log.Message)
				}
			}
			return nil
		case <-time.After(30 * time.Second):
			s.t.Fatal("the run neither stops nor ends")
		}
	}
}

func (s *session) move(verb DebugVerb) *DebugStop {
	s.t.Helper()
	s.commands <- DebugCommand{Verb: verb}
	return s.stop()
}

func (s *session) ask(c DebugCommand) *DebugAnswer {
	s.t.Helper()
	s.id++
	c.ID = s.id
	s.commands <- c
	for e := range s.events {
		if e.Answer != nil && e.Answer.ID == s.id {
			return e.Answer
		}
	}
	return nil
}

func (s *session) evaluate(text string) string {
	s.t.Helper()
	a := s.ask(DebugCommand{Verb: DebugEvaluate, Expression: text})
	if a.Error != "" {
		return "! " + a.Error
	}
	return a.Value.Preview
}

// end lets the run go on to its end.
func (s *session) end() Outcome {
	s.t.Helper()
	for s.out == nil {
		s.commands <- DebugCommand{Verb: DebugContinue}
		s.stop()
	}
	return *s.out
}

func at(stop *DebugStop) string {
	if stop == nil {
		return "end"
	}
	var frames []string
	for _, f := range stop.Frames {
		name := f.Function
		if f.Async {
			name = "async " + name
		}
		frames = append(frames, fmt.Sprintf("%s:%d", name, f.Line))
	}
	return string(stop.Reason) + " " + strings.Join(frames, " < ")
}

func variables(stop *DebugStop) string {
	var out []string
	for _, s := range stop.Variables {
		for _, v := range s.Variables {
			out = append(out, s.Kind+"."+v.Name+"="+v.Value.Preview)
		}
	}
	return strings.Join(out, " ")
}

func wantText(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got %s\nwant %s", what, got, want)
	}
}

const closures = `const handlers = [];
function main(input) {
  for (var i = 0; i < 3; i++) {
    handlers.push(() => i * input.by);
  }
  let total = 0;
  for (const h of handlers) {
    total += h();
  }
  return total;
}`

func TestDebugBreakpoint(t *testing.T) {
	s := debugRun(t, closures, `{"by":10}`, Debug{Breakpoints: []Breakpoint{{ID: "1", Line: 8}, {ID: "2", Line: 4, Column: 25}}})
	stop := s.stop()
	wantText(t, "first stop", at(stop), "breakpoint main:8")
	wantText(t, "variables", variables(stop), `block.h=[Function (anonymous)] local.input={by: 10} local.i=3 local.total=0 module.handlers=[[Function (anonymous)], [Function (anonymous)], [Function (anonymous)]] module.main=[Function main] this.this=globalThis`)
	stop = s.move(DebugContinue)
	wantText(t, "inside the closure", at(stop), "breakpoint (anonymous):4 < main:8")
	wantText(t, "the closure sees", variables(stop), `closure.input={by: 10} closure.i=3 closure.total=0 module.handlers=[[Function (anonymous)], [Function (anonymous)], [Function (anonymous)]] module.main=[Function main] this.this=globalThis`)
	wantText(t, "evaluate", s.evaluate("i * input.by + handlers.length"), "33")
	if a := s.ask(DebugCommand{Verb: DebugEvaluate, Expression: "total", Frame: 1}); a.Value == nil || a.Value.Preview != "0" {
		t.Errorf("total in main: %+v", a)
	}
	s.commands <- DebugCommand{Verb: DebugConfigure}
	out := s.end()
	wantText(t, "output", string(out.Output), "90")
}

func TestDebugSteps(t *testing.T) {
	s := debugRun(t, `function add(a, b) {
  const sum = a + b;
  return sum;
}
function main() {
  const x = add(1, 2);
  const y = add(x, 3);
  return { x, y };
}`, `{}`, Debug{Entry: true})
	stop := s.stop()
	wantText(t, "entry", at(stop), "entry main:6")
	wantText(t, "tdz", variables(stop), "local.x=<tdz> local.y=<tdz> module.add=[Function add] module.main=[Function main] this.this=globalThis")
	wantText(t, "over", at(s.move(DebugStepOver)), "step main:7")
	wantText(t, "into", at(s.move(DebugStepInto)), "step add:2 < main:7")
	wantText(t, "over in add", at(s.move(DebugStepOver)), "step add:3 < main:7")
	wantText(t, "out", at(s.move(DebugStepOut)), "step main:8")
	wantText(t, "end", at(s.move(DebugStepOver)), "end")
	wantText(t, "output", string(s.out.Output), `{"x":3,"y":6}`)
}

func TestDebugAsyncStack(t *testing.T) {
	s := debugRun(t, `async function fetchUser(id) {
  await new Promise((done) => setTimeout(done, 5 - id));
  const user = { id };
  return user;
}
async function load(ids) {
  const users = [];
  await Promise.all(ids.map(async (id) => {
    const u = await fetchUser(id);
    users.push(u);
  }));
  return users;
}
async function main() {
  const users = await load([1, 2]);
  return users;
}`, `{}`, Debug{Breakpoints: []Breakpoint{{ID: "a", Line: 3}}})
	wantText(t, "first", at(s.stop()), "breakpoint fetchUser:3 < async (anonymous):9 < async load:8 < async main:15")
	wantText(t, "id", s.evaluate("id"), "2")
	wantText(t, "out", at(s.move(DebugStepOut)), "step (anonymous):10 < async load:8 < async main:15")
	wantText(t, "u", s.evaluate("u"), "{id: 2}")
	wantText(t, "second", at(s.move(DebugContinue)), "breakpoint fetchUser:3 < async (anonymous):9 < async load:8 < async main:15")
	wantText(t, "output", string(s.end().Output), `[{"id":2},{"id":1}]`)
}

func TestDebugExceptions(t *testing.T) {
	code := `function parse(text) {
  let depth = text.length;
  return JSON.parse(text);
}
function main(input) {
  let seen = 0;
  try {
    parse('{"a"');
  } catch (e) {
    seen++;
  }
  for (const part of ['x']) {
    seen += part.no.more;
  }
  return seen;
}`
	s := debugRun(t, code, `{}`, Debug{Exceptions: ExceptionsAll})
	stop := s.stop()
	wantText(t, "caught one", at(stop), "exception parse:3 < main:8")
	if stop.Exception.Name != "SyntaxError" || stop.Exception.Uncaught {
		t.Errorf("exception %+v", stop.Exception)
	}
	wantText(t, "its variables", s.evaluate("depth"), "4")
	stop = s.move(DebugContinue)
	wantText(t, "uncaught one", at(stop), "exception main:13")
	if stop.Exception.Name != "TypeError" || !stop.Exception.Uncaught {
		t.Errorf("exception %+v", stop.Exception)
	}
	wantText(t, "block variable at the throw", s.evaluate("part + seen"), `"x1"`)
	s.end()
	s = debugRun(t, code, `{}`, Debug{Exceptions: ExceptionsUncaught})
	wantText(t, "uncaught only", at(s.stop()), "exception main:13")
	if out := s.end(); out.Err == nil || out.Err.Line != 13 {
		t.Errorf("outcome %+v", out.Err)
	}
}

func TestDebugTypeScript(t *testing.T) {
	s := debugRun(t, `interface Line { price: number; count: number }

class Cart {
  private lines: Line[] = [];
  constructor(readonly rate: number) {}
  add(line: Line): this {
    this.lines.push(line);
    return this;
  }
  get total(): number {
    let sum: number = 0;
    for (const l of this.lines) sum += l.price;
    return sum * (1 + this.rate);
  }
}

export default function main(input: { lines: Line[] }): number {
  const cart = new Cart(0.5);
  input.lines.forEach((l) => cart.add(l));
  return cart.total;
}
`, `{"lines":[{"price":4,"count":2}]}`, Debug{Breakpoints: []Breakpoint{{ID: "b", Line: 13}}}, func(j *Job) { j.Source.Language = ratchet.TypeScript })
	stop := s.stop()
	wantText(t, "stop", at(stop), "breakpoint total:13 < main:20")
	wantText(t, "variables", variables(stop), `local.sum=4 module.Cart=[Function Cart] module.main=[Function main] this.this=Cart {rate: 0.5, lines: [{price: 4, count: 2}]}`)
	wantText(t, "this", s.evaluate("this.lines[0].count * sum"), "8")
	wantText(t, "output", string(s.end().Output), "6")
}

// TestDebugEntry: the first stop is at a statement of the author, not at what is
// written for the exports.
func TestDebugEntry(t *testing.T) {
	for code, want := range map[string]string{
		"interface A { a: 1 }\n// c\nexport default async function main(i: A) {\n  return i.a;\n}\n":         "entry main:4",
		"type A = number;\nimport { b } from './lib/b';\nexport default function main(i: A) { return b; }\n": "entry (top level):1",
		"// c\nconst n = 1;\nexport default () => n;\n":                                                      "entry (top level):2",
	} {
		s := debugRun(t, code, `{"a":1}`, Debug{Entry: true}, func(j *Job) {
			j.Source.Language, j.Source.Files = ratchet.TypeScript, map[string]string{"lib/b.ts": "export const b = 1"}
		})
		wantText(t, code, at(s.stop()), want)
		s.commands <- DebugCommand{Verb: DebugContinue}
		s.end()
	}
}
