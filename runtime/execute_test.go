package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ratchet"
)

// TestRun_entryForms tries every way to offer an entry with every way to answer
// and to fail, in both languages where the form has one.
func TestRun_entryForms(t *testing.T) {
	forms := []struct{ name, code string }{
		{"export default function", "export default %sfunction (input, context) { %s }"},
		{"export default named", "export default %sfunction run(input, context) { %s }"},
		{"export default arrow", "export default %s(input, context) => { %s }"},
		{"module.exports", "module.exports = %sfunction (input, context) { %s };"},
		{"export main", "export %sfunction main(input, context) { %s }"},
		{"export process", "export %sfunction process(input, context) { %s }"},
		{"exports.main", "exports.main = %s(input, context) => { %s };"},
		{"exports.process", "module.exports = { other: 1, process: %sfunction (input, context) { %s } };"},
		{"global main", "%sfunction main(input, context) { %s }"},
		{"global process", "const process = %s(input, context) => { %s };"},
		{"completion function", "(%s(input, context) => { %s })"},
		{"bare function", "%sfunction (input, context) { %s }"},
	}
	for _, f := range forms {
		for _, language := range []ratchet.Language{ratchet.JavaScript, ratchet.TypeScript} {
			t.Run(fmt.Sprint(f.name, " ", language), func(t *testing.T) {
				run := func(async, body string) Outcome {
					return Run(context.Background(), Job{
						ExecutionID: "e1", Source: Source{Code: fmt.Sprintf(f.code, async, body), Language: language}, Input: json.RawMessage(`{"n":20}`),
					}, Hooks{})
				}
				for _, async := range []string{"", "async "} {
					for body, want := range map[string]string{
						"return [input.n * 2, context.executionId]":                              `[40,"e1"]`,
						"return new Promise((resolve) => setTimeout(() => resolve(input.n), 1))": `20`,
						"":                                     `null`,
						"return null":                          `null`,
						"return Promise.resolve({a: [input]})": `{"a":[{"n":20}]}`,
					} {
						if out := run(async, body); out.Err != nil || string(out.Output) != want {
							t.Errorf("%s%s: %s %+v, want %s", async, body, out.Output, out.Err, want)
						}
					}
					for body, want := range map[string]string{
						"throw new RangeError('no ' + input.n)":            "RangeError: no 20",
						"return Promise.reject(new TypeError('rejected'))": "TypeError: rejected",
						"throw 'text'":                                       "Error: text",
						"return new Promise(() => {})":                       "deadlock_error: the task waits",
						"return input.missing.field":                         "TypeError: Cannot read properties of undefined (reading 'field')",
						"return {big: 10n}":                                  "DataError: the result holds a BigInt at result.big",
						"input.self = input; return input":                   "DataError: the result refers to itself at result.self",
						"return (function again() { return again() + 1 })()": "stack_overflow: the task nested",
					} {
						out := run(async, body)
						if out.Err == nil || !strings.HasPrefix(out.Err.Type+": "+out.Err.Message, want) {
							t.Errorf("%s%s: %s %+v, want %s", async, body, out.Output, out.Err, want)
						} else if placed := !strings.HasPrefix(want, "DataError") && !strings.HasPrefix(want, "deadlock") && body[0] != 't' || strings.HasPrefix(body, "throw new"); placed && out.Err.Line != 1 {
							t.Errorf("%s%s: at line %d", async, body, out.Err.Line)
						}
					}
				}
			})
		}
	}
}

// TestRun_hugeOutput refuses 100 MB with the default limit.
func TestRun_hugeOutput(t *testing.T) {
	for _, code := range []string{
		"main = () => 'x'.repeat(100e6)",
		"main = () => Array(1000).fill('é'.repeat(1e5))",
	} {
		out := Run(context.Background(), Job{Source: Source{Code: code}}, Hooks{})
		if e := out.Err; e == nil || e.Cause != ratchet.CauseOutput || e.Code != ratchet.CodeLimit || e.Hint == "" || out.Output != nil {
			t.Errorf("%s: %d bytes, %+v", code, len(out.Output), e)
		}
	}
}

// TestRun_positions finds the author's line and column through esbuild.
func TestRun_positions(t *testing.T) {
	for code, want := range map[string]string{
		"type T = {\n  a: number\n};\nexport default (i: T): number => {\n  const f = (x: any): never => { throw new Error('at ' + x) };\n  return f(i.a);\n};":           "main.ts:5:40",
		"enum E { A, B }\nclass K<T> {\n  private v?: T;\n  get(): T {\n    return (this.v as any).x.y;\n  }\n}\nexport function main() {\n  return new K<E>().get();\n}": "main.ts:5:28",
		"export async function main() {\n  for await (const x of (async function* () { yield 1; })()) {\n    null!.x;\n  }\n}":                                            "main.ts:3:11",
		"const a: string = 'ü€😀'; export const main = () => { throw new Error(a) };":                                                                                      "main.ts:1:61",
		"export const main = () => {\n\n  JSON.parse('{');\n}":                                                                                                            "main.ts:3:8",
	} {
		out := Run(context.Background(), Job{Source: Source{Code: code, Language: ratchet.TypeScript}}, Hooks{})
		if e := out.Err; e == nil || fmt.Sprintf("%s:%d:%d", e.Source, e.Line, e.Column) != want {
			t.Errorf("%s\n%+v, want %s", code, e, want)
		}
	}
}
