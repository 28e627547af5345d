package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"ratchet"
)

// TestRun plays testdata/run/*.txtar: main.js or main.ts (and further files)
// with input.json give output.json, or error.txt (type, cause, position and a
// part of the message), and log.txt when it is there.
func TestRun(t *testing.T) {
	paths, err := filepath.Glob("testdata/run/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			runCase(t, a, Job{})
			runCase(t, a, Job{Coverage: true})
			runCase(t, a, Job{Profile: true})
		})
	}
}

func runCase(t *testing.T, a *txtar.Archive, job Job) {
	job.ExecutionID = "e1"
	job.Source = Source{Files: map[string]string{}}
	want := map[string]string{}
	for _, f := range a.Files {
		text := string(f.Data)
		switch {
		case f.Name == "main.js":
			job.Source.Name, job.Source.Code, job.Source.Language = f.Name, text, ratchet.JavaScript
		case f.Name == "main.ts":
			job.Source.Name, job.Source.Code, job.Source.Language = f.Name, text, ratchet.TypeScript
		case f.Name == "input.json":
			job.Input = f.Data
		case f.Name == "limits.json":
			if err := json.Unmarshal(f.Data, &job.Limits); err != nil {
				t.Fatal(err)
			}
		case strings.HasPrefix(f.Name, "lib/"):
			job.Source.Files[f.Name] = text
		default:
			want[f.Name] = strings.TrimSpace(text)
		}
	}
	var logs []string
	out := Run(context.Background(), job, Hooks{Log: func(lines []ratchet.LogLine) {
		for _, l := range lines {
			at := ""
			if l.Source != nil {
				at = fmt.Sprintf(" %d:%d", l.Source.Line, l.Source.Column)
			}
			logs = append(logs, fmt.Sprintf("%s %s%s %s%s", l.Level, l.Logger, at, l.Message, l.Fields))
		}
	}})
	if w, ok := want["output.json"]; ok {
		if out.Err != nil {
			t.Fatalf("failed: %+v", out.Err)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(w)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(compact.String(), string(out.Output)); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
	}
	if w, ok := want["error.txt"]; ok {
		if out.Err == nil {
			t.Fatalf("want an error, got %s", out.Output)
		}
		e := out.Err
		head, message, _ := strings.Cut(w, "\n")
		got := strings.TrimSpace(fmt.Sprintf("%s %s %s:%d:%d", e.Type, e.Cause, e.Source, e.Line, e.Column))
		deep := e.Cause == ratchet.CauseStack && (job.Coverage || job.Profile) // the hooks nest too
		if diff := cmp.Diff(head, strings.Join(strings.Fields(got), " ")); diff != "" && !deep {
			t.Errorf("error (-want +got):\n%s\n%s", diff, e.Message)
		}
		if !strings.Contains(e.Message, message) {
			t.Errorf("message %q lacks %q", e.Message, message)
		}
	}
	if w, ok := want["log.txt"]; ok {
		if diff := cmp.Diff(w, strings.Join(logs, "\n")); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	}
	if tape, err := DecodeTape(out.Tape); err != nil || !tape.Complete {
		t.Errorf("tape: %+v, %v", tape, err)
	}
}

func TestRun_ends(t *testing.T) {
	spin := Source{Code: "function main() {\n  for (;;) {}\n}"}
	out := Run(context.Background(), Job{Source: spin, Limits: Limits{Wall: 20 * time.Millisecond}}, Hooks{})
	if e := out.Err; e == nil || e.Code != ratchet.CodeTimeout || e.Type != "timeout_error" || e.Line == 0 {
		t.Errorf("timeout: %+v", e)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(&LimitError{Cause: ratchet.CauseMemory})
	if e := Run(ctx, Job{Source: spin}, Hooks{}).Err; e == nil || e.Type != "memory_error" || e.Cause != ratchet.CauseMemory {
		t.Errorf("memory: %+v", e)
	}
	ctx2, cancel2 := context.WithCancel(context.Background())
	cancel2()
	if e := Run(ctx2, Job{Source: spin}, Hooks{}).Err; e == nil || e.Code != ratchet.CodeCancelled {
		t.Errorf("cancelled: %+v", e)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct{ name, code, entry, want string }{
		{"ok", "function main(i) { return i }", "global main", ""},
		{"syntax", "function main( {\n", "", "SYNTAX_ERROR"},
		{"empty", " \n", "", "EMPTY_SCRIPT"},
		{"none", "const x = 1;", "", "NO_ENTRY"},
		{"data", "({a: 1})", "completion value", "DATA_RESULT"},
		{"await", "const x = await 1;\nfunction main() {}", "main", ""},
		{"await fetch", "const r = await fetch(\"https://a.example\");\nexport default () => r.status", "default", ""},
		{"import", "function main(x) { return import(x) }", "", "UNSUPPORTED_SYNTAX"},
		{"pattern", "function main() { return /[b-a]/ }", "", "SYNTAX_ERROR"},
		{"concat", "function main() { let s = ''; for (;;) { s += 'x' } }", "global main", "SLOW_CONCAT"},
		{"absent", "function main() { return new SharedArrayBuffer(1) }", "global main", "ABSENT_GLOBAL"},
		{"eval", "export default () => eval('1')", "default", "DYNAMIC_CODE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := Run(context.Background(), Job{Mode: ModeCheck, Source: Source{Code: c.code}}, Hooks{})
			var codes []string
			for _, p := range out.Check.Problems {
				codes = append(codes, p.Code)
			}
			if got := strings.Join(codes, " "); got != c.want || out.Check.Entry != c.entry {
				t.Errorf("entry %q, problems %+v; want %q, %q", out.Check.Entry, out.Check.Problems, c.entry, c.want)
			}
		})
	}
}

func BenchmarkRun_noop(b *testing.B) {
	job := Job{Source: Source{Code: "function main(i) { return i }", Hash: "noop"}, Input: []byte(`{"a":1}`)}
	b.ReportAllocs()
	for b.Loop() {
		if out := Run(context.Background(), job, Hooks{}); out.Err != nil {
			b.Fatal(out.Err)
		}
	}
}

func BenchmarkRun_typical(b *testing.B) {
	job := Job{Source: Source{Hash: "typical", Code: `async function main(input, context) {
		console.log('start', input);
		const groups = {};
		for (const item of input.items) (groups[item.kind] ??= []).push(item.value);
		await new Promise(r => setTimeout(r, 0));
		progress(0.5);
		return Object.entries(groups).map(([kind, values]) => ({kind, sum: values.reduce((a, b) => a + b, 0)}));
	}`}, Input: []byte(`{"items":[{"kind":"a","value":1},{"kind":"b","value":2},{"kind":"a","value":3}]}`)}
	b.ReportAllocs()
	for b.Loop() {
		if out := Run(context.Background(), job, Hooks{}); out.Err != nil {
			b.Fatal(out.Err)
		}
	}
}

func TestRun_profile(t *testing.T) {
	job := Job{Profile: true, Source: Source{Code: `async function main() {
  const f = (n) => n > 0 ? f(n - 1) : 0;
  f(2);
  if (f(0) > 5) {
    return 1;
  }
  await null;
  return f(0);
}`}}
	out := Run(context.Background(), job, Hooks{})
	if out.Err != nil {
		t.Fatalf("%+v", out.Err)
	}
	want := &Coverage{Statements: 7, Executed: 6, Lines: map[int]int{2: 5, 3: 1, 4: 1, 5: 0, 7: 1, 8: 1}}
	if diff := cmp.Diff(want, out.Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	var tree []string
	for _, s := range out.Spans {
		tree = append(tree, fmt.Sprintf("%d<%d %s:%d", s.ID, s.Parent, s.Function, s.Line))
	}
	wantTree := []string{"1<0 main:1", "2<1 f:2", "3<2 f:2", "4<3 f:2", "5<1 f:2", "6<1 f:2"}
	if diff := cmp.Diff(wantTree, tree); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

// TestRun_profileOfManyCalls: calls above the bound are added up, none is lost.
func TestRun_profileOfManyCalls(t *testing.T) {
	for name, c := range map[string]struct {
		code  string
		calls int
		sums  int // spans above the bound; -1 = as many as may be
	}{
		"loop":      {`function main() { const f = () => 1, g = () => f(); for (let i = 0; i < 60000; i++) g() }`, 120_001, 3},
		"recursion": {`function main() { const f = (n) => n > 0 ? f(n - 1) : 0; for (let i = 0; i < 2400; i++) f(49) }`, 120_001, 100},
		"async": {`async function main() { const f = async (n) => { await null; return g(n) }, g = (n) => n;
			for (let i = 0; i < 600; i++) await Promise.all(Array.from({length: 100}, (_, n) => f(n))) }`, 180_001, -1},
	} {
		out := Run(context.Background(), Job{Profile: true, Source: Source{Code: c.code}}, Hooks{})
		if out.Err != nil {
			t.Fatalf("%s: %+v", name, out.Err)
		}
		calls, sums := 0, 0
		var self time.Duration
		for i, s := range out.Spans {
			calls += max(1, s.Count)
			self += s.Self
			if s.Count > 0 {
				sums++
			}
			if s.ID != i+1 || s.Parent >= s.ID || s.Self < 0 || s.Duration < 0 || s.Count > 0 && i < maxSpans {
				t.Fatalf("%s: span %d is %+v", name, i, s)
			}
		}
		if calls != c.calls || sums > maxSums+10 || c.sums >= 0 && (sums == 0 || sums > c.sums) || self > out.Usage.Wall {
			t.Errorf("%s: %d calls, %d sums, own times %v of %v", name, calls, sums, self, out.Usage.Wall)
		}
	}
}

// TestRun_profileCutOff: what the run was in at its end has its time, too.
func TestRun_profileCutOff(t *testing.T) {
	out := Run(context.Background(), Job{
		Profile: true, Limits: Limits{Wall: 100 * time.Millisecond},
		Source: Source{Code: `function main() { const spin = () => { for (;;) {} }; spin() }`},
	}, Hooks{})
	if out.Err == nil || len(out.Spans) != 2 || out.Spans[1].Self < out.Usage.Wall/2 {
		t.Errorf("%+v %+v", out.Err, out.Spans)
	}
}

// TestRun_context pins the members of context and their order, which a task
// can see.
func TestRun_context(t *testing.T) {
	job := Job{Source: Source{Code: "main = (input, context) => [Object.keys(context), context.config]"}, Context: TaskContext{Config: json.RawMessage(`{"b":1,"a":2}`)}}
	want := `[["executionId","taskId","taskName","taskVersion","jobId","scheduleId","batchId","workflowRunId","attempt",` +
		`"idempotencyKey","traceId","deadline","config","reportProgress","secrets","log","signal","fetch"],{"b":1,"a":2}]`
	for range 5 {
		if out := Run(context.Background(), job, Hooks{}); string(out.Output) != want {
			t.Fatalf("%s %+v", out.Output, out.Err)
		}
	}
}

// TestRun_spanNames pins the names of functions that have none of their own.
func TestRun_spanNames(t *testing.T) {
	job := Job{Profile: true, Source: Source{Code: `const a = () => 1, o = { b() { return 2 }, c: () => 3, get d() { return 4 }, 'e f': function () {} };
class K { constructor() { this.g(); } g() { this.#h(); } #h() {} static i = () => 5; }
let j;
main = () => { a(); o.b(); o.c(); o.d; o['e f'](); new K(); K.i(); j = function () {}; j(); (() => 6)(); };`}}
	out := Run(context.Background(), job, Hooks{})
	if out.Err != nil {
		t.Fatalf("%+v", out.Err)
	}
	var names []string
	for _, s := range out.Spans {
		names = append(names, s.Function)
	}
	want := []string{"main", "a", "b", "c", "d", "e f", "constructor", "g", "#h", "i", "j", "(anonymous)"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
