package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"ratchet"
	"ratchet/runtime"
	"ratchet/runtime/worker"
)

// program is one task measured in several places.
type program struct{ name, code, input string }

// programs are a task that does nothing to speak of and one that does what
// tasks usually do: pick, map, sort and sum a list.
var programs = []program{
	{"small", `export default (i) => ({ sum: i.a + i.b });`, `{"a":2,"b":3}`},
	{"typical", `export default function (input) {
  const rows = [];
  for (let i = 0; i < 200; i++) rows.push({ id: i, name: 'row ' + i, price: (i * 7919) % 101, tags: ['a', 'b'] });
  const kept = rows.filter((r) => r.price > input.min).map((r) => ({ ...r, gross: r.price * 1.2 }));
  kept.sort((a, b) => b.gross - a.gross || a.id - b.id);
  return { count: kept.length, total: kept.reduce((t, r) => t + r.gross, 0), top: kept.slice(0, 5) };
}`, `{"min":50}`},
}

func (p program) job() runtime.Job {
	hash := sha256.Sum256([]byte(p.code)) // compiled programs are kept by it
	return runtime.Job{
		ExecutionID: "bench", Input: json.RawMessage(p.input), Priority: ratchet.PriorityNormal,
		Source: runtime.Source{Name: "main.js", Code: p.code, Language: ratchet.JavaScript, Hash: hex.EncodeToString(hash[:])},
	}
}

// executions compares one run in this process, in a warm worker and in Node.
func executions(ctx context.Context, d time.Duration) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	pool, err := worker.NewPool(worker.Config{Workers: 1, Warm: 1, Command: []string{exe, "-worker"}})
	if err != nil {
		return err
	}
	defer pool.Close(ctx)
	t := newTable("One execution, one caller (T7: warm worker at most 60 us over in process)",
		"program", "where", "rate", "p50", "p99", "over in process")
	for _, p := range programs {
		inProcess := measure(ctx, d, []caller{func(ctx context.Context) error {
			return failure(runtime.Run(ctx, p.job(), runtime.Hooks{}), nil)
		}})
		warm := measure(ctx, d, []caller{func(ctx context.Context) error {
			return failure(pool.Run(ctx, p.job(), runtime.Hooks{}))
		}})
		t.row(p.name, "goja in process", perSecond(inProcess.perSecond), micros(inProcess.p50), micros(inProcess.p99), "")
		t.row(p.name, "warm worker", perSecond(warm.perSecond), micros(warm.p50), micros(warm.p99), "+"+micros(warm.p50-inProcess.p50))
		node, err := nodeRun(ctx, d, p)
		if err != nil {
			t.row(p.name, "node", "not run: "+err.Error(), "", "", "")
			continue
		}
		t.row(p.name, "node, fresh context", perSecond(node.perSecond), micros(node.p50), micros(node.p99), "+"+micros(node.p50-inProcess.p50))
	}
	t.print()
	return nil
}

func failure(o runtime.Outcome, err error) error {
	if err != nil {
		return err
	}
	if o.Err != nil {
		return fmt.Errorf("%s: %s", o.Err.Type, o.Err.Message)
	}
	return nil
}

// nodeScript runs each line's program in a fresh context, as an isolated run would.
const nodeScript = `
const vm = require('node:vm');
const scripts = new Map();
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { code, input } = JSON.parse(line);
  let script = scripts.get(code);
  if (!script) scripts.set(code, (script = new vm.Script('(' + code + ')')));
  const context = vm.createContext({ input });
  const fn = script.runInContext(context);
  process.stdout.write(JSON.stringify(fn(vm.runInContext('JSON.parse(input)', context))) + '\n');
});`

func nodeRun(ctx context.Context, d time.Duration, p program) (rate, error) {
	cmd := exec.CommandContext(ctx, "node", "-e", nodeScript)
	in, err := cmd.StdinPipe()
	if err != nil {
		return rate{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return rate{}, err
	}
	if err := cmd.Start(); err != nil {
		return rate{}, err
	}
	defer func() {
		in.Close()
		_ = cmd.Wait()
	}()
	code := trimExport(p.code)
	line, err := json.Marshal(map[string]string{"code": code, "input": p.input})
	if err != nil {
		return rate{}, err
	}
	line = append(line, '\n')
	answers := bufio.NewReader(out)
	return measure(ctx, d, []caller{func(context.Context) error { return lineTrip(in, answers, line) }}), nil
}

func lineTrip(in io.Writer, answers *bufio.Reader, line []byte) error {
	if _, err := in.Write(line); err != nil {
		return err
	}
	_, err := answers.ReadBytes('\n')
	return err
}

// trimExport makes a module's default export an expression.
func trimExport(code string) string {
	const prefix, suffix = "export default ", ";"
	code = code[len(prefix):]
	if len(code) > 0 && code[len(code)-1:] == suffix {
		code = code[:len(code)-1]
	}
	return code
}
