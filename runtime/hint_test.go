package runtime

import (
	"context"
	"strings"
	"testing"

	"ratchet"
)

// TestRun_hint runs what authors get wrong about the context and the globals,
// and looks for the right word in the hint.
func TestRun_hint(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"export default (i, ctx) => { ctx.logger.info('x') }", "context has no logger: use context.log.info(message, fields)"},
		{"export default (i, run) => { run.logger.info('x') }", "context.log.info"},
		{"export default (i, { logger }) => { logger.info('x') }", "context.log.info"},
		{"export default (i, { logger: l }) => { l.info('x') }", "context.log.info"},
		{"export default (i, c) => {\n  const { logger } = c;\n  logger.info('x');\n}", "context.log.info"},
		{"export default (i, c) => {\n  const l = c.logger;\n  l.info('x');\n}", "context.log.info"},
		{"export default (i, { setProgress }) => { setProgress(0.5) }", "context.reportProgress(0.5, 'half')"},
		{"function main(input, context) { return context.env.API_KEY }", "context.secrets.get('NAME')"},
		{"function main(input, context) { return context.env['API_KEY'] }", "context.secrets.get('NAME')"},
		{"async function main(input, context) { await context.kv.set('a', 1) }", "a task keeps no state between runs"},
		{"async function main(input, context) { await context.getSecret('A') }", "context.secrets.get('NAME')"},
		{"function main(input, context) { return context.secrets.API_KEY.length }", "context.secrets.get('API_KEY')"},
		{"function main(input, context) { return context.secrets('API_KEY') }", "context.secrets.get('NAME')"},
		{"function main(input, context) { context.log('x') }", "context.log.info(message, fields)"},
		{"function main(input, context) { context.log.warning('x') }", "trace, debug, info, warn and error"},
		{"function main(context) { return context.input.a }", "the input is the first argument"},
		{"function main(input, context) { context.frobnicate() }", "What context has: log, secrets"},
		{"function main() { return process.exit() }", ""},
		{"function main() { return context.taskId }", "the context the second"},
		{"function main() { return _.sum([1]) }", "no packages"},
		{"function main(input) { return input.list.length }", ""},
		{"function main(input, context) { return context.config.deep.er }", ""},
		{"function main(input, context) { const logger = {}; logger.info('x') }", ""},
		{"function main() { throw new Error('mine') }", ""},
		{"async function load() { return {a: [1]} }\nasync function main() {\n  const data = load();\n  return data.a.length;\n}", "data is a Promise: write await before load() on line 3"},
		{"const load = async () => [1];\nexport default async () => {\n  const data = load();\n  return data.map(x => x);\n}", "await before load() on line 3"},
		{"const load = async () => [1];\nexport default async () => {\n  const data = load();\n  return [...data];\n}", "await before load() on line 3"},
		{"export default async () => {\n  const r = new Response('{}');\n  const body = r.json();\n  return body.list.length;\n}", "await before r.json() on line 3"},
		{"const load = async () => ({});\nexport default async () => {\n  const data = await load();\n  return data.a.b;\n}", ""},
	} {
		e := Run(context.Background(), Job{Source: Source{Code: c.code}}, Hooks{}).Err
		switch {
		case e == nil:
			t.Errorf("%s: it did not fail", c.code)
		case c.want == "" && e.Hint != "":
			t.Errorf("%s: %s: hint %q, want none", c.code, e.Message, e.Hint)
		case !strings.Contains(e.Hint, c.want):
			t.Errorf("%s: %s: hint %q lacks %q", c.code, e.Message, e.Hint, c.want)
		}
	}
}

// TestAbsentGlobals_areAbsent keeps the list to names that a task cannot use.
func TestAbsentGlobals_areAbsent(t *testing.T) {
	for _, list := range []map[string]string{absentGlobals(), unknownNames()} {
		for name := range list {
			out := Run(context.Background(), Job{Source: Source{Code: "export default () => '" + name + "' in globalThis"}}, Hooks{})
			if string(out.Output) != "false" {
				t.Errorf("%s is there: %s %+v", name, out.Output, out.Err)
			}
		}
	}
}

func TestContext_progress(t *testing.T) {
	out := Run(context.Background(), Job{Source: Source{Code: "export default (i, c) => [c.progress === c.reportProgress, Object.keys(c).includes('progress')]"}}, Hooks{})
	if string(out.Output) != "[true,false]" {
		t.Errorf("%s %+v", out.Output, out.Err)
	}
}

// TestCheck_sourceHint sends sources that were spoiled on their way.
func TestCheck_sourceHint(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"export default (i: {a: number}) => i.a", "This is TypeScript"},
		{"interface A { b: string }\nfunction main(a: A) { return a.b }", "This is TypeScript"},
		{`export default (i) => {\n  return 1;\n}`, "real line ends"},
		{`export default (i) => ({ a: \"x\" })`, `\" in place of quotes`},
		{"```js\nexport default () => 1\n```", "Markdown fence"},
		{"export default (i) =&gt; 1", "escaped for HTML"},
		{"export default () => “x”", "typographic quotes"},
		{`{"code":"export default () => 1"}`, "The code is JSON"},
		{"export default () => { return (1 }", ""},
	} {
		out := Run(context.Background(), Job{Mode: ModeCheck, Source: Source{Code: c.code, Language: ratchet.JavaScript}}, Hooks{})
		if len(out.Check.Problems) == 0 {
			t.Errorf("%s: it compiles", c.code)
			continue
		}
		hint := out.Check.Problems[0].Hint
		if !strings.Contains(hint, c.want) || c.want == "" && hint != "" {
			t.Errorf("%s: hint %q, want %q", c.code, hint, c.want)
		}
	}
}
